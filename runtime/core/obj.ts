/** Operations on any block, lazy values, dummies for recursive values, object ids (runtime/obj.c, alloc.c, memory.c). */
import {
  CELL_OBJECT_ID,
  MAX_YOUNG_WOSIZE,
  TAG_CLOSURE,
  TAG_CUSTOM,
  TAG_DOUBLE_ARRAY,
  TAG_FORCING,
  TAG_FORWARD,
  TAG_INFIX,
  TAG_LAZY,
  TAG_NO_SCAN,
  TAG_STRING,
  WORD,
} from "../layout";
import { invalidArg, raiseOutOfMemory } from "./fail";
import { alloc, allocLargeOrCollect, allocSmall, initialize, modify } from "./gc/alloc";
import { isYoung } from "./gc/minor";
import { copyNativeint } from "./ints";
import { find_method } from "./interp";
import { popRoot, pushRoot } from "./roots";
import {
  atom,
  field,
  initField,
  isInt,
  makeHeader,
  ofBool,
  ofInt,
  ofInt32,
  setHeader,
  tag,
  toInt,
  toInt32,
  UNIT,
  value,
  wosize,
} from "./values";

const INT_TAG: i32 = 1000;
const UNALIGNED_TAG: i32 = 1002;

function tagOf(v: value): i32 {
  return isInt(v) ? INT_TAG : <i32>v & 7 ? UNALIGNED_TAG : tag(<usize>v);
}

export function caml_obj_tag(v: value): value {
  return ofInt32(tagOf(v));
}

export function caml_obj_raw_field(block: value, index: value): value {
  return copyNativeint(field(<usize>block, toInt32(index)));
}

export function caml_obj_block(tag: value, size: value): value {
  const t = toInt32(tag);
  const n = toInt32(size);
  if (t == TAG_CUSTOM || (t == TAG_CLOSURE && n < 2) || (t == TAG_STRING && n == 0)) return invalidArg("Obj.new_block");
  const p = alloc(n, t);
  if (!p) return raiseOutOfMemory();
  if (t == TAG_CLOSURE) initField(p, 1, (2 << 1) | 1);
  if (t == TAG_STRING) initField(p, n - 1, 0);
  return <value>p;
}

export function caml_obj_with_tag(tag: value, v: value): value {
  const t = toInt32(tag);
  const n = wosize(<usize>v);
  if (n == 0) return atom(t);
  pushRoot(v);
  const p = n <= MAX_YOUNG_WOSIZE ? allocSmall(n, t) : allocLargeOrCollect(n, t);
  v = popRoot();
  if (!p) return raiseOutOfMemory();
  if (t >= TAG_NO_SCAN || isYoung(p)) {
    memory.copy(p, <usize>v, <usize>n << 3);
  } else {
    for (let i = 0; i < n; i++) initialize(p + (<usize>i << 3), field(<usize>v, i));
  }
  return <value>p;
}
export function caml_obj_dup(v: value): value {
  return caml_obj_with_tag(ofInt32(tag(<usize>v)), v);
}

export function caml_obj_add_offset(v: value, offset: value): value {
  return v + load<i32>(<usize>offset, WORD);
}
export function caml_obj_compare_and_swap(block: value, index: value, old: value, v: value): value {
  const p = <usize>block + (<usize>toInt32(index) << 3);
  if (load<value>(p) != old) return 1;
  modify(p, v);
  return 3;
}
export function caml_obj_is_shared(v: value): value {
  return ofBool(isInt(v) || !isYoung(<usize>v));
}
/** A null pointer cannot be represented: 0 is never a value. */
export function caml_int_as_pointer(n: value): value {
  return n == 1 ? invalidArg("int_as_pointer: null") : n - 1;
}

// ---- Lazy values ------------------------------------------------------------------------------------------------------

function updateTag(p: usize, from: i32, to: i32): bool {
  if (tag(p) != from) return false;
  store<u8>(p - WORD, <u8>to);
  return true;
}
export function caml_lazy_make_forward(v: value): value {
  pushRoot(v);
  const p = allocSmall(1, TAG_FORWARD);
  initField(p, 0, popRoot());
  return <value>p;
}
export function caml_lazy_reset_to_lazy(v: value): value {
  updateTag(<usize>v, TAG_FORCING, TAG_LAZY);
  return UNIT;
}
export function caml_lazy_update_to_forward(v: value): value {
  updateTag(<usize>v, TAG_FORCING, TAG_FORWARD);
  return UNIT;
}
export function caml_lazy_update_to_forcing(v: value): value {
  return !isInt(v) && updateTag(<usize>v, TAG_LAZY, TAG_FORCING) ? 1 : 3;
}
export function caml_lazy_read_result(v: value): value {
  return tagOf(v) == TAG_FORWARD ? field(<usize>v, 0) : v;
}

// ---- Objects ----------------------------------------------------------------------------------------------------------

export function caml_fresh_oo_id(unit: value): value {
  const id = load<i64>(CELL_OBJECT_ID);
  store<i64>(CELL_OBJECT_ID, id + 1);
  return ofInt(id);
}
export function caml_set_oo_id(object: value): value {
  initField(<usize>object, 1, caml_fresh_oo_id(UNIT));
  return object;
}
export function caml_get_public_method(object: value, tag: value): value {
  return find_method(<usize>field(<usize>object, 0), tag);
}

// ---- Recursive values ---------------------------------------------------------------------------------------------------

export function caml_alloc_dummy(size: value): value {
  const p = alloc(toInt32(size), 0);
  return p ? <value>p : raiseOutOfMemory();
}
export { caml_alloc_dummy as caml_alloc_dummy_float };
export function caml_alloc_dummy_function(size: value, arity: value): value {
  return caml_alloc_dummy(size);
}
export function caml_alloc_dummy_infix(size: value, offset: value): value {
  const n = toInt32(size);
  const k = toInt32(offset);
  const p = alloc(n, TAG_CLOSURE);
  if (!p) return raiseOutOfMemory();
  initField(p, 1, (<i64>n << 1) | 1);
  if (k == 0) return <value>p;
  const q = p + (<usize>k << 3);
  setHeader(q, makeHeader(k, TAG_INFIX, 0));
  return <value>q;
}

export function caml_update_dummy(dummy: value, v: value): value {
  let p = <usize>dummy;
  let q = <usize>v;
  const t = tag(q);
  let n = wosize(q);
  if (wosize(p) == 0) return UNIT; // atoms are equal already
  if (t == TAG_DOUBLE_ARRAY) {
    store<u8>(p - WORD, <u8>t);
    memory.copy(p, q, <usize>n << 3);
    return UNIT;
  }
  if (t == TAG_INFIX) {
    p -= <usize>wosize(p) << 3;
    q -= <usize>n << 3;
    n = wosize(q);
  } else {
    store<u8>(p - WORD, <u8>t);
  }
  for (let i = 0; i < n; i++) modify(p + (<usize>i << 3), field(q, i));
  return UNIT;
}

// ---- Atomic references --------------------------------------------------------------------------------------------------

/** Words of a cache line, less the header. */
const CONTENDED_WORDS: i32 = 15;

export function caml_atomic_make_contended(v: value): value {
  pushRoot(v);
  const p = allocLargeOrCollect(CONTENDED_WORDS, 0);
  v = popRoot();
  if (!p) return raiseOutOfMemory();
  initialize(p, v);
  for (let i = 1; i < CONTENDED_WORDS; i++) initField(p, i, UNIT);
  return <value>p;
}
export function caml_atomic_load(ref: value): value {
  return field(<usize>ref, 0);
}
export function caml_atomic_exchange(ref: value, v: value): value {
  const old = field(<usize>ref, 0);
  modify(<usize>ref, v);
  return old;
}
export function caml_atomic_cas(ref: value, old: value, v: value): value {
  if (field(<usize>ref, 0) != old) return 1;
  modify(<usize>ref, v);
  return 3;
}
export function caml_atomic_fetch_add(ref: value, n: value): value {
  const old = field(<usize>ref, 0);
  initField(<usize>ref, 0, old + n - 1);
  return old;
}
