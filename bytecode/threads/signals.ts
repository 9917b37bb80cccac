/** Calling the handlers of signals, and waiting for signals (runtime/signals.c, otherlibs/systhreads/st_posix.h). */
import { ACTION_SIGNAL, CELL_ACTIONS, CELL_RESULT, CODE_BIAS, WORD } from "../../runtime/layout.ts";
import type { Machine } from "../../runtime/machine.ts";
import { definePrimitives, type Primitive, Val, type Value } from "../../runtime/primitives.ts";
import { signalName, signalNumber } from "../../runtime/primitives/signal-names.ts";
import { signalHandler } from "../../runtime/primitives/signals.ts";
import type { CodeFragment } from "../code.ts";
import type { Engine } from "../engine.ts";
import { opcode } from "../instructions/table.ts";

/** Primitive that ends the handling of the signal with a number. */
const HANDLED = "bactrian_signal_handled";

/** fun handler n -> match handler n with _ -> handled n | exception e -> handled n; raise e */
function handlingCode(): Int32Array {
  const caught = 14;
  return Int32Array.of(
    ...[opcode("RESTART"), opcode("GRAB"), 1, opcode("PUSHTRAP"), caught - 4],
    ...[opcode("ACC5"), opcode("PUSHACC5"), opcode("APPLY1"), opcode("POPTRAP")],
    ...[opcode("ACC1"), opcode("C_CALL1"), 0, opcode("RETURN"), 2],
    ...[opcode("PUSH"), opcode("ACC2"), opcode("C_CALL1"), 0, opcode("ACC0"), opcode("RERAISE")],
  );
}

const INSTRUCTION_BYTES = 4;

export class SignalDelivery {
  private readonly engine: Engine;
  private handling: CodeFragment | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Whether signals may have come since the last delivery. */
  get due(): boolean {
    return (this.engine.machine.i32[CELL_ACTIONS >>> 2]! & ACTION_SIGNAL) !== 0;
  }

  /** A signal has come: the interpreter is to stop at the next poll. */
  arrived(): void {
    this.engine.machine.i32[CELL_ACTIONS >>> 2]! |= ACTION_SIGNAL;
  }

  /**
   * Let the running thread, whose state is on its stack, call the handlers of the signals that have come before it goes
   * on. A signal is blocked while it is handled.
   */
  deliver(): void {
    if (!this.due) return;
    const { machine: m, code } = this.engine;
    const { signals } = m.host;
    m.i32[CELL_ACTIONS >>> 2]! &= ~ACTION_SIGNAL;
    // The first one on top, so that it is handled first.
    for (const name of signals.take().reverse()) {
      if (signalHandler(m, name) === Val.unit) continue;
      this.handling ??= code.load(handlingCode(), [HANDLED], 1);
      const wasBlocked = signals.changeMask("block", [name]).includes(name);
      m.pushRoot(m.core.make_code_closure(this.handling.start + INSTRUCTION_BYTES - CODE_BIAS) >>> 0);
      m.pushRoot(signalHandler(m, name));
      m.pushRoot(Val.int(signalNumber(name)));
      const top = m.rootsTop();
      if (wasBlocked) m.core.push_interruption(top - 2 * WORD, 1);
      else m.core.push_interruption(top - 3 * WORD, 2);
      for (let i = 0; i < 3; i++) m.popRoot();
    }
  }
}

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
  scheduler.signalWaiters.add(thread);
  const give = (name: string): void => {
    m.setWord(CELL_RESULT, Val.int(signalNumber(name)));
    m.core.replace_accu(CELL_RESULT);
  };
  return scheduler.block(
    () => {
      const name = m.host.signals.accept(names);
      if (name === undefined) return false;
      scheduler.signalWaiters.delete(thread);
      thread.resume = () => give(name);
      return true;
    },
    () => scheduler.signalWaiters.delete(thread),
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
