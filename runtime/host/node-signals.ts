/**
 * Signals of the process. Node tells of them in its event loop, so programs that catch any must let it turn: `active`
 * says so.
 */
import { BaseSignals } from "./base.ts";
import { HostError, type SignalAction, type TimerSetting } from "./host.ts";

const UNCATCHABLE = ["SIGKILL", "SIGSTOP"];

export class NodeSignals extends BaseSignals {
  private readonly current = new Map<string, { action: SignalAction; listener: () => void }>();
  private come: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** When the timer fires next, in ms of performance.now(), and its interval in ms. */
  private timerAt = 0;
  private timerInterval = 0;

  action(signal: string): SignalAction {
    return this.current.get(signal)?.action ?? "default";
  }

  override setAction(signal: string, action: SignalAction): SignalAction {
    if (UNCATCHABLE.includes(signal)) throw new HostError("EINVAL");
    const old = this.current.get(signal);
    if (old) process.off(signal, old.listener);
    this.current.delete(signal);
    if (action !== "default") {
      const listener = action === "catch" ? () => void this.come.push(signal) : () => undefined;
      try {
        process.on(signal as NodeJS.Signals, listener);
      } catch {
        throw new HostError("EINVAL");
      }
      this.current.set(signal, { action, listener });
    }
    return old?.action ?? "default";
  }

  override active(): boolean {
    return this.current.size > 0 || this.timer !== undefined;
  }

  override take(): string[] {
    if (this.come.length === 0) return this.come;
    const taken = [...new Set(this.come)];
    this.come = [];
    return taken;
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
    const action = this.action("SIGALRM");
    if (action === "default") process.kill(process.pid, "SIGALRM");
    else if (action === "catch") this.come.push("SIGALRM");
    if (this.timerInterval > 0) this.arm(this.timerInterval);
  }

  override getTimer(): TimerSetting {
    return {
      interval: this.timerInterval / 1000,
      value: this.timer ? Math.max(0.000001, (this.timerAt - performance.now()) / 1000) : 0,
    };
  }
}
