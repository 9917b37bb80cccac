/** Integers of all sizes (runtime/ints.c). Boxed ones hold their value as a sign-extended i64. */
import { CUSTOM_INT32, CUSTOM_INT64, CUSTOM_NATIVEINT, TAG_CUSTOM, WORD } from "../layout";
import { failwith, raiseZeroDivide } from "./fail";
import { allocSmall } from "./gc/alloc";
import { copyDouble } from "./floats";
import { allocString } from "./strings";
import { ofInt, ofInt32, stringLength, toInt, toInt32, value } from "./values";

// @ts-ignore: decorator
@inline function box(kind: i64, n: i64): value {
  const p = allocSmall(2, TAG_CUSTOM);
  store<i64>(p, kind);
  store<i64>(p, n, WORD);
  return <value>p;
}
export function copyInt32(n: i32): value {
  return box(CUSTOM_INT32, n);
}
export function copyInt64(n: i64): value {
  return box(CUSTOM_INT64, n);
}
export function copyNativeint(n: i64): value {
  return box(CUSTOM_NATIVEINT, n);
}
// @ts-ignore: decorator
@inline function i(v: value): i32 {
  return load<i32>(<usize>v, WORD);
}
// @ts-ignore: decorator
@inline function l(v: value): i64 {
  return load<i64>(<usize>v, WORD);
}
// @ts-ignore: decorator
@inline function d(v: value): f64 {
  return load<f64>(<usize>v);
}
// @ts-ignore: decorator
@inline function ordering(less: bool, greater: bool): value {
  return greater ? 3 : less ? -1 : 1;
}

// ---- int32 ----
/** As `truncate`. */
function truncate32(x: f64): i32 {
  return x > -2147483649.0 && x < 2147483648.0 ? <i32>x : i32.MIN_VALUE;
}
export function caml_int32_neg(a: value): value { return copyInt32(-i(a)); }
export function caml_int32_add(a: value, b: value): value { return copyInt32(i(a) + i(b)); }
export function caml_int32_sub(a: value, b: value): value { return copyInt32(i(a) - i(b)); }
export function caml_int32_mul(a: value, b: value): value { return copyInt32(i(a) * i(b)); }
export function caml_int32_div(a: value, b: value): value {
  if (i(b) == 0) return raiseZeroDivide();
  return copyInt32(i(b) == -1 ? -i(a) : i(a) / i(b));
}
export function caml_int32_mod(a: value, b: value): value {
  if (i(b) == 0) return raiseZeroDivide();
  return copyInt32(i(b) == -1 ? 0 : i(a) % i(b));
}
export function caml_int32_and(a: value, b: value): value { return copyInt32(i(a) & i(b)); }
export function caml_int32_or(a: value, b: value): value { return copyInt32(i(a) | i(b)); }
export function caml_int32_xor(a: value, b: value): value { return copyInt32(i(a) ^ i(b)); }
export function caml_int32_shift_left(a: value, n: value): value { return copyInt32(i(a) << toInt32(n)); }
export function caml_int32_shift_right(a: value, n: value): value { return copyInt32(i(a) >> toInt32(n)); }
export function caml_int32_shift_right_unsigned(a: value, n: value): value { return copyInt32(<i32>(<u32>i(a) >> toInt32(n))); }
export function caml_int32_bswap(a: value): value { return copyInt32(bswap<i32>(i(a))); }
export function caml_int32_of_int(a: value): value { return copyInt32(toInt32(a)); }
export function caml_int32_to_int(a: value): value { return ofInt32(i(a)); }
export function caml_int32_of_float(a: value): value { return copyInt32(truncate32(d(a))); }
export function caml_int32_to_float(a: value): value { return copyDouble(<f64>i(a)); }
export function caml_int32_compare(a: value, b: value): value { return ordering(i(a) < i(b), i(a) > i(b)); }
export function caml_int32_bits_of_float(a: value): value { return copyInt32(reinterpret<i32>(<f32>d(a))); }
export function caml_int32_float_of_bits(a: value): value { return copyDouble(<f64>reinterpret<f32>(i(a))); }

// ---- int64 ----
/** x86-64's conversion: what does not fit gives the smallest integer. */
export function truncate(x: f64): i64 {
  return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? <i64>x : i64.MIN_VALUE;
}
export function caml_int64_neg(a: value): value { return copyInt64(-l(a)); }
export function caml_int64_add(a: value, b: value): value { return copyInt64(l(a) + l(b)); }
export function caml_int64_sub(a: value, b: value): value { return copyInt64(l(a) - l(b)); }
export function caml_int64_mul(a: value, b: value): value { return copyInt64(l(a) * l(b)); }
export function caml_int64_div(a: value, b: value): value {
  if (l(b) == 0) return raiseZeroDivide();
  return copyInt64(l(b) == -1 ? -l(a) : l(a) / l(b));
}
export function caml_int64_mod(a: value, b: value): value {
  if (l(b) == 0) return raiseZeroDivide();
  return copyInt64(l(b) == -1 ? 0 : l(a) % l(b));
}
export function caml_int64_and(a: value, b: value): value { return copyInt64(l(a) & l(b)); }
export function caml_int64_or(a: value, b: value): value { return copyInt64(l(a) | l(b)); }
export function caml_int64_xor(a: value, b: value): value { return copyInt64(l(a) ^ l(b)); }
export function caml_int64_shift_left(a: value, n: value): value { return copyInt64(l(a) << toInt(n)); }
export function caml_int64_shift_right(a: value, n: value): value { return copyInt64(l(a) >> toInt(n)); }
export function caml_int64_shift_right_unsigned(a: value, n: value): value { return copyInt64(<i64>(<u64>l(a) >> toInt(n))); }
export function caml_int64_bswap(a: value): value { return copyInt64(bswap<i64>(l(a))); }
export function caml_int64_of_int(a: value): value { return copyInt64(toInt(a)); }
export function caml_int64_to_int(a: value): value { return ofInt(l(a)); }
export function caml_int64_of_float(a: value): value { return copyInt64(truncate(d(a))); }
export function caml_int64_to_float(a: value): value { return copyDouble(<f64>l(a)); }
export function caml_int64_of_int32(a: value): value { return copyInt64(i(a)); }
export function caml_int64_to_int32(a: value): value { return copyInt32(<i32>l(a)); }
export function caml_int64_of_nativeint(a: value): value { return copyInt64(l(a)); }
export function caml_int64_to_nativeint(a: value): value { return copyNativeint(l(a)); }
export function caml_int64_compare(a: value, b: value): value { return ordering(l(a) < l(b), l(a) > l(b)); }
export function caml_int64_bits_of_float(a: value): value { return copyInt64(reinterpret<i64>(d(a))); }
export function caml_int64_float_of_bits(a: value): value { return copyDouble(reinterpret<f64>(l(a))); }

// ---- nativeint: 64 bits ----
export function caml_nativeint_neg(a: value): value { return copyNativeint(-l(a)); }
export function caml_nativeint_add(a: value, b: value): value { return copyNativeint(l(a) + l(b)); }
export function caml_nativeint_sub(a: value, b: value): value { return copyNativeint(l(a) - l(b)); }
export function caml_nativeint_mul(a: value, b: value): value { return copyNativeint(l(a) * l(b)); }
export function caml_nativeint_div(a: value, b: value): value {
  if (l(b) == 0) return raiseZeroDivide();
  return copyNativeint(l(b) == -1 ? -l(a) : l(a) / l(b));
}
export function caml_nativeint_mod(a: value, b: value): value {
  if (l(b) == 0) return raiseZeroDivide();
  return copyNativeint(l(b) == -1 ? 0 : l(a) % l(b));
}
export function caml_nativeint_and(a: value, b: value): value { return copyNativeint(l(a) & l(b)); }
export function caml_nativeint_or(a: value, b: value): value { return copyNativeint(l(a) | l(b)); }
export function caml_nativeint_xor(a: value, b: value): value { return copyNativeint(l(a) ^ l(b)); }
export function caml_nativeint_shift_left(a: value, n: value): value { return copyNativeint(l(a) << toInt(n)); }
export function caml_nativeint_shift_right(a: value, n: value): value { return copyNativeint(l(a) >> toInt(n)); }
export function caml_nativeint_shift_right_unsigned(a: value, n: value): value { return copyNativeint(<i64>(<u64>l(a) >> toInt(n))); }
export function caml_nativeint_bswap(a: value): value { return copyNativeint(bswap<i64>(l(a))); }
export function caml_nativeint_of_int(a: value): value { return copyNativeint(toInt(a)); }
export function caml_nativeint_to_int(a: value): value { return ofInt(l(a)); }
export function caml_nativeint_of_float(a: value): value { return copyNativeint(truncate(d(a))); }
export function caml_nativeint_to_float(a: value): value { return copyDouble(<f64>l(a)); }
export function caml_nativeint_of_int32(a: value): value { return copyNativeint(i(a)); }
export function caml_nativeint_to_int32(a: value): value { return copyInt32(<i32>l(a)); }
export function caml_nativeint_compare(a: value, b: value): value { return ordering(l(a) < l(b), l(a) > l(b)); }

export function caml_bswap16(a: value): value {
  return ofInt32(<i32>bswap<u16>(<u16>toInt32(a)));
}

// ---- Reading ------------------------------------------------------------------------------------------------------------

/** Set by parse: whether the string was a number. */
let parsed: bool = false;

/** The digit of a byte in bases up to 36, or 255. */
// @ts-ignore: decorator
@inline function digit(c: u8): u32 {
  if (c >= 48 && c <= 57) return c - 48;
  if (c >= 65 && c <= 70) return c - 55;
  if (c >= 97 && c <= 102) return c - 87;
  return 255;
}

/** The integer that string s denotes, of `bits` bits (parse_intnat). `parsed` tells whether it is one. */
function parse(s: value, bits: i32): i64 {
  const p = <usize>s;
  const n = stringLength(p);
  let k = 0;
  let negative = false;
  let signed = true;
  let base: u32 = 10;
  parsed = false;
  if (k < n && load<u8>(p) == 45) {
    negative = true;
    k++;
  } else if (k < n && load<u8>(p) == 43) k++;
  if (k + 1 < n && load<u8>(p + k) == 48) {
    const c = load<u8>(p + k, 1) | 32;
    if (c == 120) base = 16;
    else if (c == 111) base = 8;
    else if (c == 98) base = 2;
    if (base != 10 || c == 117) {
      signed = false;
      k += 2;
    }
  }
  const threshold = u64.MAX_VALUE / base;
  if (k >= n) return 0;
  let x = digit(load<u8>(p + k));
  if (x >= base) return 0;
  let result = <u64>x;
  for (k++; k < n; k++) {
    const c = load<u8>(p + k);
    if (c == 95) continue;
    x = digit(c);
    if (x >= base || result > threshold) return 0;
    result = result * base + x;
    if (result < <u64>x) return 0;
  }
  if (signed) {
    const limit = <u64>1 << (bits - 1);
    if (negative ? result > limit : result >= limit) return 0;
  } else if (bits < 64 && result >= <u64>1 << bits) return 0;
  parsed = true;
  return negative ? -<i64>result : <i64>result;
}

export function caml_int_of_string(s: value): value {
  const n = parse(s, 63);
  return parsed ? ofInt(n) : failwith("int_of_string");
}
export function caml_int32_of_string(s: value): value {
  const n = parse(s, 32);
  return parsed ? copyInt32(<i32>n) : failwith("Int32.of_string");
}
export function caml_int64_of_string(s: value): value {
  const n = parse(s, 64);
  return parsed ? copyInt64(n) : failwith("Int64.of_string");
}
export function caml_nativeint_of_string(s: value): value {
  const n = parse(s, 64);
  return parsed ? copyNativeint(n) : failwith("Nativeint.of_string");
}

// ---- Writing ------------------------------------------------------------------------------------------------------------

const FLAG_MINUS: i32 = 1;
const FLAG_ZERO: i32 = 2;
const FLAG_PLUS: i32 = 4;
const FLAG_SPACE: i32 = 8;
const FLAG_ALTERNATE: i32 = 16;
const DIGITS: usize = memory.data<u8>([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102]);
const UPPER_DIGITS: usize = memory.data<u8>([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 65, 66, 67, 68, 69, 70]);
const buffer: usize = memory.data(64, 8);

/** n as C's printf formats it with `format` (a % with flags, width, precision, ignored l L n, and one of diuxXo). */
function format(format: value, n: i64, bits: i32): value {
  const f = <usize>format;
  const length = stringLength(f);
  let k = 1;
  let flags = 0;
  while (k < length) {
    const c = load<u8>(f + k);
    if (c == 45) flags |= FLAG_MINUS;
    else if (c == 48) flags |= FLAG_ZERO;
    else if (c == 43) flags |= FLAG_PLUS;
    else if (c == 32) flags |= FLAG_SPACE;
    else if (c == 35) flags |= FLAG_ALTERNATE;
    else break;
    k++;
  }
  let width = 0;
  for (; k < length && load<u8>(f + k) >= 48 && load<u8>(f + k) <= 57; k++) width = width * 10 + load<u8>(f + k) - 48;
  let precision = -1;
  if (k < length && load<u8>(f + k) == 46) {
    precision = 0;
    for (k++; k < length && load<u8>(f + k) >= 48 && load<u8>(f + k) <= 57; k++) {
      precision = precision * 10 + load<u8>(f + k) - 48;
    }
  }
  const conversion = load<u8>(f + length - 1);
  const signed = conversion == 100 || conversion == 105;
  const base: u64 = conversion == 120 || conversion == 88 ? 16 : conversion == 111 ? 8 : 10;
  const table = conversion == 88 ? UPPER_DIGITS : DIGITS;
  const negative = signed && n < 0;
  let u = negative ? <u64>-n : <u64>n;
  if (!signed && bits < 64) u &= (<u64>1 << bits) - 1;
  // Digits, from the right end of the buffer.
  let count = 0;
  const nonZero = u != 0;
  while (u != 0) {
    store<u8>(buffer + 63 - count, load<u8>(table + <usize>(u % base)));
    u /= base;
    count++;
  }
  if (count == 0 && precision != 0) {
    store<u8>(buffer + 63, 48);
    count = 1;
  }
  let zeros = max(precision - count, 0);
  let prefix = 0;
  if (flags & FLAG_ALTERNATE) {
    if (base == 16 && nonZero) prefix = 2;
    else if (base == 8 && zeros == 0 && (count == 0 || load<u8>(buffer + 64 - count) != 48)) zeros = 1;
  }
  const sign = negative ? 45 : signed && flags & FLAG_PLUS ? 43 : signed && flags & FLAG_SPACE ? 32 : 0;
  const body = (sign ? 1 : 0) + prefix + zeros + count;
  let spaces = max(width - body, 0);
  if (flags & FLAG_ZERO && !(flags & FLAG_MINUS) && precision < 0) {
    zeros += spaces;
    spaces = 0;
  }
  const p = allocString((sign ? 1 : 0) + prefix + zeros + count + spaces);
  let q = p;
  if (!(flags & FLAG_MINUS)) {
    memory.fill(q, 32, spaces);
    q += spaces;
  }
  if (sign) {
    store<u8>(q, <u8>sign);
    q++;
  }
  if (prefix) {
    store<u8>(q, 48);
    store<u8>(q, conversion, 1);
    q += 2;
  }
  memory.fill(q, 48, zeros);
  q += zeros;
  memory.copy(q, buffer + 64 - count, count);
  if (flags & FLAG_MINUS) memory.fill(q + count, 32, spaces);
  return <value>p;
}

export function caml_format_int(fmt: value, n: value): value {
  return format(fmt, toInt(n), 63);
}
export function caml_int32_format(fmt: value, n: value): value {
  return format(fmt, i(n), 32);
}
export function caml_int64_format(fmt: value, n: value): value {
  return format(fmt, l(n), 64);
}
export { caml_int64_format as caml_nativeint_format };
