/** Mutexes and condition variables (runtime/sync.c; the mutexes check for errors, as sync_posix.h makes them). */
import { CUSTOM_CONDITION, CUSTOM_MUTEX, WORD } from "../../runtime/layout.ts";
import type { Machine } from "../../runtime/machine.ts";
import { definePrimitives, type Primitive, Val, type Value } from "../../runtime/primitives.ts";
import type { Engine } from "../engine.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Thread } from "./thread.ts";

/** Objects whose OCaml values are custom blocks that hold their numbers. */
class Table<T> {
  private readonly kind: number;
  private readonly objects = new Map<number, T>();
  private next = 0;

  constructor(kind: number) {
    this.kind = kind;
  }

  alloc(m: Machine, object: T): Value {
    const n = this.next++;
    this.objects.set(n, object);
    return m.core.alloc_host_custom(this.kind, n) >>> 0;
  }

  /** The object whose block is in slot i of p. */
  get(m: Machine, p: number, i: number): T {
    return this.objects.get(m.i32[(m.block(p, i) + WORD) >>> 2]!)!;
  }

  delete(n: number): void {
    this.objects.delete(n);
  }
}

/** Remove an item, if it is there. */
function remove<T>(items: T[], item: T): void {
  const i = items.indexOf(item);
  if (i >= 0) items.splice(i, 1);
}

export class Mutex {
  owner: Thread | undefined;
  private readonly scheduler: Scheduler;
  private readonly waiting: Thread[] = [];
  /** The first who waits has found it locked when it was its turn: it is the next owner. */
  private handOver = false;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  /** Lock it for a thread; false: the thread waits, and is woken to try again. */
  take(thread: Thread): boolean {
    if (this.owner === thread) return true;
    const { waiting } = this;
    if (this.owner) {
      if (waiting.includes(thread)) this.handOver = true;
      else waiting.push(thread);
      return false;
    }
    remove(waiting, thread);
    this.owner = thread;
    return true;
  }

  unlock(): void {
    this.owner = undefined;
    const first = this.waiting[0];
    if (!first) return;
    if (this.handOver) {
      this.handOver = false;
      this.take(first);
    }
    this.scheduler.wake(first);
  }

  /** The thread does not wait any more. */
  cancel(thread: Thread): void {
    remove(this.waiting, thread);
  }

  /** In a primitive: wait until a thread has it. */
  wait(thread: Thread): never {
    return this.scheduler.block(
      () => this.take(thread),
      () => this.cancel(thread),
    );
  }
}

export class Condition {
  private readonly waiting: { readonly thread: Thread; readonly mutex: Mutex }[] = [];

  /** In a primitive: unlock the mutex and wait for a signal, then for the mutex. */
  wait(scheduler: Scheduler, mutex: Mutex): never {
    const thread = scheduler.current;
    const waiter = { thread, mutex };
    mutex.unlock();
    this.waiting.push(waiter);
    return scheduler.block(
      () => mutex.take(thread),
      () => {
        remove(this.waiting, waiter);
        mutex.cancel(thread);
      },
    );
  }

  signal(scheduler: Scheduler): void {
    const waiter = this.waiting.shift();
    if (waiter && waiter.mutex.take(waiter.thread)) scheduler.wake(waiter.thread);
  }

  broadcast(scheduler: Scheduler): void {
    while (this.waiting.length > 0) this.signal(scheduler);
  }
}

export interface Synchronisation {
  readonly primitives: readonly Primitive[];
  /** The object whose value is in slot i of p. */
  mutex(m: Machine, p: number, i: number): Mutex;
  condition(m: Machine, p: number, i: number): Condition;
  /** The block of a custom kind that holds this number has died. */
  finalize(kind: number, n: number): void;
}

/** Mutexes and conditions of one machine. */
export function synchronisation(engine: Engine): Synchronisation {
  const mutexes = new Table<Mutex>(CUSTOM_MUTEX);
  const conditions = new Table<Condition>(CUSTOM_CONDITION);
  const mutex = (m: Machine, p: number, i: number): Mutex => mutexes.get(m, p, i);
  const condition = (m: Machine, p: number, i: number): Condition => conditions.get(m, p, i);
  const requireOwner = (m: Machine, locked: Mutex, name: string): void => {
    if (locked.owner !== engine.scheduler.current) m.sysError(`${name}: Operation not permitted`);
  };
  return {
    mutex,
    condition,
    finalize: (kind, n) => {
      if (kind === CUSTOM_MUTEX) mutexes.delete(n);
      if (kind === CUSTOM_CONDITION) conditions.delete(n);
    },
    primitives: definePrimitives({
      caml_ml_mutex_new: [1, (m) => mutexes.alloc(m, new Mutex(engine.scheduler))],
      caml_ml_mutex_lock: [
        1,
        (m, a) => {
          const wanted = mutex(m, a, 0);
          const { current } = engine.scheduler;
          if (wanted.owner === current) m.sysError("Mutex.lock: Resource deadlock avoided");
          return wanted.take(current) ? Val.unit : wanted.wait(current);
        },
      ],
      caml_ml_mutex_try_lock: [
        1,
        (m, a) => {
          const wanted = mutex(m, a, 0);
          return Val.bool(wanted.owner === undefined && wanted.take(engine.scheduler.current));
        },
      ],
      caml_ml_mutex_unlock: [
        1,
        (m, a) => {
          const locked = mutex(m, a, 0);
          requireOwner(m, locked, "Mutex.unlock");
          locked.unlock();
          return Val.unit;
        },
      ],
      caml_ml_condition_new: [1, (m) => conditions.alloc(m, new Condition())],
      caml_ml_condition_wait: [
        2,
        (m, a) => {
          const locked = mutex(m, a, 1);
          requireOwner(m, locked, "Condition.wait");
          return condition(m, a, 0).wait(engine.scheduler, locked);
        },
      ],
      caml_ml_condition_signal: [
        1,
        (m, a) => {
          condition(m, a, 0).signal(engine.scheduler);
          return Val.unit;
        },
      ],
      caml_ml_condition_broadcast: [
        1,
        (m, a) => {
          condition(m, a, 0).broadcast(engine.scheduler);
          return Val.unit;
        },
      ],
    }),
  };
}
