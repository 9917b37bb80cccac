/**
 * Bigarrays (runtime/bigarray.c). The block, all words but the first raw:
 *
 *     CUSTOM_BIGARRAY | data address | number of dimensions | flags | owner | dimensions …
 *
 * The data are off the heap and belong to an owner [references i32, data i32], which a bigarray
 * shares with its parts; it is freed with the last of them. Data without an owner (0) are not ours.
 */
import {
  BIGARRAY_DATA,
  BIGARRAY_DIMS,
  BIGARRAY_FLAGS,
  BIGARRAY_FORTRAN,
  BIGARRAY_KIND_MASK,
  BIGARRAY_NUM_DIMS,
  BIGARRAY_OWNER,
  KIND_CAML_INT,
  KIND_CHAR,
  KIND_COMPLEX32,
  KIND_COMPLEX64,
  KIND_FLOAT16,
  KIND_FLOAT32,
  KIND_FLOAT64,
  KIND_INT32,
  KIND_INT64,
  KIND_NATIVE_INT,
  KIND_SINT16,
  KIND_SINT8,
  KIND_UINT16,
  KIND_UINT8,
  CUSTOM_BIGARRAY,
  TAG_DOUBLE_ARRAY,
  WORD,
} from "../layout";
import { boundError, invalidArg, raiseOutOfMemory } from "./fail";
import { copyDouble } from "./floats";
import { allocCustom, allocSmall, collectEverything } from "./gc/alloc";
import { memAlloc, memFree } from "./gc/malloc";
import { mix32, mixDouble } from "./hash";
import { copyInt32, copyInt64, copyNativeint } from "./ints";
import { popRoot, pushRoot } from "./roots";
import { field, ofInt, ofInt32, toInt, toInt32, UNIT, value, wosize } from "./values";

export const LAST_KIND: i32 = KIND_FLOAT16;
const FIXED_WORDS: i32 = 4;
export const MAX_DIMS: i32 = 16;
const MAX_BYTES: u64 = 0xfff00000;

const ELEMENT_SIZES: usize = memory.data<u8>([4, 8, 1, 1, 2, 2, 4, 8, 8, 8, 8, 16, 1, 2]);

/** Indices and dimensions of the operation in progress. */
const indices: usize = memory.data(16 * 8, 8);

// @ts-ignore: decorator
@inline export function data(p: usize): usize {
  return load<usize>(p, BIGARRAY_DATA);
}
// @ts-ignore: decorator
@inline export function numDims(p: usize): i32 {
  return load<i32>(p, BIGARRAY_NUM_DIMS);
}
// @ts-ignore: decorator
@inline export function flags(p: usize): i32 {
  return load<i32>(p, BIGARRAY_FLAGS);
}
// @ts-ignore: decorator
@inline export function kind(p: usize): i32 {
  return load<i32>(p, BIGARRAY_FLAGS) & BIGARRAY_KIND_MASK;
}
// @ts-ignore: decorator
@inline export function dim(p: usize, i: i32): i64 {
  return load<i64>(p + (<usize>i << 3), BIGARRAY_DIMS);
}
// @ts-ignore: decorator
@inline export function elementSize(k: i32): usize {
  return <usize>load<u8>(ELEMENT_SIZES + <usize>k);
}
export function numElements(p: usize): i64 {
  let n: i64 = 1;
  for (let i = 0; i < numDims(p); i++) n *= dim(p, i);
  return n;
}
function byteSize(p: usize): usize {
  return <usize>numElements(p) * elementSize(kind(p));
}

/** A bigarray whose dimensions are the first n of `indices`. */
function make(fl: i32, n: i32, address: usize, owner: usize, ownBytes: usize): usize {
  const p = allocCustom(CUSTOM_BIGARRAY, FIXED_WORDS + n, ownBytes);
  if (!p) return 0;
  store<u64>(p, <u64>address, BIGARRAY_DATA);
  store<u64>(p, <u64>n, BIGARRAY_NUM_DIMS);
  store<u64>(p, <u64>fl, BIGARRAY_FLAGS);
  store<u64>(p, <u64>owner, BIGARRAY_OWNER);
  for (let i = 0; i < n; i++) store<i64>(p + (<usize>i << 3), load<i64>(indices + (<usize>i << 3)), BIGARRAY_DIMS);
  return p;
}

/** A bigarray that shares the data of `whole`, at another address. */
function makePart(whole: usize, fl: i32, n: i32, address: usize): value {
  const owner = load<usize>(whole, BIGARRAY_OWNER);
  const p = make(fl, n, address, owner, 0);
  if (!p) return raiseOutOfMemory();
  if (owner) store<i32>(owner, load<i32>(owner) + 1);
  return <value>p;
}

/** The bigarray at p is dead. */
export function finalizeBigarray(p: usize): void {
  const owner = load<usize>(p, BIGARRAY_OWNER);
  if (!owner) return;
  const references = load<i32>(owner) - 1;
  store<i32>(owner, references);
  if (references == 0) {
    memFree(load<usize>(owner, 4));
    memFree(owner);
  }
}

export function caml_ba_create(kind: value, layout: value, dims: value): value {
  const n = wosize(<usize>dims);
  if (n > MAX_DIMS) return invalidArg("Bigarray.create: bad number of dimensions");
  for (let i = 0; i < n; i++) {
    const d = toInt(field(<usize>dims, i));
    if (d < 0) return invalidArg("Bigarray.create: negative dimension");
    setDimension(i, d);
  }
  const fl = toInt32(kind) | (toInt32(layout) << 8);
  let p = makeFromDimensions(fl, n);
  if (!p) {
    collectEverything();
    p = makeFromDimensions(fl, n);
  }
  return p ? <value>p : raiseOutOfMemory();
}

/** A bigarray with `size` bytes of data of its own; its dimensions are the first n of `indices`. 0: no memory. */
function makeWithData(fl: i32, n: i32, size: usize): usize {
  const address = memAlloc(size);
  if (!address) return 0;
  const owner = memAlloc(8);
  const p = owner ? make(fl, n, address, owner, size + 1) : 0;
  if (!p) {
    memFree(owner);
    memFree(address);
    return 0;
  }
  store<i32>(owner, 1);
  store<usize>(owner, address, 4);
  return p;
}

/** The i-th dimension of the bigarray that is to be made. */
export function setDimension(i: i32, n: i64): void {
  store<i64>(indices + (<usize>i << 3), n);
}
/** The bigarray of the n dimensions that were set. 0: no memory for it. */
export function makeFromDimensions(fl: i32, n: i32): usize {
  let size = <u64>elementSize(fl & BIGARRAY_KIND_MASK);
  let tooLarge = false;
  for (let i = 0; i < n; i++) {
    const d = load<u64>(indices + (<usize>i << 3));
    if (d == 0) return makeWithData(fl, n, 0);
    tooLarge = tooLarge || size > MAX_BYTES / d;
    if (!tooLarge) size *= d;
  }
  return tooLarge ? 0 : makeWithData(fl, n, <usize>size);
}

// ---- Elements ---------------------------------------------------------------------------------------------------------------

function float16ToDouble(h: u32): f64 {
  const exponent = (h >> 10) & 31;
  const fraction = <f64>(h & 0x3ff);
  let x: f64;
  if (exponent == 31) x = fraction == 0 ? Infinity : NaN;
  else if (exponent == 0) x = fraction * 5.960464477539063e-8; // 2^-24
  else x = (1.0 + fraction / 1024.0) * NativeMath.scalbn(1.0, <i32>exponent - 15);
  return h & 0x8000 ? -x : x;
}

/** Nearest half-precision number, ties to even, of the nearest single-precision number, as the runtime's. */
function doubleToFloat16(double: f64): u32 {
  const x = <f64>(<f32>double);
  const sign: u32 = reinterpret<u64>(x) >> 63 ? 0x8000 : 0;
  const a = abs(x);
  if (x != x) return sign | 0x7e00;
  if (a >= 65520.0) return sign | 0x7c00;
  if (a < 6.103515625e-5) return sign | <u32>nearest(a * 16777216.0); // below 2^-14: multiples of 2^-24
  const bits = reinterpret<u64>(a);
  let e = <i32>(bits >> 52) - 1023;
  let m = <u32>nearest(NativeMath.scalbn(a, 10 - e));
  if (m == 2048) {
    m = 1024;
    e++;
  }
  return sign | (<u32>(e + 15) << 10) | (m & 0x3ff);
}

function complex(re: f64, im: f64): value {
  const p = allocSmall(2, TAG_DOUBLE_ARRAY);
  store<f64>(p, re);
  store<f64>(p, im, 8);
  return <value>p;
}

/** The number at address q, of one of the REAL_KINDS. */
function realAt(k: i32, q: usize): f64 {
  if (k == KIND_FLOAT64) return load<f64>(q);
  return k == KIND_FLOAT32 ? <f64>load<f32>(q) : float16ToDouble(load<u16>(q));
}
function setReal(k: i32, q: usize, x: f64): void {
  if (k == KIND_FLOAT64) store<f64>(q, x);
  else if (k == KIND_FLOAT32) store<f32>(q, <f32>x);
  else store<u16>(q, <u16>doubleToFloat16(x));
}

/** The element at address q. */
function getElement(k: i32, q: usize): value {
  switch (k) {
    case KIND_SINT8:
      return ofInt32(load<i8>(q));
    case KIND_UINT8:
    case KIND_CHAR:
      return ofInt32(load<u8>(q));
    case KIND_SINT16:
      return ofInt32(load<i16>(q));
    case KIND_UINT16:
      return ofInt32(load<u16>(q));
    case KIND_INT32:
      return copyInt32(load<i32>(q));
    case KIND_INT64:
      return copyInt64(load<i64>(q));
    case KIND_NATIVE_INT:
      return copyNativeint(load<i64>(q));
    case KIND_CAML_INT:
      return ofInt(load<i64>(q));
    case KIND_COMPLEX32:
      return complex(<f64>load<f32>(q), <f64>load<f32>(q, 4));
    case KIND_COMPLEX64:
      return complex(load<f64>(q), load<f64>(q, 8));
    default:
      return copyDouble(realAt(k, q));
  }
}

function setElement(k: i32, q: usize, v: value): void {
  const p = <usize>v;
  switch (k) {
    case KIND_SINT8:
    case KIND_UINT8:
    case KIND_CHAR:
      store<u8>(q, <u8>toInt(v));
      break;
    case KIND_SINT16:
    case KIND_UINT16:
      store<u16>(q, <u16>toInt(v));
      break;
    case KIND_INT32:
      store<i32>(q, load<i32>(p, WORD));
      break;
    case KIND_INT64:
    case KIND_NATIVE_INT:
      store<i64>(q, load<i64>(p, WORD));
      break;
    case KIND_CAML_INT:
      store<i64>(q, toInt(v));
      break;
    case KIND_COMPLEX32:
      store<f32>(q, <f32>load<f64>(p));
      store<f32>(q, <f32>load<f64>(p, 8), 4);
      break;
    case KIND_COMPLEX64:
      store<f64>(q, load<f64>(p));
      store<f64>(q, load<f64>(p, 8), 8);
      break;
    default:
      setReal(k, q, load<f64>(p));
  }
}

/** Address of the element at `indices`, or 0 when out of bounds. */
function locate(p: usize): usize {
  const n = numDims(p);
  let offset: i64 = 0;
  if (flags(p) & BIGARRAY_FORTRAN) {
    for (let i = n - 1; i >= 0; i--) {
      const index = load<i64>(indices + (<usize>i << 3)) - 1;
      if (<u64>index >= <u64>dim(p, i)) return 0;
      offset = offset * dim(p, i) + index;
    }
  } else {
    for (let i = 0; i < n; i++) {
      const index = load<i64>(indices + (<usize>i << 3));
      if (<u64>index >= <u64>dim(p, i)) return 0;
      offset = offset * dim(p, i) + index;
    }
  }
  return data(p) + <usize>offset * elementSize(kind(p));
}

// @ts-ignore: decorator
@inline function setIndex(i: i32, v: value): void {
  store<i64>(indices + (<usize>i << 3), toInt(v));
}
function getAt(b: value): value {
  const q = locate(<usize>b);
  return q ? getElement(kind(<usize>b), q) : boundError();
}
function setAt(b: value, v: value): value {
  const q = locate(<usize>b);
  if (!q) return boundError();
  setElement(kind(<usize>b), q, v);
  return UNIT;
}

export function caml_ba_get_1(b: value, i: value): value {
  setIndex(0, i);
  return getAt(b);
}
export function caml_ba_get_2(b: value, i: value, j: value): value {
  setIndex(0, i);
  setIndex(1, j);
  return getAt(b);
}
export function caml_ba_get_3(b: value, i: value, j: value, k: value): value {
  setIndex(0, i);
  setIndex(1, j);
  setIndex(2, k);
  return getAt(b);
}
export function caml_ba_set_1(b: value, i: value, v: value): value {
  setIndex(0, i);
  return setAt(b, v);
}
export function caml_ba_set_2(b: value, i: value, j: value, v: value): value {
  setIndex(0, i);
  setIndex(1, j);
  return setAt(b, v);
}
export function caml_ba_set_3(b: value, i: value, j: value, k: value, v: value): value {
  setIndex(0, i);
  setIndex(1, j);
  setIndex(2, k);
  return setAt(b, v);
}
// ---- For native code (native/bigarrays.ts), which has no need for boxes -----------------------------------------------------

/**
 * Address of the element at OCaml integers i, j, k, of which the first are indices, as many as there are dimensions. 0: out of
 * bounds, or elements are of none of `kinds` (bits).
 */
export function bigarray_element(b: value, i: value, j: value, k: value, kinds: i32): usize {
  setIndex(0, i);
  setIndex(1, j);
  setIndex(2, k);
  return (kinds >> kind(<usize>b)) & 1 ? locate(<usize>b) : 0;
}
export function bigarray_load_real(b: value, q: usize): f64 {
  return realAt(kind(<usize>b), q);
}
export function bigarray_store_real(b: value, q: usize, x: f64): void {
  setReal(kind(<usize>b), q, x);
}
export function bigarray_load_int(b: value, q: usize): value {
  return getElement(kind(<usize>b), q);
}
export function bigarray_store_int(b: value, q: usize, v: value): void {
  setElement(kind(<usize>b), q, v);
}

/** Indices from an OCaml array. false: not as many as there are dimensions. */
function setIndices(b: value, array: value): bool {
  const n = wosize(<usize>array);
  if (n != numDims(<usize>b)) return false;
  for (let i = 0; i < n; i++) setIndex(i, field(<usize>array, i));
  return true;
}
export function caml_ba_get_generic(b: value, array: value): value {
  return setIndices(b, array) ? getAt(b) : invalidArg("Bigarray.get: wrong number of indices");
}
export function caml_ba_set_generic(b: value, array: value, v: value): value {
  return setIndices(b, array) ? setAt(b, v) : invalidArg("Bigarray.set: wrong number of indices");
}

// ---- Bytes of one-dimensional arrays of chars -----------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline function byteAddress(b: value, index: value, size: i64): usize {
  const i = toInt(index);
  return i < 0 || i + size > dim(<usize>b, 0) ? 0 : data(<usize>b) + <usize>i;
}
export function caml_ba_uint8_get16(b: value, i: value): value {
  const q = byteAddress(b, i, 2);
  return q ? ofInt32(load<u16>(q)) : boundError();
}
export function caml_ba_uint8_get32(b: value, i: value): value {
  const q = byteAddress(b, i, 4);
  return q ? copyInt32(load<i32>(q)) : boundError();
}
export function caml_ba_uint8_get64(b: value, i: value): value {
  const q = byteAddress(b, i, 8);
  return q ? copyInt64(load<i64>(q)) : boundError();
}
export function caml_ba_uint8_set16(b: value, i: value, v: value): value {
  const q = byteAddress(b, i, 2);
  if (!q) return boundError();
  store<u16>(q, <u16>toInt(v));
  return UNIT;
}
export function caml_ba_uint8_set32(b: value, i: value, v: value): value {
  const q = byteAddress(b, i, 4);
  if (!q) return boundError();
  store<i32>(q, load<i32>(<usize>v, WORD));
  return UNIT;
}
export function caml_ba_uint8_set64(b: value, i: value, v: value): value {
  const q = byteAddress(b, i, 8);
  if (!q) return boundError();
  store<i64>(q, load<i64>(<usize>v, WORD));
  return UNIT;
}

// ---- Dimensions and parts ---------------------------------------------------------------------------------------------------------

export function caml_ba_num_dims(b: value): value {
  return ofInt32(numDims(<usize>b));
}
export function caml_ba_dim(b: value, n: value): value {
  const i = toInt(n);
  if (<u64>i >= <u64>numDims(<usize>b)) return invalidArg("Bigarray.dim");
  return ofInt(dim(<usize>b, <i32>i));
}
export function caml_ba_dim_1(b: value): value {
  return caml_ba_dim(b, 1);
}
export function caml_ba_dim_2(b: value): value {
  return caml_ba_dim(b, 3);
}
export function caml_ba_dim_3(b: value): value {
  return caml_ba_dim(b, 5);
}
export function caml_ba_kind(b: value): value {
  return ofInt32(kind(<usize>b));
}
export function caml_ba_layout(b: value): value {
  return ofInt32((flags(<usize>b) >> 8) & 1);
}

export function caml_ba_slice(b: value, array: value): value {
  const p = <usize>b;
  const given = wosize(<usize>array);
  const n = numDims(p);
  if (given > n) return invalidArg("Bigarray.slice: too many indices");
  let offset: i64 = 0;
  let rest: i32;
  if (flags(p) & BIGARRAY_FORTRAN) {
    // The last indices are given.
    rest = 0;
    for (let i = n - 1; i >= 0; i--) {
      const j = i - (n - given);
      const index = j >= 0 ? toInt(field(<usize>array, j)) - 1 : 0;
      if (j >= 0 && <u64>index >= <u64>dim(p, i)) return boundError();
      offset = offset * dim(p, i) + index;
    }
  } else {
    rest = given;
    for (let i = 0; i < n; i++) {
      const index = i < given ? toInt(field(<usize>array, i)) : 0;
      if (i < given && <u64>index >= <u64>dim(p, i)) return boundError();
      offset = offset * dim(p, i) + index;
    }
  }
  for (let i = 0; i < n - given; i++) store<i64>(indices + (<usize>i << 3), dim(p, rest + i));
  pushRoot(b);
  const part = makePart(p, flags(p), n - given, data(p) + <usize>offset * elementSize(kind(p)));
  popRoot();
  return part;
}

export function caml_ba_sub(b: value, start: value, length: value): value {
  const p = <usize>b;
  const n = numDims(p);
  const fortran = (flags(p) & BIGARRAY_FORTRAN) != 0;
  const changed = fortran ? n - 1 : 0;
  const from = toInt(start) - (fortran ? 1 : 0);
  const count = toInt(length);
  let stride: i64 = 1;
  for (let i = 0; i < n; i++) if (i != changed) stride *= dim(p, i);
  if (from < 0 || count < 0 || from + count > dim(p, changed)) return invalidArg("Bigarray.sub: bad sub-array");
  for (let i = 0; i < n; i++) store<i64>(indices + (<usize>i << 3), i == changed ? count : dim(p, i));
  return makePart(p, flags(p), n, data(p) + <usize>(from * stride) * elementSize(kind(p)));
}

export function caml_ba_reshape(b: value, dims: value): value {
  const p = <usize>b;
  const n = wosize(<usize>dims);
  if (n > MAX_DIMS) return invalidArg("Bigarray.reshape: bad number of dimensions");
  let elements: i64 = 1;
  for (let i = 0; i < n; i++) {
    const d = toInt(field(<usize>dims, i));
    if (d < 0) return invalidArg("Bigarray.reshape: negative dimension");
    store<i64>(indices + (<usize>i << 3), d);
    elements *= d;
  }
  if (elements != numElements(p)) return invalidArg("Bigarray.reshape: size mismatch");
  return makePart(p, flags(p), n, data(p));
}

export function caml_ba_change_layout(b: value, layout: value): value {
  const p = <usize>b;
  const wanted = toInt32(layout) << 8;
  if ((flags(p) & BIGARRAY_FORTRAN) == wanted) return b;
  const n = numDims(p);
  for (let i = 0; i < n; i++) store<i64>(indices + (<usize>i << 3), dim(p, n - 1 - i));
  return makePart(p, (flags(p) & ~BIGARRAY_FORTRAN) | wanted, n, data(p));
}

export function caml_ba_blit(from: value, to: value): value {
  const p = <usize>from;
  const q = <usize>to;
  if (numDims(p) != numDims(q)) return invalidArg("Bigarray.blit: dimension mismatch");
  for (let i = 0; i < numDims(p); i++) if (dim(p, i) != dim(q, i)) return invalidArg("Bigarray.blit: dimension mismatch");
  memory.copy(data(q), data(p), byteSize(p));
  return UNIT;
}
export function caml_ba_fill(b: value, v: value): value {
  const p = <usize>b;
  const size = elementSize(kind(p));
  const end = data(p) + byteSize(p);
  for (let q = data(p); q < end; q += size) setElement(kind(p), q, v);
  return UNIT;
}

// ---- Comparison and hashing -----------------------------------------------------------------------------------------------------------

/** Order of doubles: nan equals itself and is less than any other; 2 when unordered. */
function orderDoubles(x: f64, y: f64, total: bool): i32 {
  if (x < y) return -1;
  if (x > y) return 1;
  if (x == y) return 0;
  return total ? <i32>(x == x) - <i32>(y == y) : 2;
}

/** An element of a floating-point kind; complex numbers are pairs of them. */
function floatAt(k: i32, q: usize): f64 {
  if (k == KIND_FLOAT64 || k == KIND_COMPLEX64) return load<f64>(q);
  if (k == KIND_FLOAT16) return float16ToDouble(load<u16>(q));
  return <f64>load<f32>(q);
}
function integerAt(k: i32, q: usize): i64 {
  switch (k) {
    case KIND_SINT8:
      return <i64>load<i8>(q);
    case KIND_UINT8:
    case KIND_CHAR:
      return <i64>load<u8>(q);
    case KIND_SINT16:
      return <i64>load<i16>(q);
    case KIND_UINT16:
      return <i64>load<u16>(q);
    case KIND_INT32:
      return <i64>load<i32>(q);
    default:
      return load<i64>(q);
  }
}
// @ts-ignore: decorator
@inline function isFloat(k: i32): bool {
  return k == KIND_FLOAT32 || k == KIND_FLOAT64 || k == KIND_FLOAT16 || k == KIND_COMPLEX32 || k == KIND_COMPLEX64;
}

/** -1, 0, 1, or 2 when a nan makes them unordered. */
export function compareBigarrays(p: usize, q: usize, total: bool): i32 {
  const f = flags(p) & (BIGARRAY_KIND_MASK | BIGARRAY_FORTRAN);
  const g = flags(q) & (BIGARRAY_KIND_MASK | BIGARRAY_FORTRAN);
  if (f != g) return g < f ? -1 : 1;
  if (numDims(p) != numDims(q)) return numDims(q) < numDims(p) ? 1 : -1;
  for (let i = 0; i < numDims(p); i++) if (dim(p, i) != dim(q, i)) return dim(p, i) < dim(q, i) ? -1 : 1;
  const k = kind(p);
  const isComplex = k == KIND_COMPLEX32 || k == KIND_COMPLEX64;
  const size = isComplex ? elementSize(k) >> 1 : elementSize(k);
  const bytes = byteSize(p);
  for (let i: usize = 0; i < bytes; i += size) {
    let c: i32;
    if (isFloat(k)) c = orderDoubles(floatAt(k, data(p) + i), floatAt(k, data(q) + i), total);
    else {
      const a = integerAt(k, data(p) + i);
      const b = integerAt(k, data(q) + i);
      c = a < b ? -1 : a > b ? 1 : 0;
    }
    if (c != 0) return c;
  }
  return 0;
}

/** What caml_hash mixes in: the first elements. */
export function hashBigarray(p: usize): u32 {
  const k = kind(p);
  const elements = numElements(p);
  let h: u32 = 0;
  const base = data(p);
  if (k == KIND_CHAR || k == KIND_UINT8 || k == KIND_SINT8 || k == KIND_UINT16 || k == KIND_SINT16) {
    // Packed into words, at most 256 bytes.
    const size = elementSize(k);
    const n = <usize>min<i64>(elements, size == 1 ? 256 : 128) * size;
    let i: usize = 0;
    for (; i + 4 <= n; i += 4) h = mix32(h, load<u32>(base + i));
    const rest = n & 3;
    if (rest) {
      let w: u32 = 0;
      for (let j: usize = rest; j > 0; j--) w = (w << 8) | <u32>load<u8>(base + i + j - 1);
      h = mix32(h, w);
    }
    return h;
  }
  const isComplex = k == KIND_COMPLEX32 || k == KIND_COMPLEX64;
  const perElement: i64 = isComplex ? 2 : 1;
  const most: i64 = k == KIND_FLOAT16 ? 128 : k == KIND_INT64 || k == KIND_FLOAT64 || k == KIND_COMPLEX64 ? 32 : 64;
  const n = min<i64>(elements * perElement, most);
  const size = isComplex ? elementSize(k) >> 1 : elementSize(k);
  for (let i: i64 = 0; i < n; i++) {
    const q = base + <usize>i * size;
    if (k == KIND_FLOAT64 || k == KIND_COMPLEX64) h = mixDouble(h, load<f64>(q));
    else if (k == KIND_FLOAT16) h = mixFloat16(h, load<u16>(q));
    else if (isFloat(k)) h = mixFloat(h, load<f32>(q));
    else if (k == KIND_INT32) h = mix32(h, load<u32>(q));
    else if (k == KIND_INT64) {
      h = mix32(h, <u32>load<u64>(q));
      h = mix32(h, <u32>(load<u64>(q) >> 32));
    } else {
      const d = load<i64>(q);
      h = mix32(h, <u32>((d >> 32) ^ (d >> 63) ^ d));
    }
  }
  return h;
}

function mixFloat16(h: u32, bits: u32): u32 {
  if ((bits & 0x7c00) == 0x7c00 && bits & 0x3ff) bits = 0x7c01;
  else if (bits == 0x8000) bits = 0;
  return mix32(h, bits);
}

function mixFloat(h: u32, x: f32): u32 {
  let bits = reinterpret<u32>(x);
  if (x != x) bits = 0x7f800001;
  else if (x == 0) bits = 0;
  return mix32(h, bits);
}
