/** What happens to an exception that nobody catches (runtime/printexc.c). */
import { CELL_BACKTRACE_ACTIVE, CELL_EXN } from "../runtime/layout.ts";
import { OcamlException } from "../runtime/machine.ts";
import { Val, type Value } from "../runtime/primitives.ts";
import type { Engine } from "../bytecode/engine.ts";
import { formatBacktrace, formatException } from "../bytecode/exceptions.ts";

/**
 * Report the exception in CELL_EXN, as OCaml does when a program ends with it: through
 * Printexc.handle_uncaught_exception, or, without one, by running at_exit and printing to standard error.
 */
export function* reportUncaught(engine: Engine): Generator<Promise<unknown>, void> {
  const m = engine.machine;
  m.pushRoot(m.word(CELL_EXN));
  try {
    const handler = engine.machine.namedValue("Printexc.handle_uncaught_exception");
    if (handler !== undefined) {
      yield* engine.scheduler.run(handler, m.field(m.rootsTop(), -1), Val.false);
    } else {
      const message = formatException(m, m.block(m.rootsTop(), -1));
      yield* runAtExit(engine);
      const backtrace = m.i32[CELL_BACKTRACE_ACTIVE >>> 2] ? formatBacktrace(engine) : [];
      m.writeError([`Fatal error: exception ${message}`, ...backtrace].join("\n") + "\n");
    }
  } finally {
    m.popRoot();
  }
}

/** Run the functions registered with at_exit; exceptions in them are ignored. */
function* runAtExit(engine: Engine): Generator<Promise<unknown>, void> {
  const atExit: Value | undefined = engine.machine.namedValue("Pervasives.do_at_exit");
  if (atExit === undefined) return;
  const m = engine.machine;
  const active = m.i32[CELL_BACKTRACE_ACTIVE >>> 2]!;
  m.i32[CELL_BACKTRACE_ACTIVE >>> 2] = 0;
  try {
    yield* engine.scheduler.run(atExit, Val.unit);
  } catch (e) {
    if (!(e instanceof OcamlException)) throw e;
  }
  m.i32[CELL_BACKTRACE_ACTIVE >>> 2] = active;
}
