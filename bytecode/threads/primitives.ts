/** Threads as OCaml sees them (otherlibs/systhreads/st_stubs.c). A Thread.t is [number; (); ()]. */
import { CELL_BACKTRACE_ACTIVE } from "../../runtime/layout.ts";
import { definePrimitives, type Primitive, Val } from "../../runtime/primitives.ts";
import type { Engine } from "../engine.ts";
import { formatBacktrace, formatException } from "../exceptions.ts";

export function threadPrimitives(engine: Engine): Primitive[] {
  return definePrimitives({
    caml_thread_initialize: [
      1,
      () => {
        engine.scheduler.population.number();
        return Val.unit;
      },
    ],
    caml_thread_cleanup: [1, () => Val.unit],
    caml_thread_new: [1, (m, a) => engine.scheduler.start(a).descriptor(m)],
    caml_thread_self: [1, (m) => engine.scheduler.current.descriptor(m)],
    caml_thread_id: [1, (m, a) => m.field(m.block(a, 0), 0)],
    caml_thread_yield: [1, () => engine.scheduler.yield()],
    caml_thread_join: [1, (m, a) => engine.scheduler.join(m.int(m.block(a, 0), 0))],
    caml_thread_uncaught_exception: [
      1,
      (m, a) => {
        const { id } = engine.scheduler.current;
        const lines = [`Thread ${id} killed on uncaught exception ${formatException(m, m.block(a, 0))}`];
        if (m.i32[CELL_BACKTRACE_ACTIVE >>> 2]) lines.push(...formatBacktrace(engine));
        m.writeError(`${lines.join("\n")}\n`);
        return Val.unit;
      },
    ],
  });
}
