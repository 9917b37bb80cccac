/**
 * Mutexes and condition variables for programs with one thread of control (runtime/sync.c): what would wait for another
 * thread can only wait for ever, and says so.
 */
import { CUSTOM_CONDITION, CUSTOM_MUTEX, WORD } from "../layout.ts";
import type { Machine } from "../machine.ts";
import { definePrimitives, Val } from "../primitives.ts";

/** Address of a mutex's word: 1 when it is locked. */
const stateOf = (m: Machine, a: number, i = 0): number => (m.block(a, i) + WORD) >>> 2;

export const syncPrimitives = definePrimitives({
  caml_ml_mutex_new: [1, (m) => m.core.alloc_host_custom(CUSTOM_MUTEX, 0) >>> 0],
  caml_ml_mutex_lock: [
    1,
    (m, a) => {
      if (m.i32[stateOf(m, a)] !== 0) m.sysError("Mutex.lock: Resource deadlock avoided");
      m.i32[stateOf(m, a)] = 1;
      return Val.unit;
    },
  ],
  caml_ml_mutex_try_lock: [
    1,
    (m, a) => {
      if (m.i32[stateOf(m, a)] !== 0) return Val.false;
      m.i32[stateOf(m, a)] = 1;
      return Val.true;
    },
  ],
  caml_ml_mutex_unlock: [
    1,
    (m, a) => {
      if (m.i32[stateOf(m, a)] === 0) m.sysError("Mutex.unlock: Operation not permitted");
      m.i32[stateOf(m, a)] = 0;
      return Val.unit;
    },
  ],
  caml_ml_condition_new: [1, (m) => m.core.alloc_host_custom(CUSTOM_CONDITION, 0) >>> 0],
  caml_ml_condition_wait: [2, (m) => m.sysError("Condition.wait: Resource deadlock avoided")],
  caml_ml_condition_signal: [1, () => Val.unit],
  caml_ml_condition_broadcast: [1, () => Val.unit],
  caml_ml_domain_cpu_relax: [1, () => Val.unit],
});
