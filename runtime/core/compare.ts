/**
 * Structural comparison (runtime/compare.c). Iterative: pending field ranges wait on an off-heap stack. Nothing here
 * allocates in the heap.
 */
import {
  COMPARE_FAILED,
  TAG_ABSTRACT,
  TAG_CLOSURE,
  TAG_CONT,
  TAG_CUSTOM,
  TAG_DOUBLE,
  TAG_DOUBLE_ARRAY,
  TAG_FORWARD,
  TAG_INFIX,
  TAG_NO_SCAN,
  TAG_OBJECT,
  TAG_STRING,
  WORD,
} from "../layout";
import { compareCustom } from "./custom";
import { invalidArg } from "./fail";
import { memFree, memResize } from "./gc/malloc";
import { field, header, headerTag, headerWosize, isInt, ofInt32, stringLength, tag, value } from "./values";

/** Results besides -1, 0 and 1; from the second on: why the values cannot be compared. */
const UNORDERED: i32 = 2;
const ABSTRACT: i32 = COMPARE_FAILED;
const FUNCTIONAL: i32 = COMPARE_FAILED + 1;
const CONTINUATION: i32 = COMPARE_FAILED + 2;
const EXHAUSTED: i32 = COMPARE_FAILED + 3;

/** The stack of pending pairs: [address 1, address 2, words left]. */
let stackBase: usize = 0;
let stackSize: usize = 0;
const ENTRY: usize = 12;
const KEPT_SIZE: usize = 1 << 16;

function growStack(): bool {
  const size = stackSize ? 2 * stackSize : KEPT_SIZE;
  const p = memResize(stackBase, size);
  if (!p) return false;
  stackBase = p;
  stackSize = size;
  return true;
}

/** A deep comparison does not keep its stack. */
function shrinkStack(): void {
  if (stackSize > KEPT_SIZE) {
    memFree(stackBase);
    stackBase = 0;
    stackSize = 0;
  }
}

// @ts-ignore: decorator
@inline function order(less: bool, greater: bool): i32 {
  return greater ? 1 : less ? -1 : 0;
}

function compareBytes(p: usize, q: usize): i32 {
  const m = stringLength(p);
  const n = stringLength(q);
  const c = memory.compare(p, q, <usize>min(m, n));
  return c != 0 ? (c < 0 ? -1 : 1) : order(m < n, m > n);
}

function compareDoubles(x: f64, y: f64, total: bool): i32 {
  if (x < y) return -1;
  if (x > y) return 1;
  if (x == y) return 0;
  if (!total) return UNORDERED;
  // One of them is nan: equal to itself, less than any other.
  return (x == x ? 1 : 0) - (y == y ? 1 : 0);
}

/** Follow forward blocks, which compare like what they refer to. */
// @ts-ignore: decorator
@inline function isForward(v: value): bool {
  return !isInt(v) && tag(<usize>v) == TAG_FORWARD;
}

/**
 * Compare v1 and v2, for native code, too: -1, 0, 1, UNORDERED (with nan, unless `total`), or why they cannot be compared.
 */
export function compare_values(v1: value, v2: value, total: bool): i32 {
  let depth: usize = 0;
  while (true) {
    // Compare v1 and v2; fall out of the inner part when they are equal so far.
    let c = 0;
    while (isForward(v1)) v1 = field(<usize>v1, 0);
    while (isForward(v2)) v2 = field(<usize>v2, 0);
    if (v1 == v2 && total) {
      c = 0;
    } else if (isInt(v1)) {
      if (v1 == v2) c = 0;
      else if (isInt(v2)) c = v1 < v2 ? -1 : 1;
      else if (tag(<usize>v2) == TAG_CUSTOM) c = compareWithInt(v1, v2);
      else c = -1;
    } else if (isInt(v2)) {
      c = tag(<usize>v1) == TAG_CUSTOM ? compareWithInt(v1, v2) : 1;
    } else {
      const p = <usize>v1;
      const q = <usize>v2;
      const t1 = tag(p);
      const t2 = tag(q);
      const u1 = t1 == TAG_INFIX ? TAG_CLOSURE : t1;
      const u2 = t2 == TAG_INFIX ? TAG_CLOSURE : t2;
      if (u1 != u2) c = u1 < u2 ? -1 : 1;
      else if (u1 < TAG_NO_SCAN && u1 != TAG_CLOSURE && u1 != TAG_OBJECT && u1 != TAG_CONT) {
        const m = headerWosize(header(p));
        const n = headerWosize(header(q));
        if (m != n) c = m < n ? -1 : 1;
        else if (m > 0) {
          if ((depth + 1) * ENTRY > stackSize && !growStack()) {
            shrinkStack();
            return EXHAUSTED;
          }
          const e = stackBase + depth * ENTRY;
          store<usize>(e, p + WORD);
          store<usize>(e, q + WORD, 4);
          store<i32>(e, m - 1, 8);
          depth++;
          v1 = field(p, 0);
          v2 = field(q, 0);
          continue;
        }
      } else c = compareOpaque(u1, p, q, total);
    }
    if (c != 0) {
      shrinkStack();
      return c;
    }
    // The next pending pair.
    while (depth > 0 && load<i32>(stackBase + (depth - 1) * ENTRY, 8) == 0) depth--;
    if (depth == 0) break;
    const e = stackBase + (depth - 1) * ENTRY;
    const f1 = load<usize>(e);
    const f2 = load<usize>(e, 4);
    v1 = load<value>(f1);
    v2 = load<value>(f2);
    store<usize>(e, f1 + WORD);
    store<usize>(e, f2 + WORD, 4);
    store<i32>(e, load<i32>(e, 8) - 1, 8);
  }
  shrinkStack();
  return 0;
}

/** An integer and a custom block: custom blocks of ours do not compare with integers. */
function compareWithInt(v1: value, v2: value): i32 {
  return isInt(v1) ? -1 : 1;
}

/** Blocks of equal tag that are not compared field by field. */
function compareOpaque(t: i32, p: usize, q: usize, total: bool): i32 {
  switch (t) {
    case TAG_STRING:
      return p == q ? 0 : compareBytes(p, q);
    case TAG_DOUBLE:
      return compareDoubles(load<f64>(p), load<f64>(q), total);
    case TAG_DOUBLE_ARRAY: {
      const m = headerWosize(header(p));
      const n = headerWosize(header(q));
      if (m != n) return m < n ? -1 : 1;
      for (let i: usize = 0; i < <usize>m * WORD; i += WORD) {
        const c = compareDoubles(load<f64>(p + i), load<f64>(q + i), total);
        if (c != 0) return c;
      }
      return 0;
    }
    case TAG_OBJECT: {
      const a = field(p, 1);
      const b = field(q, 1);
      return order(a < b, a > b);
    }
    case TAG_CLOSURE:
      return FUNCTIONAL;
    case TAG_CONT:
      return CONTINUATION;
    case TAG_CUSTOM:
      return compareCustom(p, q, total);
    default:
      return ABSTRACT;
  }
}

/** Raise for a result that says that values cannot be compared. */
function raiseFailure(c: i32): value {
  if (c == FUNCTIONAL) return invalidArg("compare: functional value");
  if (c == CONTINUATION) return invalidArg("compare: continuation value");
  return invalidArg(c == ABSTRACT ? "compare: abstract value" : "compare: out of memory");
}

export function caml_compare(a: value, b: value): value {
  if (isInt(a) && isInt(b)) return ofInt32(order(a < b, a > b));
  const c = compare_values(a, b, true);
  return c >= COMPARE_FAILED ? raiseFailure(c) : ofInt32(c);
}

// @ts-ignore: decorator
@inline function truth(c: i32, holds: bool): value {
  return c >= COMPARE_FAILED ? raiseFailure(c) : holds ? 3 : 1;
}

export function caml_equal(a: value, b: value): value {
  const c = compare_values(a, b, false);
  return truth(c, c == 0);
}
export function caml_notequal(a: value, b: value): value {
  const c = compare_values(a, b, false);
  return truth(c, c != 0);
}
export function caml_lessthan(a: value, b: value): value {
  const c = compare_values(a, b, false);
  return truth(c, c == -1);
}
export function caml_lessequal(a: value, b: value): value {
  const c = compare_values(a, b, false);
  return truth(c, c <= 0);
}
export function caml_greaterthan(a: value, b: value): value {
  const c = compare_values(a, b, false);
  return truth(c, c == 1);
}
export function caml_greaterequal(a: value, b: value): value {
  const c = compare_values(a, b, false);
  return truth(c, c == 0 || c == 1);
}

export function caml_int_compare(a: value, b: value): value {
  return ofInt32(order(a < b, a > b));
}

// ---- Strings (runtime/str.c) ----

// @ts-ignore: decorator
@inline function equalBytes(a: value, b: value): bool {
  if (a == b) return true;
  const p = <usize>a;
  const q = <usize>b;
  const n = headerWosize(header(p));
  if (n != headerWosize(header(q))) return false;
  // Padding makes strings of different lengths differ in their last words.
  for (let i: usize = 0; i < <usize>n * WORD; i += WORD) if (load<u64>(p + i) != load<u64>(q + i)) return false;
  return true;
}

export function caml_string_equal(a: value, b: value): value {
  return equalBytes(a, b) ? 3 : 1;
}
export function caml_string_notequal(a: value, b: value): value {
  return equalBytes(a, b) ? 1 : 3;
}
export function caml_string_compare(a: value, b: value): value {
  return a == b ? 1 : ofInt32(compareBytes(<usize>a, <usize>b));
}
export function caml_string_lessthan(a: value, b: value): value {
  return compareBytes(<usize>a, <usize>b) < 0 ? 3 : 1;
}
export function caml_string_lessequal(a: value, b: value): value {
  return compareBytes(<usize>a, <usize>b) <= 0 ? 3 : 1;
}
export function caml_string_greaterthan(a: value, b: value): value {
  return compareBytes(<usize>a, <usize>b) > 0 ? 3 : 1;
}
export function caml_string_greaterequal(a: value, b: value): value {
  return compareBytes(<usize>a, <usize>b) >= 0 ? 3 : 1;
}
export {
  caml_string_compare as caml_bytes_compare,
  caml_string_equal as caml_bytes_equal,
  caml_string_greaterequal as caml_bytes_greaterequal,
  caml_string_greaterthan as caml_bytes_greaterthan,
  caml_string_lessequal as caml_bytes_lessequal,
  caml_string_lessthan as caml_bytes_lessthan,
  caml_string_notequal as caml_bytes_notequal,
};
