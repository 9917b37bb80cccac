/** Waiting for signals, and the masks of threads (otherlibs/systhreads/st_posix.h). */
import { CELL_RESULT } from "../../runtime/layout.ts";
import type { Machine } from "../../runtime/machine.ts";
import { definePrimitives, type Primitive, Val, type Value } from "../../runtime/primitives.ts";
import { signalName, signalNumber } from "../../runtime/primitives/signal-names.ts";
import type { Engine } from "../engine.ts";
import { HANDLED } from "./delivery.ts";

/** Names of the signals in the list in slot i. */
function signalSet(m: Machine, a: number, i: number): string[] {
  const names: string[] = [];
  for (let list = m.field(a, i); list !== Val.emptyList; list = m.field(list as number, 1)) {
    names.push(signalName(m.int(list as number, 0)) ?? m.invalidArg("Thread: unavailable signal"));
  }
  return names;
}

/** Wait until one of some signals is pending, and take it. */
function waitSignal(engine: Engine, m: Machine, a: number): Value {
  const { scheduler } = engine;
  const names = signalSet(m, a, 0);
  const found = m.host.signals.accept(names);
  if (found !== undefined) return Val.int(signalNumber(found));
  const thread = scheduler.current;
  scheduler.signals.waiting.add(thread);
  const give = (name: string): void => {
    m.setWord(CELL_RESULT, Val.int(signalNumber(name)));
    m.core.replace_accu(CELL_RESULT);
  };
  return scheduler.block(
    () => {
      const name = m.host.signals.accept(names);
      if (name === undefined) return false;
      scheduler.signals.waiting.delete(thread);
      thread.resume = () => give(name);
      return true;
    },
    () => scheduler.signals.waiting.delete(thread),
  );
}

export function signalPrimitives(engine: Engine): Primitive[] {
  return definePrimitives({
    [HANDLED]: [
      1,
      (m, a) => {
        m.host.signals.changeMask("unblock", [signalName(m.int(a, 0))!]);
        return Val.unit;
      },
    ],
    caml_thread_sigmask: [
      2,
      (m, a) => {
        const how = (["set", "block", "unblock"] as const)[m.int(a, 0)]!;
        const old = m.host.signals.changeMask(how, signalSet(m, a, 1));
        m.signalsChanged();
        return m.list(old.length, (i) => Val.int(signalNumber(old[i]!)));
      },
    ],
    caml_wait_signal: [1, (m, a) => waitSignal(engine, m, a)],
  });
}
