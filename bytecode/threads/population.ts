/** The threads and domains that there are (otherlibs/systhreads/st_stubs.c, runtime/domain.c). */
import { CELL_BACKTRACE_ACTIVE, CELL_DEBUG, CELL_FUEL_REFILL, DEBUG_STRESS } from "../../runtime/layout.ts";
import type { Machine } from "../../runtime/machine.ts";
import { Domain, Thread } from "./thread.ts";

/** Polls between two visits to the host, and the same while several domains run, which may watch each other. */
const POLLS = 20_000;
const POLLS_OF_DOMAINS = 2_000;
const POLLS_STRESSED = 3;

export class Population {
  readonly main: Thread;
  private readonly machine: Machine;
  /** Domains that can run at a time. */
  private readonly maxDomains: number;
  private readonly domains = new Set<Domain>();
  /** Threads by Thread.id; only once they have one. */
  private readonly numbered = new Map<number, Thread>();
  /** The next Thread.id; undefined: the program has not linked the threads library. */
  private nextThread: number | undefined;
  private nextDomain = 0;
  private threads = 1;

  constructor(machine: Machine, maxDomains: number) {
    this.machine = machine;
    this.maxDomains = maxDomains;
    this.main = new Thread(this.addDomain(), 0);
    this.main.state = "running";
  }

  get severalThreads(): boolean {
    return this.threads > 1;
  }

  get severalDomains(): boolean {
    return this.domains.size > 1;
  }

  /** The thread with a Thread.id; undefined: it has ended. */
  withNumber(id: number): Thread | undefined {
    return this.numbered.get(id);
  }

  /** From now on threads have numbers, the main one the first. */
  number(): void {
    if (this.nextThread !== undefined) return;
    this.nextThread = 0;
    this.giveNumber(this.main);
  }

  private giveNumber(thread: Thread): void {
    if (this.nextThread === undefined) return;
    thread.id = this.nextThread++;
    this.numbered.set(thread.id, thread);
  }

  /** A new domain, without threads yet. Raises Failure when there are too many. */
  addDomain(): Domain {
    const used = new Set([...this.domains].map((d) => d.index));
    if (used.size >= this.maxDomains) this.machine.failwith("failed to allocate domain");
    let index = 0;
    while (used.has(index)) index++;
    const domain = new Domain(this.nextDomain++, index, this.machine.i32[CELL_BACKTRACE_ACTIVE >>> 2]!);
    this.domains.add(domain);
    this.setPolls();
    return domain;
  }

  /** A new thread that applies the function in the word at `f` to (). Raises Out_of_memory. */
  add(f: number, domain: Domain): Thread {
    const m = this.machine;
    const fiber = m.core.thread_new(f) >>> 0;
    if (fiber === 0) m.outOfMemory();
    const thread = new Thread(domain, fiber);
    thread.mask = m.host.signals.mask();
    this.giveNumber(thread);
    this.threads++;
    return thread;
  }

  /** A thread is no more. */
  remove(thread: Thread): void {
    const { domain } = thread;
    if (thread.id !== undefined) this.numbered.delete(thread.id);
    domain.threads.delete(thread);
    thread.freeDescriptor();
    this.threads--;
    if (domain.threads.size > 0) return;
    this.domains.delete(domain);
    domain.free();
    this.setPolls();
  }

  private setPolls(): void {
    const { i32 } = this.machine;
    const stressed = (i32[CELL_DEBUG >>> 2]! & DEBUG_STRESS) !== 0;
    i32[CELL_FUEL_REFILL >>> 2] = stressed ? POLLS_STRESSED : this.severalDomains ? POLLS_OF_DOMAINS : POLLS;
  }
}
