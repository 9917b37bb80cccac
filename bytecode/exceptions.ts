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

/** Bytes of an exception that OCaml's runtime prints (caml_format_exception). */
const LONGEST_TEXT = 255;

/** The OCaml string at p up to its first NUL, one character per byte; no more than can be printed. */
function cString(m: Machine, p: number): string {
  const length = Math.min(m.stringLength(p), LONGEST_TEXT);
  return String.fromCharCode(...m.u8.subarray(p, p + length)).split("\0", 1)[0]!;
}

/** The exception value at p as OCaml's runtime prints it: `Failure("x")`. */
export function formatException(m: Machine, p: number): string {
  const text = describeException(m, p).slice(0, LONGEST_TEXT);
  return new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0)));
}

/** The same, one character per byte, at least as much of it as is printed. */
function describeException(m: Machine, p: number): string {
  if (m.tag(p) !== 0) return cString(m, m.block(p, 0));
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
  let text = `${cString(m, m.block(constructor, 0))}(`;
  for (let i = start; i < m.wosize(bucket) && text.length < LONGEST_TEXT; i++) {
    if (i > start) text += ", ";
    if (m.isInt(bucket, i)) text += String(m.int64(bucket, i));
    else if (m.tag(m.block(bucket, i)) === TAG_STRING) text += `"${cString(m, m.block(bucket, i))}"`;
    else text += "_";
  }
  return `${text})`;
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
