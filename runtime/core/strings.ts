/** Allocation of strings and the string primitives (runtime/str.c, runtime/alloc.c). */
import { MAX_YOUNG_WOSIZE, TAG_STRING, WORD } from "../layout";
import { allocLargeOrCollect, allocSmall } from "./gc/alloc";
import { raiseOutOfMemory } from "./fail";
import { value } from "./values";

/** Words of a string of len bytes. */
// @ts-ignore: decorator
@inline function stringWosize(len: i32): i32 {
  return <i32>(<u32>len >> 3) + 1;
}

/** A string of len bytes with undefined contents; 0 when memory is exhausted (the caller raises Out_of_memory). */
export function allocString(len: i32): usize {
  const words = stringWosize(len);
  const p = words <= MAX_YOUNG_WOSIZE ? allocSmall(words, TAG_STRING) : allocLargeOrCollect(words, TAG_STRING);
  if (!p) return 0;
  const last = <usize>(words * WORD - 1);
  store<u64>(p + last - 7, 0);
  store<u8>(p + last, <u8>(<i32>last - len));
  return p;
}

/** An OCaml string of the (Latin-1) characters of an AssemblyScript literal. */
export function stringOfLiteral(s: string): value {
  const n = s.length;
  const p = allocString(n);
  for (let i = 0; i < n; i++) store<u8>(p + i, <u8>s.charCodeAt(i));
  return <value>p;
}

/** For the host: a string of `length` undefined bytes; 0: Out_of_memory is in CELL_EXN. */
export function alloc_string(length: i32): usize {
  const p = allocString(length);
  if (!p) raiseOutOfMemory();
  return p;
}
