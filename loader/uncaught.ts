/** What happens to an exception that nobody catches (runtime/printexc.c, and the end of runtime/backtrace.c). */
import {
  CELL_BACKTRACE_ACTIVE,
  CELL_EXN,
  CODE_BIAS,
  EXN_ASSERT_FAILURE,
  EXN_MATCH_FAILURE,
  EXN_UNDEFINED_RECURSIVE_MODULE,
  TAG_STRING,
} from "../runtime/layout.ts";
import { writeAll } from "../runtime/host/host.ts";
import { type Machine, OcamlException } from "../runtime/machine.ts";
import { Val, type Value } from "../runtime/primitives.ts";
import type { Engine } from "../bytecode/engine.ts";
import { currentBacktrace, isRaise } from "../bytecode/primitives/backtrace.ts";

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
  if (!engine.debugInfo.available) {
    return ["(Cannot print stack backtrace: no debug information available)"];
  }
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

/**
 * Report the exception in CELL_EXN, as OCaml does when a program ends with it: through
 * Printexc.handle_uncaught_exception, or, without one, by running at_exit and printing to standard error.
 */
export function reportUncaught(engine: Engine): void {
  const m = engine.machine;
  m.pushRoot(m.word(CELL_EXN));
  try {
    const handler = engine.machine.namedValue("Printexc.handle_uncaught_exception");
    if (handler !== undefined) {
      engine.apply(handler, m.field(m.rootsTop(), -1), Val.false);
    } else {
      const message = formatException(m, m.block(m.rootsTop(), -1));
      runAtExit(engine);
      const backtrace = m.i32[CELL_BACKTRACE_ACTIVE >>> 2] ? formatBacktrace(engine) : [];
      const text = [`Fatal error: exception ${message}`, ...backtrace].join("\n") + "\n";
      writeAll(m.host.files, 2, new TextEncoder().encode(text));
    }
  } finally {
    m.popRoot();
  }
}

/** Run the functions registered with at_exit; exceptions in them are ignored. */
function runAtExit(engine: Engine): void {
  const atExit: Value | undefined = engine.machine.namedValue("Pervasives.do_at_exit");
  if (atExit === undefined) return;
  const m = engine.machine;
  const active = m.i32[CELL_BACKTRACE_ACTIVE >>> 2]!;
  m.i32[CELL_BACKTRACE_ACTIVE >>> 2] = 0;
  try {
    engine.apply(atExit, Val.unit);
  } catch (e) {
    if (!(e instanceof OcamlException)) throw e;
  }
  m.i32[CELL_BACKTRACE_ACTIVE >>> 2] = active;
}
