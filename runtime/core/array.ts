/** Arrays, of floats too (runtime/array.c). A float array is flat: a block of TAG_DOUBLE_ARRAY. */
import { MAX_YOUNG_WOSIZE, TAG_DOUBLE_ARRAY, WORD } from "../layout";
import { boundError, invalidArg, raiseOutOfMemory } from "./fail";
import { allocLargeOrCollect, allocSmall, initialize, modify } from "./gc/alloc";
import { isYoung } from "./gc/minor";
import { copyDouble } from "./floats";
import { popRoot, pushRoot } from "./roots";
import { atom, field, isDouble, tag, toInt, UNIT, value, wosize } from "./values";

const MAX_WOSIZE: i64 = (1 << 54) - 1;

// @ts-ignore: decorator
@inline function isFloatArray(a: value): bool {
  return tag(<usize>a) == TAG_DOUBLE_ARRAY;
}
// @ts-ignore: decorator
@inline function outOfBounds(a: value, i: i64): bool {
  return <u64>i >= <u64>wosize(<usize>a);
}
// @ts-ignore: decorator
@inline function slot(a: value, i: i64): usize {
  return <usize>a + (<usize>i << 3);
}

/** A block of n > 0 words; 0: no memory. */
function allocate(n: i32, t: i32): usize {
  return n <= MAX_YOUNG_WOSIZE ? allocSmall(n, t) : allocLargeOrCollect(n, t);
}

export function caml_array_get_addr(a: value, index: value): value {
  const i = toInt(index);
  return outOfBounds(a, i) ? boundError() : load<value>(slot(a, i));
}
export function caml_array_get(a: value, index: value): value {
  const i = toInt(index);
  if (outOfBounds(a, i)) return boundError();
  return isFloatArray(a) ? copyDouble(load<f64>(slot(a, i))) : load<value>(slot(a, i));
}
export function caml_array_unsafe_get(a: value, index: value): value {
  const i = toInt(index);
  return isFloatArray(a) ? copyDouble(load<f64>(slot(a, i))) : load<value>(slot(a, i));
}
export function caml_floatarray_get(a: value, index: value): value {
  const i = toInt(index);
  return outOfBounds(a, i) ? boundError() : copyDouble(load<f64>(slot(a, i)));
}
export function caml_floatarray_unsafe_get(a: value, index: value): value {
  return copyDouble(load<f64>(slot(a, toInt(index))));
}
export { caml_floatarray_get as caml_array_get_float, caml_floatarray_unsafe_get as caml_array_unsafe_get_float };

export function caml_array_set_addr(a: value, index: value, v: value): value {
  const i = toInt(index);
  if (outOfBounds(a, i)) return boundError();
  modify(slot(a, i), v);
  return UNIT;
}
export function caml_array_set(a: value, index: value, v: value): value {
  const i = toInt(index);
  return outOfBounds(a, i) ? boundError() : caml_array_unsafe_set(a, index, v);
}
export function caml_array_unsafe_set(a: value, index: value, v: value): value {
  const p = slot(a, toInt(index));
  if (isFloatArray(a)) store<f64>(p, load<f64>(<usize>v));
  else modify(p, v);
  return UNIT;
}
export function caml_floatarray_set(a: value, index: value, v: value): value {
  const i = toInt(index);
  if (outOfBounds(a, i)) return boundError();
  store<f64>(slot(a, i), load<f64>(<usize>v));
  return UNIT;
}
export function caml_floatarray_unsafe_set(a: value, index: value, v: value): value {
  store<f64>(slot(a, toInt(index)), load<f64>(<usize>v));
  return UNIT;
}
export { caml_floatarray_set as caml_array_set_float, caml_floatarray_unsafe_set as caml_array_unsafe_set_float };

export function caml_floatarray_create(length: value): value {
  const n = toInt(length);
  if (n == 0) return atom(0);
  if (n < 0 || n > MAX_WOSIZE) return invalidArg("Float.Array.create");
  if (n > 0x1fffffff) return raiseOutOfMemory();
  const p = allocate(<i32>n, TAG_DOUBLE_ARRAY);
  return p ? <value>p : raiseOutOfMemory();
}
export { caml_floatarray_create as caml_array_create_float, caml_floatarray_create as caml_make_float_vect };

export function caml_floatarray_make(length: value, v: value): value {
  const x = load<f64>(<usize>v);
  const n = toInt(length);
  if (n == 0) return atom(0);
  if (n < 0 || n > MAX_WOSIZE) return invalidArg("Array.make");
  const a = caml_floatarray_create(length);
  if (!a) return 0;
  for (let i: i64 = 0; i < n; i++) store<f64>(slot(a, i), x);
  return a;
}
export { caml_floatarray_make as caml_floatarray_make_unboxed };

export function caml_uniform_array_make(length: value, v: value): value {
  const n = toInt(length);
  if (n == 0) return atom(0);
  if (n < 0 || n > MAX_WOSIZE) return invalidArg("Array.make");
  if (n > 0x1fffffff) return raiseOutOfMemory();
  pushRoot(v);
  const p = allocate(<i32>n, 0);
  v = popRoot();
  if (!p) return raiseOutOfMemory();
  const young = isYoung(p);
  for (let i: i64 = 0; i < n; i++) {
    if (young) store<value>(slot(<value>p, i), v);
    else initialize(slot(<value>p, i), v);
  }
  return <value>p;
}

export function caml_array_make(length: value, v: value): value {
  if (isDouble(v) && toInt(length) > 0) return caml_floatarray_make(length, v);
  return caml_uniform_array_make(length, v);
}
export { caml_array_make as caml_make_vect };

/** The elements are all floats: make a flat array of them. */
export function caml_array_of_uniform_array(a: value): value {
  const n = wosize(<usize>a);
  if (n == 0 || !isDouble(field(<usize>a, 0))) return a;
  pushRoot(a);
  const p = allocate(n, TAG_DOUBLE_ARRAY);
  a = popRoot();
  if (!p) return raiseOutOfMemory();
  for (let i: i64 = 0; i < <i64>n; i++) store<f64>(slot(<value>p, i), load<f64>(<usize>load<value>(slot(a, i))));
  return <value>p;
}
export { caml_array_of_uniform_array as caml_make_array };

// ---- Copying ----------------------------------------------------------------------------------------------------------

/** Move n values from `from` to `to`, which may overlap. */
function moveValues(to: usize, from: usize, n: i64): void {
  const bytes = <usize>n << 3;
  if (isYoung(to)) {
    memory.copy(to, from, bytes);
  } else if (from < to) {
    for (let i = bytes; i > 0; i -= WORD) modify(to + i - WORD, load<value>(from + i - WORD));
  } else {
    for (let i: usize = 0; i < bytes; i += WORD) modify(to + i, load<value>(from + i));
  }
}

export function caml_array_blit(from: value, i: value, to: value, j: value, length: value): value {
  const n = toInt(length);
  if (isFloatArray(to)) memory.copy(slot(to, toInt(j)), slot(from, toInt(i)), <usize>n << 3);
  else moveValues(slot(to, toInt(j)), slot(from, toInt(i)), n);
  return UNIT;
}
export function caml_floatarray_blit(from: value, i: value, to: value, j: value, length: value): value {
  memory.copy(slot(to, toInt(j)), slot(from, toInt(i)), <usize>toInt(length) << 3);
  return UNIT;
}
export function caml_uniform_array_blit(from: value, i: value, to: value, j: value, length: value): value {
  moveValues(slot(to, toInt(j)), slot(from, toInt(i)), toInt(length));
  return UNIT;
}

/** Copy n words to offset `at` of the new block p of tag t. */
function initialCopy(p: usize, at: i64, from: usize, n: i64, t: i32): void {
  const to = slot(<value>p, at);
  if (t == TAG_DOUBLE_ARRAY || isYoung(p)) {
    memory.copy(to, from, <usize>n << 3);
  } else {
    for (let i: usize = 0; i < <usize>n << 3; i += WORD) initialize(to + i, load<value>(from + i));
  }
}

function sub(a: value, offset: value, length: value, t: i32): value {
  const n = toInt(length);
  if (n == 0) return atom(0);
  pushRoot(a);
  const p = allocate(<i32>n, t);
  a = popRoot();
  if (!p) return raiseOutOfMemory();
  initialCopy(p, 0, slot(a, toInt(offset)), n, t);
  return <value>p;
}
export function caml_array_sub(a: value, offset: value, length: value): value {
  return sub(a, offset, length, isFloatArray(a) ? TAG_DOUBLE_ARRAY : 0);
}
export function caml_floatarray_sub(a: value, offset: value, length: value): value {
  return sub(a, offset, length, TAG_DOUBLE_ARRAY);
}
export function caml_uniform_array_sub(a: value, offset: value, length: value): value {
  return sub(a, offset, length, 0);
}

function append(a: value, b: value, t: i32): value {
  const m = wosize(<usize>a);
  const n = wosize(<usize>b);
  if (m + n == 0) return atom(0);
  pushRoot(a);
  pushRoot(b);
  const p = allocate(m + n, t);
  b = popRoot();
  a = popRoot();
  if (!p) return raiseOutOfMemory();
  initialCopy(p, 0, <usize>a, m, t);
  initialCopy(p, m, <usize>b, n, t);
  return <value>p;
}
export function caml_array_append(a: value, b: value): value {
  return append(a, b, isFloatArray(a) || isFloatArray(b) ? TAG_DOUBLE_ARRAY : 0);
}
export function caml_floatarray_append(a: value, b: value): value {
  return append(a, b, TAG_DOUBLE_ARRAY);
}
export function caml_uniform_array_append(a: value, b: value): value {
  return append(a, b, 0);
}

function concat(list: value, uniform: bool): value {
  let total: i64 = 0;
  let t = 0;
  for (let l = list; !(<i32>l & 1); l = field(<usize>l, 1)) {
    const a = field(<usize>l, 0);
    total += wosize(<usize>a);
    if (!uniform && isFloatArray(a)) t = TAG_DOUBLE_ARRAY;
  }
  if (total == 0) return atom(0);
  if (total > 0x1fffffff) return invalidArg("Array.concat");
  pushRoot(list);
  const p = allocate(<i32>total, t);
  list = popRoot();
  if (!p) return raiseOutOfMemory();
  let at: i64 = 0;
  for (let l = list; !(<i32>l & 1); l = field(<usize>l, 1)) {
    const a = <usize>field(<usize>l, 0);
    initialCopy(p, at, a, wosize(a), t);
    at += wosize(a);
  }
  return <value>p;
}
export function caml_array_concat(list: value): value {
  return concat(list, false);
}
export function caml_floatarray_concat(list: value): value {
  return concat(list, false);
}
export function caml_uniform_array_concat(list: value): value {
  return concat(list, true);
}

export function caml_array_fill(a: value, offset: value, length: value, v: value): value {
  if (isFloatArray(a)) return caml_floatarray_fill(a, offset, length, v);
  return caml_uniform_array_fill(a, offset, length, v);
}
export function caml_uniform_array_fill(a: value, offset: value, length: value, v: value): value {
  const end = slot(a, toInt(offset) + toInt(length));
  for (let p = slot(a, toInt(offset)); p < end; p += WORD) modify(p, v);
  return UNIT;
}
export function caml_floatarray_fill(a: value, offset: value, length: value, v: value): value {
  const x = load<f64>(<usize>v);
  const end = slot(a, toInt(offset) + toInt(length));
  for (let p = slot(a, toInt(offset)); p < end; p += WORD) store<f64>(p, x);
  return UNIT;
}
export { caml_floatarray_fill as caml_floatarray_fill_unboxed };
