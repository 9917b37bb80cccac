/**
 * Signals of the process. Node tells of them in its event loop, so programs that catch any must let it turn: `active`
 * says so.
 */
import { BaseSignals } from "./base.ts";
import { HostError, HostWait, type SignalAction, type TimerSetting } from "./host.ts";

const UNCATCHABLE = ["SIGKILL", "SIGSTOP"];
/** Milliseconds between two signs of life that keep Node from ending while nothing else is expected. */
const KEEP_ALIVE = 1000;

export class NodeSignals extends BaseSignals {
  private readonly waiting: () => boolean;
  private readonly listeners = new Map<string, () => void>();
  private come: string[] = [];
  /** Signals that `suspend` has let through: it does not wait for them again. */
  private released: string[] = [];
  /** Those who wait for a signal. */
  private waiters: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** When the timer fires next, in ms of performance.now(), and its interval in ms. */
  private timerAt = 0;
  private timerInterval = 0;

  constructor(waiting: () => boolean) {
    super();
    this.waiting = waiting;
  }

  action(signal: string): SignalAction {
    return this.actions.get(signal) ?? "default";
  }

  override setAction(signal: string, action: SignalAction): SignalAction {
    if (UNCATCHABLE.includes(signal)) throw new HostError("EINVAL");
    const old = super.setAction(signal, action);
    if (action === "ignore") {
      this.come = this.come.filter((s) => s !== signal);
      this.released = this.released.filter((s) => s !== signal);
    }
    try {
      this.listen(signal);
    } catch {
      this.actions.set(signal, old);
      throw new HostError("EINVAL");
    }
    return old;
  }

  /** Have Node tell of a signal when it is to be caught, ignored or held back, and only then. */
  private listen(signal: string): void {
    const wanted = this.action(signal) !== "default" || this.blocked.has(signal);
    const listener = this.listeners.get(signal);
    if (wanted && !listener) {
      const arrived = (): void => this.arrive(signal);
      process.on(signal as NodeJS.Signals, arrived);
      this.listeners.set(signal, arrived);
    } else if (!wanted && listener) {
      process.off(signal, listener);
      this.listeners.delete(signal);
    }
  }

  /** A signal has come to this process. */
  private arrive(signal: string): void {
    if (this.action(signal) === "ignore") return;
    if (!this.come.includes(signal)) this.come.push(signal);
    for (const wake of this.waiters) wake();
    this.waiters = [];
    this.onArrival?.();
  }

  /** Send a signal to this process. */
  raise(signal: string): void {
    if (this.listeners.has(signal)) {
      this.arrive(signal);
      return;
    }
    if (signal === "SIGPIPE" || signal === "SIGXFSZ") {
      // Node ignores them until somebody has listened.
      const listener = (): void => undefined;
      process.on(signal as NodeJS.Signals, listener);
      process.off(signal, listener);
    }
    process.kill(process.pid, signal);
  }

  override active(): boolean {
    return this.listeners.size > 0 || this.timer !== undefined;
  }

  override take(): string[] {
    const taken = this.pending().filter((signal) => !this.blocked.has(signal));
    this.released = this.released.filter((signal) => this.blocked.has(signal));
    this.come = this.come.filter((signal) => this.blocked.has(signal));
    return taken;
  }

  override changeMask(how: "set" | "block" | "unblock", signals: readonly string[]): string[] {
    const catchable = signals.filter((signal) => !UNCATCHABLE.includes(signal));
    const old = super.changeMask(how, catchable);
    for (const signal of new Set([...old, ...catchable])) this.listen(signal);
    for (const signal of this.come) {
      if (this.blocked.has(signal) || this.action(signal) !== "default") continue;
      this.come = this.come.filter((s) => s !== signal);
      this.raise(signal);
    }
    if (this.pending().some((signal) => !this.blocked.has(signal))) this.onArrival?.();
    return old;
  }

  override pending(): string[] {
    return [...new Set([...this.released, ...this.come])];
  }

  override accept(signals: readonly string[]): string | undefined {
    const found = this.come.find((signal) => signals.includes(signal));
    this.come = this.come.filter((signal) => signal !== found);
    return found;
  }

  override suspend = (blocked: readonly string[]): void => {
    const through = this.come.filter((signal) => !blocked.includes(signal));
    if (through.length === 0) {
      if (!this.waiting()) throw new HostError("ENOSYS"); // no signal will come unless the event loop turns
      throw new HostWait(this.nextSignal());
    }
    this.come = this.come.filter((signal) => blocked.includes(signal));
    this.released.push(...through);
  };

  private async nextSignal(): Promise<void> {
    const alive = setInterval(() => undefined, KEEP_ALIVE);
    await new Promise<void>((done) => this.waiters.push(done));
    clearInterval(alive);
  }

  override setTimer = (setting: TimerSetting): TimerSetting => {
    const old = this.getTimer();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.timerInterval = setting.interval * 1000;
    if (setting.value > 0) this.arm(setting.value * 1000);
    return old;
  };

  private arm(milliseconds: number): void {
    this.timerAt = performance.now() + milliseconds;
    this.timer = setTimeout(() => this.fire(), Math.max(1, milliseconds));
    this.timer.unref();
  }

  private fire(): void {
    this.timer = undefined;
    this.raise("SIGALRM");
    if (this.timerInterval > 0) this.arm(this.timerInterval);
  }

  override getTimer(): TimerSetting {
    return {
      interval: this.timerInterval / 1000,
      value: this.timer ? Math.max(0.000001, (this.timerAt - performance.now()) / 1000) : 0,
    };
  }
}
