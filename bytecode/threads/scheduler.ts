/**
 * The scheduler: runs OCaml code as threads that take turns, and lets JavaScript's event loop turn between them.
 *
 * A run is a generator. Where the machine is asynchronous it yields the promises that it waits for; without threads,
 * signals and waits there are none. Threads are switched only here, between two visits to the interpreter, never in
 * callbacks, whose callers are on JavaScript's stack.
 */
import {
  CELL_ACCU,
  CELL_FIBER,
  CELL_SEGMENT,
  CELL_SP,
  EXIT_POLL,
  EXIT_RAISE,
  EXIT_SUSPEND,
  WORD,
} from "../../runtime/layout.ts";
import type { HostWait } from "../../runtime/host/host.ts";
import { type Machine, OcamlException, Suspended } from "../../runtime/machine.ts";
import { Val, type Value } from "../../runtime/primitives.ts";
import { raiseIn, type SignalDelivery } from "./delivery.ts";
import { Population } from "./population.ts";
import type { Domain, Thread } from "./thread.ts";

/** Milliseconds that a thread runs while others are ready (st_stubs.c: Thread_timeout). */
const SLICE = 50;
/** Milliseconds between two turns of the event loop. */
const TURN = 10;
/** Milliseconds between two requests to the host, when all threads wait and the event loop does not turn. */
const RETRY = 1;
/** Answers of a poll (runtime/core/callback.ts). */
const GO_ON = 0;
const LEAVE = 2;

export class Scheduler {
  readonly machine: Machine;
  readonly population: Population;
  readonly signals: SignalDelivery;
  private running: Thread;
  private readonly ready: Thread[] = [];
  /** Threads that wait for the host. */
  readonly hosted = new Set<Thread>();
  /** Number of arguments of the primitive that has been suspended. */
  private suspendedArguments = 0;
  private inRun = false;
  /** Whether the running thread may block, since all others wait for it. */
  private alone = false;
  /** Callbacks that are under way. */
  private depth = 0;
  private sliceStart = 0;
  private lastTurn = 0;
  /** Ends the wait for threads to become ready. */
  private wakeUp: (() => void) | undefined;

  constructor(machine: Machine, signals: SignalDelivery, maxDomains: number) {
    this.machine = machine;
    this.signals = signals;
    machine.signalsChanged = () => this.allowWaits();
    this.population = new Population(machine, maxDomains);
    this.running = this.main;
  }

  get main(): Thread {
    return this.population.main;
  }

  get current(): Thread {
    return this.running;
  }

  /** Whether no thread runs or can run. */
  get nobodyRuns(): boolean {
    return this.wakeUp !== undefined || this.ready.length === 0;
  }

  /** Whether what runs is called from JavaScript, so that it cannot be left. */
  private get nested(): boolean {
    return !this.inRun || this.depth > 0;
  }

  // ---- Runs -------------------------------------------------------------------------------------------------------------

  /** Apply f as the main thread. The result; throws OcamlException. */
  *run(f: Value, ...args: Value[]): Generator<Promise<unknown>, Value> {
    if (this.inRun) throw new Error("a run is under way");
    const m = this.machine;
    const segment = m.u32[CELL_SEGMENT >>> 2]!;
    const sp = m.u32[CELL_SP >>> 2]!;
    for (const v of [f, ...args]) m.pushRoot(v);
    const argv = m.rootsTop() - args.length * WORD;
    m.core.run_begin(argv - WORD, argv, args.length);
    for (let i = 0; i <= args.length; i++) m.popRoot();
    this.inRun = true;
    try {
      const exit = yield* this.turns();
      m.core.run_end(segment, sp);
      if (exit === EXIT_RAISE) throw new OcamlException();
      return m.word(CELL_ACCU);
    } finally {
      this.inRun = false;
      this.allowWaits();
    }
  }

  /** Let threads take turns until the main one ends. EXIT_STOP or EXIT_RAISE. */
  private *turns(): Generator<Promise<unknown>, number> {
    for (;;) {
      this.allowWaits();
      const exit = this.machine.core.run_resume();
      this.alone = false;
      if (exit === EXIT_SUSPEND) this.suspendRunning();
      else if (exit !== EXIT_POLL) {
        if (this.running === this.main) return exit;
        this.endRunning(exit);
      }
      if (this.turnDue()) yield* this.turn();
      let next = this.next();
      while (!next) {
        if (this.signals.due) this.signals.interrupt();
        this.breakDeadlock();
        if (this.ready.length === 0) yield* this.idle();
        next = this.next();
      }
      this.switchTo(next);
    }
  }

  /** A callback begins (1) or has ended (-1). In callbacks no thread is switched, and the host blocks. */
  nest(change: number): void {
    this.depth += change;
    this.allowWaits();
  }

  /** Whether a primitive that is running can wait for JavaScript's event loop (HostWait). */
  get mayTurn(): boolean {
    return this.machine.asynchronous && !this.nested;
  }

  /** Have the host put off what has to wait, if that serves anybody. */
  allowWaits(): void {
    const { machine, population } = this;
    const signals = machine.asynchronous && machine.host.signals.active();
    const allowed = !this.nested && !this.alone && (population.severalThreads || signals);
    if (allowed !== machine.mayWait) machine.setMayWait(allowed);
  }

  /** What is to be done at a poll (GO_ON, LEAVE). */
  poll(nested: boolean): number {
    this.signals.deliver();
    return !nested && this.leaveDue() ? LEAVE : GO_ON;
  }

  /** Whether a poll would do anything. */
  get pollNeeded(): boolean {
    return this.signals.due || (!this.nested && this.leaveDue());
  }

  private leaveDue(): boolean {
    return this.turnDue() || (this.ready.length > 0 && this.sliceOver());
  }

  private sliceOver(): boolean {
    return this.population.severalDomains || performance.now() - this.sliceStart >= SLICE;
  }

  private turnDue(): boolean {
    const { machine, hosted } = this;
    if (hosted.size === 0 && !(machine.asynchronous && machine.host.signals.active())) return false;
    return performance.now() - this.lastTurn >= TURN;
  }

  /** Let the event loop turn, or ask the host again for what threads wait for. */
  private *turn(): Generator<Promise<unknown>, void> {
    const { machine } = this;
    if (machine.asynchronous) yield machine.host.turn();
    else this.hosted.forEach((thread) => this.askAgain(thread));
    this.lastTurn = performance.now();
  }

  /** Wait until something may have happened that a thread waits for. */
  private *idle(): Generator<Promise<unknown>, void> {
    const { machine } = this;
    if (machine.asynchronous) {
      const alive = setInterval(() => undefined, 1 << 30); // promises alone do not keep Node from ending
      yield new Promise<void>((done) => (this.wakeUp = done));
      clearInterval(alive);
      this.wakeUp = undefined;
      this.lastTurn = performance.now();
    } else {
      const alone = this.hosted.size === 1;
      if (!alone) machine.blocking(true, () => machine.host.clock.sleepUntil(performance.now() + RETRY));
      yield* this.turn();
      this.alone = alone;
    }
  }

  // ---- Who runs ---------------------------------------------------------------------------------------------------------

  /** The thread that is to go on; undefined: all of them wait. */
  private next(): Thread | undefined {
    const { running } = this;
    if (running.state === "running") {
      if (this.ready.length === 0 || !this.sliceOver()) return running;
      running.state = "stopped";
      this.enqueue(running);
    }
    for (let thread; (thread = this.ready.shift()); ) {
      thread.queued = false;
      if (thread.step && !thread.step()) continue;
      thread.step = undefined;
      thread.cancel = undefined;
      if (thread.state !== "ended") return thread;
    }
    return undefined;
  }

  private switchTo(thread: Thread): void {
    const m = this.machine;
    const old = this.running;
    if (thread !== old) {
      old.leave(m);
      if (thread.domain !== old.domain) {
        old.domain.leave(m);
        thread.domain.enter(m);
      }
      old.fiber = m.u32[CELL_FIBER >>> 2]!;
      m.core.thread_switch(thread.fiber, old.state === "ended" ? 1 : 0);
      thread.enter(m);
      this.running = thread;
      this.signals.changeMask(old, thread);
      this.sliceStart = performance.now();
    }
    thread.state = "running";
    const { resume } = thread;
    thread.resume = undefined;
    resume?.();
    this.signals.deliver();
    thread.wait = undefined;
  }

  private enqueue(thread: Thread): void {
    if (thread.queued) return;
    thread.queued = true;
    this.ready.push(thread);
    if (thread !== this.running) this.alone = false;
    this.allowWaits();
  }

  /** A thread that waits may try to go on. */
  wake(thread: Thread): void {
    this.enqueue(thread);
    this.wakeUp?.();
  }

  // ---- Waiting ------------------------------------------------------------------------------------------------------------

  /** A primitive has been suspended, which has so many arguments; its result, if it has one, is in CELL_RESULT. */
  suspended(argumentCount: number): void {
    this.suspendedArguments = argumentCount;
  }

  /** Whether a primitive that has come to its end is to be suspended, so that signals are handled before it returns. */
  get signalsDue(): boolean {
    return this.signals.due && !this.nested;
  }

  /** In a primitive with result unit: return from it, but only when the other threads have had their turns. */
  yield(): Value {
    if (this.ready.length === 0 || this.nested) return Val.unit;
    this.sliceStart = -Infinity;
    throw new Suspended(Val.unit);
  }

  /**
   * In a primitive: return unit from it, but only when the thread has been woken and `step` (if any) has then succeeded.
   * `cancel` gives that up. Raises Sys_error in callbacks.
   */
  block(step: (() => boolean) | undefined, cancel: () => void): never {
    if (this.nested) {
      cancel();
      this.machine.sysError("a callback cannot wait for other threads");
    }
    const { running } = this;
    running.state = "stopped";
    running.step = step;
    running.cancel = cancel;
    throw new Suspended(Val.unit);
  }

  /** The running thread's primitive has been suspended. */
  private suspendRunning(): void {
    const m = this.machine;
    const wait = m.waitingFor;
    m.waitingFor = undefined;
    if (wait) this.waitForHost(this.running, wait);
    else m.core.complete_call(this.suspendedArguments);
  }

  /** Let a thread stop until the host is ready to be asked again. */
  private waitForHost(thread: Thread, wait: HostWait): void {
    thread.state = "stopped";
    thread.wait = wait;
    thread.waitingAt = this.machine.waitingAt;
    this.machine.core.skip_taken_output();
    this.hosted.add(thread);
    const done = (): void => {
      if (thread.wait === wait && this.hosted.has(thread)) this.askAgain(thread);
    };
    wait.ready.then(done, done);
  }

  /** A thread that waits for the host stops that, and asks it again. */
  askAgain(thread: Thread): void {
    this.hosted.delete(thread);
    this.wake(thread);
  }

  /** If all threads wait for each other, the main one gets an exception. */
  private breakDeadlock(): void {
    const m = this.machine;
    if (this.ready.length > 0 || this.hosted.size > 0 || (m.asynchronous && m.host.signals.active())) return;
    const { main } = this;
    main.cancel?.();
    main.step = undefined;
    main.resume = () => raiseIn(m, () => m.sysError("deadlock: every thread waits for another one"));
    this.wake(main);
  }

  // ---- Beginning and end of threads -----------------------------------------------------------------------------------------

  /** Start a thread that applies the function in the word at `f` to (). */
  start(f: number, domain = this.running.domain): Thread {
    const thread = this.population.add(f, domain);
    this.enqueue(thread);
    return thread;
  }

  /** Start a domain that applies the function in the word at `f` to (). */
  startDomain(f: number, end: Domain["end"]): Domain {
    const domain = this.population.addDomain();
    domain.end = end;
    this.start(f, domain);
    return domain;
  }

  /** The running thread's function has returned CELL_ACCU or raised CELL_EXN. */
  private endRunning(exit: number): void {
    const thread = this.running;
    thread.freeBacktrace(this.machine);
    thread.state = "ended";
    const { domain } = thread;
    if (domain.first === thread && domain.end) {
      thread.step = domain.end(thread, exit);
      this.enqueue(thread);
    } else this.remove(thread);
  }

  /** In a primitive: wait for the end of the thread with a Thread.id. */
  join(id: number): Value {
    const { population } = this;
    const thread = population.withNumber(id);
    if (!thread) return Val.unit;
    const { running } = this;
    thread.joining.push(running);
    const ended = (): boolean => population.withNumber(id) !== thread;
    return this.block(ended, () => thread.joining.splice(thread.joining.indexOf(running), 1));
  }

  /** A thread is no more. */
  remove(thread: Thread): void {
    this.population.remove(thread);
    for (const other of thread.joining) this.wake(other);
    const { first } = thread.domain;
    if (first?.state === "ended") this.wake(first);
  }
}
