/** Strings and bytes (runtime/str.c, and string allocation of runtime/alloc.c). */
import { MAX_YOUNG_WOSIZE, TAG_STRING, WORD } from "../layout";
import { boundError, invalidArg, raiseOutOfMemory } from "./fail";
import { allocLargeOrCollect, allocSmall } from "./gc/alloc";
import { copyInt32, copyInt64 } from "./ints";
import { ofInt, ofInt32, stringLength, toInt, UNIT, value } from "./values";

const MAX_STRING_LENGTH: i64 = 0xf0000000;

/** Words of a string of len bytes. */
// @ts-ignore: decorator
@inline function stringWosize(len: u32): i32 {
  return <i32>(len >> 3) + 1;
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

export function caml_create_bytes(len: value): value {
  const n = toInt(len);
  if (<u64>n > <u64>(((<i64>1 << 54) - 1) * 8 - 1)) return invalidArg("Bytes.create");
  if (n > MAX_STRING_LENGTH) return raiseOutOfMemory();
  const p = allocString(<i32>n);
  return p ? <value>p : raiseOutOfMemory();
}
export { caml_create_bytes as caml_create_string };

export function caml_ml_string_length(s: value): value {
  return ofInt32(stringLength(<usize>s));
}
export { caml_ml_string_length as caml_ml_bytes_length };

export function caml_bytes_of_string(s: value): value {
  return s;
}
export { caml_bytes_of_string as caml_string_of_bytes };

/** Whether index i leaves room for `size` bytes in string s. */
// @ts-ignore: decorator
@inline function inBounds(s: value, i: i64, size: i64): bool {
  return i >= 0 && i + size <= <i64>stringLength(<usize>s);
}

export function caml_string_get(s: value, index: value): value {
  const i = toInt(index);
  return inBounds(s, i, 1) ? ofInt32(load<u8>(<usize>s + <usize>i)) : boundError();
}
export function caml_bytes_set(s: value, index: value, v: value): value {
  const i = toInt(index);
  if (!inBounds(s, i, 1)) return boundError();
  store<u8>(<usize>s + <usize>i, <u8>toInt(v));
  return UNIT;
}
export function caml_string_get16(s: value, index: value): value {
  const i = toInt(index);
  return inBounds(s, i, 2) ? ofInt32(load<u16>(<usize>s + <usize>i)) : boundError();
}
export function caml_string_get32(s: value, index: value): value {
  const i = toInt(index);
  return inBounds(s, i, 4) ? copyInt32(load<i32>(<usize>s + <usize>i)) : boundError();
}
export function caml_string_get64(s: value, index: value): value {
  const i = toInt(index);
  return inBounds(s, i, 8) ? copyInt64(load<i64>(<usize>s + <usize>i)) : boundError();
}
export function caml_bytes_set16(s: value, index: value, v: value): value {
  const i = toInt(index);
  if (!inBounds(s, i, 2)) return boundError();
  store<u16>(<usize>s + <usize>i, <u16>toInt(v));
  return UNIT;
}
export function caml_bytes_set32(s: value, index: value, v: value): value {
  const i = toInt(index);
  if (!inBounds(s, i, 4)) return boundError();
  store<i32>(<usize>s + <usize>i, load<i32>(<usize>v, WORD));
  return UNIT;
}
export function caml_bytes_set64(s: value, index: value, v: value): value {
  const i = toInt(index);
  if (!inBounds(s, i, 8)) return boundError();
  store<i64>(<usize>s + <usize>i, load<i64>(<usize>v, WORD));
  return UNIT;
}
export {
  caml_bytes_set as caml_string_set,
  caml_string_get as caml_bytes_get,
  caml_string_get16 as caml_bytes_get16,
  caml_string_get32 as caml_bytes_get32,
  caml_string_get64 as caml_bytes_get64,
};

export function caml_blit_bytes(from: value, i: value, to: value, j: value, n: value): value {
  memory.copy(<usize>to + <usize>toInt(j), <usize>from + <usize>toInt(i), <usize>toInt(n));
  return UNIT;
}
export { caml_blit_bytes as caml_blit_string };

export function caml_fill_bytes(s: value, offset: value, n: value, byte: value): value {
  memory.fill(<usize>s + <usize>toInt(offset), <u8>toInt(byte), <usize>toInt(n));
  return UNIT;
}
export { caml_fill_bytes as caml_fill_string };

export function caml_is_printable(c: value): value {
  const n = toInt(c);
  return n >= 32 && n < 127 ? 3 : 1;
}
