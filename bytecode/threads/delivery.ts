/** Calling the handlers of signals (runtime/signals.c). */
import { ACTION_SIGNAL, CELL_ACTIONS, CELL_RESULT, CODE_BIAS, WORD } from "../../runtime/layout.ts";
import type { HostWait } from "../../runtime/host/host.ts";
import { type Machine, OcamlException } from "../../runtime/machine.ts";
import { Val } from "../../runtime/primitives.ts";
import { signalNumber } from "../../runtime/primitives/signal-names.ts";
import { signalHandler } from "../../runtime/primitives/signals.ts";
import type { CodeFragment } from "../code.ts";
import type { Engine } from "../engine.ts";
import { opcode } from "../instructions/table.ts";
import type { Thread } from "./thread.ts";

/** Primitive that ends the handling of the signal with a number. */
export const HANDLED = "bactrian_signal_handled";

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

/** Let the running thread, whose state is on its stack, raise the exception that an action raises. */
export function raiseIn(m: Machine, action: () => never): void {
  try {
    action();
  } catch (e) {
    if (!(e instanceof OcamlException)) throw e;
  }
  m.core.push_raise();
}

export class SignalDelivery {
  /** Threads that take signals by waiting for them. */
  readonly waiting = new Set<Thread>();
  private readonly engine: Engine;
  private handling: CodeFragment | undefined;
  /** The thread that is to handle the signals that have come; undefined: the one that runs. */
  private chosen: Thread | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
    engine.machine.host.signals.onArrival = () => this.arrive();
  }

  /** Whether signals may have come since the last delivery. */
  get due(): boolean {
    return (this.engine.machine.i32[CELL_ACTIONS >>> 2]! & ACTION_SIGNAL) !== 0;
  }

  /** A signal has come: the interpreter is to stop at the next poll. */
  private arrive(): void {
    const { machine, scheduler } = this.engine;
    machine.i32[CELL_ACTIONS >>> 2]! |= ACTION_SIGNAL;
    for (const thread of this.waiting) scheduler.wake(thread);
    this.interrupt();
  }

  /**
   * Signals are for the main thread if it waits for the host, which it then stops doing. If no thread can handle them
   * otherwise, another one that waits for the host does.
   */
  interrupt(): void {
    const { machine, scheduler } = this.engine;
    const { main, current, nobodyRuns, hosted } = scheduler;
    const { signals } = machine.host;
    const heard = (thread: Thread): boolean => {
      if (thread.wait === undefined || (thread === current && !nobodyRuns)) return false;
      const mask = thread === current ? signals.mask() : thread.mask;
      return signals.pending().some((name) => !mask.includes(name));
    };
    const thread = heard(main) ? main : nobodyRuns ? [...hosted].find(heard) : undefined;
    if (!thread) return;
    this.chosen = thread;
    if (hosted.has(thread)) scheduler.askAgain(thread);
  }

  /**
   * Let the running thread, whose state is on its stack, call the handlers of the signals that have come before it goes
   * on. A signal is blocked while it is handled.
   */
  deliver(): void {
    const { machine: m, scheduler, code } = this.engine;
    const { current } = scheduler;
    if (!this.due || (this.chosen && this.chosen !== current)) return;
    this.chosen = undefined;
    m.i32[CELL_ACTIONS >>> 2]! &= ~ACTION_SIGNAL;
    const { signals } = m.host;
    const names = signals.take().filter((name) => signalHandler(m, name) !== Val.unit);
    if (names.length > 0 && current.wait) this.interruptRequest(current, current.wait);
    // The first one on top, so that it is handled first.
    for (const name of names.reverse()) {
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

  /** The running thread will not just ask the host again for what it has waited for: a signal has come. */
  private interruptRequest(thread: Thread, { interrupted }: HostWait): void {
    const m = this.engine.machine;
    const left = m.interruptTimed(thread.waitingAt);
    if (interrupted) raiseIn(m, interrupted);
    else if (left !== undefined) {
      // The primitive is called again with another first argument.
      m.setWord(CELL_RESULT, m.allocDouble(left));
      m.core.replace_accu(CELL_RESULT);
    }
  }

  /** Each thread blocks signals of its own: another one than `old` is running now. */
  changeMask(old: Thread, thread: Thread): void {
    const { signals } = this.engine.machine.host;
    if (!signals.active()) return;
    old.mask = signals.mask();
    signals.changeMask("set", thread.mask);
  }
}
