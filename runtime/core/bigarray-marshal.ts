/** The contents of marshalled bigarrays (runtime/bigarray.c: caml_ba_serialize, caml_ba_deserialize). */
import { BIGARRAY_FORTRAN, BIGARRAY_KIND_MASK, KIND_CAML_INT, KIND_COMPLEX32, KIND_COMPLEX64, KIND_NATIVE_INT } from "../layout";
import { data, dim, elementSize, kind, flags, LAST_KIND, makeFromDimensions, MAX_DIMS, numDims, numElements, setDimension } from "./bigarray";
import { write16, write32, write64, write8, writeElements } from "./extern-output";
import { MALFORMED, MEMORY, need, read16, read32, read64, read8, readElements, setProblem } from "./intern-input";

/** Dimensions from this one on take ten bytes. */
const LONG_DIMENSION: i64 = 0xffff;

/** Size of the numbers that elements of this kind consist of, in bytes. */
function numberSize(k: i32): usize {
  return k == KIND_COMPLEX32 || k == KIND_COMPLEX64 ? elementSize(k) >> 1 : elementSize(k);
}
function numberCount(p: usize): usize {
  return (<usize>numElements(p) * elementSize(kind(p))) / numberSize(kind(p));
}

export function writeBigarray(p: usize): void {
  const k = kind(p);
  write32(numDims(p));
  write32(flags(p) & (BIGARRAY_KIND_MASK | BIGARRAY_FORTRAN));
  for (let i = 0; i < numDims(p); i++) {
    const n = dim(p, i);
    write16(<u32>min(n, LONG_DIMENSION));
    if (n >= LONG_DIMENSION) write64(n);
  }
  if (k == KIND_CAML_INT) writeIntegers(p, <i64>(i32.MIN_VALUE / 2), <i64>(i32.MAX_VALUE / 2));
  else if (k == KIND_NATIVE_INT) writeIntegers(p, i32.MIN_VALUE, i32.MAX_VALUE);
  else writeElements(data(p), numberSize(k), numberCount(p));
}

/** In 32 bits when all of them are in the range, else in 64; a byte in front says which. */
function writeIntegers(p: usize, least: i64, most: i64): void {
  const start = data(p);
  const end = start + (numberCount(p) << 3);
  let fits = true;
  for (let q = start; q < end && fits; q += 8) fits = load<i64>(q) >= least && load<i64>(q) <= most;
  write8(fits ? 0 : 1);
  if (!fits) writeElements(start, 8, numberCount(p));
  else for (let q = start; q < end; q += 8) write32(load<u32>(q));
}

/** The bigarray that comes next; 0: setProblem was called. */
export function readBigarray(): usize {
  const n = read32();
  const fl = read32();
  if (n > <u32>MAX_DIMS || (fl & ~(<u32>BIGARRAY_KIND_MASK | <u32>BIGARRAY_FORTRAN)) != 0 || (fl & BIGARRAY_KIND_MASK) > <u32>LAST_KIND) {
    setProblem(MALFORMED);
    return 0;
  }
  // Data that the input cannot hold are not made room for.
  let least: u64 = (fl & BIGARRAY_KIND_MASK) == KIND_CAML_INT || (fl & BIGARRAY_KIND_MASK) == KIND_NATIVE_INT ? 4 : elementSize(<i32>fl & BIGARRAY_KIND_MASK);
  let empty = false;
  for (let i = 0; i < <i32>n; i++) {
    let d = <u64>read16();
    if (d == <u64>LONG_DIMENSION) d = read64();
    setDimension(i, <i64>d);
    empty = empty || d == 0;
    least = d >> 32 || least >> 32 ? u64.MAX_VALUE : least * d;
  }
  if (!empty && (least >> 32 || !need(<usize>least))) {
    setProblem(MALFORMED);
    return 0;
  }
  const p = makeFromDimensions(<i32>fl, <i32>n);
  if (!p) {
    setProblem(MEMORY);
    return 0;
  }
  const k = kind(p);
  if (k != KIND_CAML_INT && k != KIND_NATIVE_INT) readElements(data(p), numberSize(k), numberCount(p));
  else if (read8()) readElements(data(p), 8, numberCount(p));
  else {
    const end = data(p) + (numberCount(p) << 3);
    for (let q = data(p); q < end; q += 8) store<i64>(q, <i64>(<i32>read32()));
  }
  return p;
}
