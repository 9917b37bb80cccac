/** Threads and domains as the scheduler knows them (otherlibs/systhreads/st_stubs.c, runtime/domain.c). */
import {
  ATOM0,
  CELL_BACKTRACE_ACTIVE,
  CELL_BACKTRACE_BUFFER,
  CELL_BACKTRACE_EXN,
  CELL_BACKTRACE_POS,
  CELL_DLS,
  CELL_DOMAIN_ID,
} from "../../runtime/layout.ts";
import type { HostWait } from "../../runtime/host/host.ts";
import type { Machine } from "../../runtime/machine.ts";
import { Val, type Value } from "../../runtime/primitives.ts";

/** A word off the heap that the collector knows of. */
export class Root {
  readonly address: number;
  private readonly machine: Machine;

  constructor(m: Machine, v: Value) {
    this.machine = m;
    this.address = m.core.root_new(0, 0) >>> 0;
    if (this.address === 0) m.outOfMemory();
    this.value = v;
  }

  get value(): Value {
    return this.machine.word(this.address);
  }
  set value(v: Value) {
    this.machine.setWord(this.address, v);
  }

  free(): void {
    this.machine.core.root_free(this.address);
  }
}

/** A domain: all that it has of its own is a number, local state and threads. */
export class Domain {
  readonly id: number;
  /** The lowest number that no other living domain has. */
  readonly index: number;
  readonly threads = new Set<Thread>();
  /**
   * What its first thread has to do after its code, whose EXIT_* code is given: a step, which ends by removing the thread.
   * Absent in the main domain.
   */
  end: ((thread: Thread, exit: number) => () => boolean) | undefined;
  private localState: Root | undefined;
  private recordsBacktraces: number;

  constructor(id: number, index: number, recordsBacktraces: number) {
    this.id = id;
    this.index = index;
    this.recordsBacktraces = recordsBacktraces;
  }

  get first(): Thread | undefined {
    return this.threads.values().next().value;
  }

  /** Keep what is in the cells. */
  leave(m: Machine): void {
    if (this.threads.size === 0) return; // it is no more
    this.localState ??= new Root(m, Val.unit);
    this.localState.value = m.word(CELL_DLS);
    this.recordsBacktraces = m.i32[CELL_BACKTRACE_ACTIVE >>> 2]!;
  }

  enter(m: Machine): void {
    m.setWord(CELL_DLS, this.localState?.value ?? ATOM0);
    m.i32[CELL_BACKTRACE_ACTIVE >>> 2] = this.recordsBacktraces;
    m.i32[CELL_DOMAIN_ID >>> 2] = this.id;
  }

  free(): void {
    this.localState?.free();
  }
}

/**
 * running: its registers are in the cells, and it does not wait. ended: its code has ended, but what it has to do as the
 * first thread of its domain has not.
 */
export type ThreadState = "running" | "stopped" | "ended";

export class Thread {
  readonly domain: Domain;
  /** Its innermost fiber, while it is not running. */
  fiber: number;
  state: ThreadState = "stopped";
  /** Whether it is in the queue of those that can run. */
  queued = false;
  /** Thread.id; undefined: the program has not linked the threads library. */
  id: number | undefined;
  /** Its Thread.t. */
  private descriptorRoot: Root | undefined;
  /**
   * What it must get before it goes on, called when it has been woken and it is its turn. false: it must wait again, and
   * whoever may change that knows of it.
   */
  step: (() => boolean) | undefined;
  /** What is to be done once its registers are in the cells. */
  resume: (() => void) | undefined;
  /** What the host has been asked for. */
  wait: HostWait | undefined;
  /** Address of the arguments of the primitive that has asked, or 0. */
  waitingAt = 0;
  /** Give up what it waits for, other than the host. */
  cancel: (() => void) | undefined;
  /** The signals that it blocks, while it is not running. */
  mask: readonly string[] = [];
  /** Those who wait for its end. */
  readonly joining: Thread[] = [];
  private backtrace: { exception: Root; position: number; buffer: number } | undefined;

  constructor(domain: Domain, fiber: number) {
    this.domain = domain;
    this.fiber = fiber;
    domain.threads.add(this);
  }

  /** The Thread.t: number, function, and what other runtimes wait on. */
  descriptor(m: Machine): Value {
    this.descriptorRoot ??= new Root(m, m.tuple(0, Val.int(this.id ?? 0), Val.unit, Val.unit));
    return this.descriptorRoot.value;
  }

  /** Keep the backtrace that is in the cells. */
  leave(m: Machine): void {
    const position = m.i32[CELL_BACKTRACE_POS >>> 2]!;
    const buffer = m.i32[CELL_BACKTRACE_BUFFER >>> 2]!;
    if (buffer === 0 && !this.backtrace) return;
    this.backtrace ??= { exception: new Root(m, Val.unit), position, buffer };
    this.backtrace.exception.value = m.word(CELL_BACKTRACE_EXN);
    this.backtrace.position = position;
    this.backtrace.buffer = buffer;
  }

  enter(m: Machine): void {
    const { backtrace } = this;
    m.i32[CELL_BACKTRACE_POS >>> 2] = backtrace?.position ?? 0;
    m.i32[CELL_BACKTRACE_BUFFER >>> 2] = backtrace?.buffer ?? 0;
    m.setWord(CELL_BACKTRACE_EXN, backtrace?.exception.value ?? Val.unit);
  }

  /** Its code has ended: there will be no backtraces. */
  freeBacktrace(m: Machine): void {
    this.backtrace?.exception.free();
    this.backtrace = undefined;
    const buffer = m.i32[CELL_BACKTRACE_BUFFER >>> 2]!;
    if (buffer !== 0) m.core.mem_free(buffer);
    m.i32[CELL_BACKTRACE_BUFFER >>> 2] = 0;
  }

  freeDescriptor(): void {
    this.descriptorRoot?.free();
  }
}
