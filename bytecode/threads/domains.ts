/** Domains: threads with a number and local state of their own, which take turns with all others (runtime/domain.c). */
import { CELL_ACCU, CELL_EXN, EXIT_RAISE } from "../../runtime/layout.ts";
import { definePrimitives, type Primitive, Val } from "../../runtime/primitives.ts";
import type { Engine } from "../engine.ts";
import type { Synchronisation } from "./sync.ts";
import { Root, type Thread } from "./thread.ts";

// Fields of Domain.Raw.term_sync.
const STATE = 0;
const MUTEX = 1;
const CONDITION = 2;
// Constructors of result.
const OK = 0;
const ERROR = 1;

export function domainPrimitives(engine: Engine, sync: Synchronisation): Primitive[] {
  /** At the end of a domain's first thread: tell those who wait in Domain.join, once its other threads have ended. */
  const end = (termSync: Root) => (thread: Thread, exit: number) => {
    const { machine: m, scheduler } = engine;
    const outcome = m.tuple(exit === EXIT_RAISE ? ERROR : OK, m.word(exit === EXIT_RAISE ? CELL_EXN : CELL_ACCU));
    const finished = new Root(m, m.tuple(0, outcome));
    const mutex = sync.mutex(m, termSync.value as number, MUTEX);
    const release = (): boolean => {
      if (thread.domain.threads.size > 1) return false;
      mutex.unlock();
      finished.free();
      termSync.free();
      scheduler.remove(thread);
      return true;
    };
    return (): boolean => {
      if (!mutex.take(thread)) return false;
      m.setField(termSync.value as number, STATE, finished.value);
      sync.condition(m, termSync.value as number, CONDITION).broadcast(scheduler);
      thread.step = release;
      return release();
    };
  };

  return definePrimitives({
    caml_domain_spawn: [
      2,
      (m, a) => Val.int(engine.scheduler.startDomain(a, end(new Root(m, m.field(a, 1)))).id),
    ],
    caml_ml_domain_index: [1, () => Val.int(engine.scheduler.current.domain.index)],
    caml_ml_domain_cpu_relax: [1, () => engine.scheduler.yield()],
  });
}
