/** Weak arrays and ephemerons (runtime/weak.c). Their treatment by collections is in gc/ephemerons.ts. */
import { CELL_MARKING, TAG_ABSTRACT, TAG_CUSTOM, TAG_INFIX, WORD } from "../layout";
import { invalidArg, raiseOutOfMemory } from "./fail";
import { allocLargeOrCollect, allocSmall } from "./gc/alloc";
import { EPHE_DATA, EPHE_FIRST_KEY, EPHE_NONE, registerEphemeron, touchEphemeron } from "./gc/ephemerons";
import { darken } from "./gc/major";
import { isYoung } from "./gc/minor";
import { caml_obj_dup } from "./obj";
import { popRoot, pushRoot } from "./roots";
import { isInt, ofBool, tag, toInt, UNIT, value, wosize } from "./values";

const NO_KEY_WORDS: i32 = 2;

// @ts-ignore: decorator
@inline function keySlot(e: value, n: value): usize {
  return <usize>e + EPHE_FIRST_KEY + <usize>(toInt(n) << 3);
}
// @ts-ignore: decorator
@inline function outside(e: value, n: i64): bool {
  return n < 0 || n >= <i64>(wosize(<usize>e) - NO_KEY_WORDS);
}

export function caml_ephe_create(length: value): value {
  const n = toInt(length);
  if (n < 0 || n > (<i64>1 << 54) - 3) return invalidArg("Weak.create");
  if (n > 0x1ffffff0) return raiseOutOfMemory();
  const p = allocLargeOrCollect(<i32>n + NO_KEY_WORDS, TAG_ABSTRACT);
  if (!p) return raiseOutOfMemory();
  for (let f = p + EPHE_DATA; f < p + (<usize>(n + NO_KEY_WORDS) << 3); f += WORD) store<value>(f, EPHE_NONE);
  registerEphemeron(p);
  return <value>p;
}
export { caml_ephe_create as caml_weak_create };

function setSlot(e: value, slot: usize, v: value): void {
  store<value>(slot, v);
  if (!isInt(v) && isYoung(<usize>v)) touchEphemeron(<usize>e);
}

export function caml_ephe_set_key(e: value, n: value, v: value): value {
  if (outside(e, toInt(n))) return invalidArg("Weak.set");
  setSlot(e, keySlot(e, n), v);
  return UNIT;
}
export function caml_ephe_unset_key(e: value, n: value): value {
  if (outside(e, toInt(n))) return invalidArg("Weak.set");
  store<value>(keySlot(e, n), EPHE_NONE);
  return UNIT;
}
/** v is an option. */
export function caml_weak_set(e: value, n: value, v: value): value {
  return isInt(v) ? caml_ephe_unset_key(e, n) : caml_ephe_set_key(e, n, load<value>(<usize>v));
}
export function caml_ephe_set_data(e: value, v: value): value {
  const old = load<value>(<usize>e + EPHE_DATA);
  if (load<i32>(CELL_MARKING)) darken(old);
  setSlot(e, <usize>e + EPHE_DATA, v);
  return UNIT;
}
export function caml_ephe_unset_data(e: value): value {
  store<value>(<usize>e + EPHE_DATA, EPHE_NONE);
  return UNIT;
}

function some(v: value): value {
  pushRoot(v);
  const p = allocSmall(1, 0);
  store<value>(p, popRoot());
  return <value>p;
}

/** What a slot holds, as an option. What is taken out during marking is alive. */
function get(slot: usize): value {
  const v = load<value>(slot);
  if (v == EPHE_NONE) return 1;
  if (load<i32>(CELL_MARKING)) darken(v);
  return some(v);
}
/** The same with a shallow copy, but for values that cannot be copied. */
function getCopy(slot: usize): value {
  let v = load<value>(slot);
  if (v == EPHE_NONE) return 1;
  if (load<i32>(CELL_MARKING)) darken(v); // for what a copy of it refers to
  if (!isInt(v) && tag(<usize>v) != TAG_CUSTOM && tag(<usize>v) != TAG_INFIX) {
    v = caml_obj_dup(v);
    if (!v) return 0;
  }
  return some(v);
}

export function caml_ephe_get_key(e: value, n: value): value {
  return outside(e, toInt(n)) ? invalidArg("Weak.get_key") : get(keySlot(e, n));
}
export function caml_weak_get(e: value, n: value): value {
  return outside(e, toInt(n)) ? invalidArg("Weak.get") : get(keySlot(e, n));
}
export function caml_ephe_get_key_copy(e: value, n: value): value {
  return outside(e, toInt(n)) ? invalidArg("Weak.get_copy") : getCopy(keySlot(e, n));
}
export { caml_ephe_get_key_copy as caml_weak_get_copy };
export function caml_ephe_get_data(e: value): value {
  return get(<usize>e + EPHE_DATA);
}
export function caml_ephe_get_data_copy(e: value): value {
  return getCopy(<usize>e + EPHE_DATA);
}
export function caml_ephe_check_key(e: value, n: value): value {
  return outside(e, toInt(n)) ? invalidArg("Weak.check") : ofBool(load<value>(keySlot(e, n)) != EPHE_NONE);
}
export { caml_ephe_check_key as caml_weak_check };
export function caml_ephe_check_data(e: value): value {
  return ofBool(load<value>(<usize>e + EPHE_DATA) != EPHE_NONE);
}

export function caml_ephe_blit_key(from: value, i: value, to: value, j: value, length: value): value {
  const n = toInt(length);
  if (n < 0 || toInt(i) < 0 || toInt(j) < 0) return invalidArg("Weak.blit");
  if (n == 0) return UNIT;
  if (outside(from, toInt(i) + n - 1) || outside(to, toInt(j) + n - 1)) return invalidArg("Weak.blit");
  const source = keySlot(from, i);
  const target = keySlot(to, j);
  const bytes = <usize>n << 3;
  if (load<i32>(CELL_MARKING)) for (let k: usize = 0; k < bytes; k += WORD) darken(load<value>(source + k));
  memory.copy(target, source, bytes);
  for (let k: usize = 0; k < bytes; k += WORD) {
    const v = load<value>(target + k);
    if (!isInt(v) && isYoung(<usize>v)) {
      touchEphemeron(<usize>to);
      break;
    }
  }
  return UNIT;
}
export { caml_ephe_blit_key as caml_weak_blit };
export function caml_ephe_blit_data(from: value, to: value): value {
  return caml_ephe_set_data(to, load<value>(<usize>from + EPHE_DATA));
}
