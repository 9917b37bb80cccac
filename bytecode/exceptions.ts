/** Exceptions and backtraces as OCaml's runtime prints them (runtime/printexc.c, and the end of runtime/backtrace.c). */
import {
  CODE_BIAS,
  EXN_ASSERT_FAILURE,
  EXN_MATCH_FAILURE,
  EXN_UNDEFINED_RECURSIVE_MODULE,
  TAG_STRING,
} from "../runtime/layout.ts";
import type { Machine } from "../runtime/machine.ts";
import type { Engine } from "./engine.ts";
import { currentBacktrace, isRaise } from "./primitives/backtrace.ts";

/** The exception value at p as OCaml's runtime prints it: `Failure("x")`. */
export function formatException(m: Machine, p: number): string {
  if (m.tag(p) !== 0) return m.utf8(m.block(p, 0));
  const constructor = m.block(p, 0);
  const special = [EXN_MATCH_FAILURE, EXN_ASSERT_FAILURE, EXN_UNDEFINED_RECURSIVE_MODULE];
  let bucket = p;
  let start = 1;
  if (
    m.wosize(p) === 2 &&
    !m.isInt(p, 1) &&
    m.tag(m.block(p, 1)) === 0 &&
    special.some((i) => m.predefined(i) === constructor)
  ) {
    bucket = m.block(p, 1);
    start = 0;
  }
  const args: string[] = [];
  for (let i = start; i < m.wosize(bucket); i++) {
    if (m.isInt(bucket, i)) args.push(String(m.int64(bucket, i)));
    else if (m.tag(m.block(bucket, i)) === TAG_STRING) args.push(`"${m.utf8(m.block(bucket, i))}"`);
    else args.push("_");
  }
  return `${m.utf8(m.block(constructor, 0))}(${args.join(", ")})`;
}

/** The last backtrace as OCaml's runtime prints it, line by line. */
export function formatBacktrace(engine: Engine): string[] {
  const m = engine.machine;
  const lines: string[] = [];
  currentBacktrace(m, engine.debugInfo).forEach((pc, i) => {
    const raise = isRaise(m, pc);
    const where = engine.debugInfo.find(pc + CODE_BIAS);
    if (!where && raise) return; // inserted by the compiler
    const info = raise
      ? i === 0
        ? "Raised at"
        : "Re-raised at"
      : i === 0
        ? "Raised by primitive operation at"
        : "Called from";
    if (!where) {
      lines.push(`${info} unknown location`);
      return;
    }
    const span =
      where.startLine === where.endLine ? `line ${where.startLine}` : `lines ${where.startLine}-${where.endLine}`;
    lines.push(
      `${info} ${where.defname} in file "${where.fileName}", ${span}, characters ${where.startChar}-${where.endChar}`,
    );
  });
  return lines;
}
