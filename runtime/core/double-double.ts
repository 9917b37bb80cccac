/**
 * Numbers of twice the precision of a double, as the unevaluated sum of two doubles of which the second is less than
 * half a unit in the last place of the first. One of them, the accumulator, is what the functions work on.
 * After T. J. Dekker, "A floating-point technique for extending the available precision" (1971).
 */

/** The accumulator. */
export let high: f64 = 0;
export let low: f64 = 0;

/** 2^27 + 1, which splits a double into halves of 26 bits. */
const SPLITTER: f64 = 134217729.0;

// @ts-ignore: decorator
@inline export function set(h: f64, l: f64): void {
  high = h;
  low = l;
}

/** The sum of a and b, of which a is the larger. */
// @ts-ignore: decorator
@inline function normalize(a: f64, b: f64): void {
  const sum = a + b;
  low = b - (sum - a);
  high = sum;
}

export function add(h: f64, l: f64): void {
  const sum = high + h;
  const part = sum - high;
  const error = high - (sum - part) + (h - part);
  normalize(sum, error + (low + l));
}

/** Rounding error of the product p of a and b. */
function productError(a: f64, b: f64, p: f64): f64 {
  const s = SPLITTER * a;
  const t = SPLITTER * b;
  const a1 = s - (s - a);
  const b1 = t - (t - b);
  const a2 = a - a1;
  const b2 = b - b1;
  return a1 * b1 - p + a1 * b2 + a2 * b1 + a2 * b2;
}

export function multiply(h: f64, l: f64): void {
  const p = high * h;
  normalize(p, productError(high, h, p) + (high * l + low * h));
}

export function divide(h: f64, l: f64): void {
  const q = high / h;
  const p = q * h;
  const rest = high - p - productError(q, h, p) + low - q * l;
  normalize(q, rest / h);
}
