/** The error function and its complement, correctly rounded but for rare cases: computed with twice the precision. */
import { add, divide, high, low, multiply, set } from "./double-double";

const LN_2: f64 = 0.6931471805599453;
const LN_2_LOW: f64 = 2.3190468138462996e-17;
/** 2 / sqrt(pi). */
const FACTOR: f64 = 1.1283791670955126;
const FACTOR_LOW: f64 = 1.533545961316588e-17;

/** Where the series ends and the continued fraction begins. */
const SERIES_LIMIT: f64 = 2.0;
/** From here on erf is 1. */
const ERF_LIMIT: f64 = 6.0;
/** From here on erfc is 0. */
const ERFC_LIMIT: f64 = 27.3;
const SERIES_TERMS: i32 = 42;
const EXPONENTIAL_TERMS: i32 = 22;

/** Multiply the accumulator by exp(-x²), but for a power of 2: its exponent. */
function multiplyByGaussian(x: f64): i32 {
  const h = high;
  const l = low;
  set(-x, 0);
  multiply(x, 0);
  const k = nearest(high / LN_2);
  const squareHigh = high;
  const squareLow = low;
  set(LN_2, LN_2_LOW);
  multiply(-k, 0);
  add(squareHigh, squareLow);
  const rh = high;
  const rl = low;
  // Taylor's series.
  set(1, 0);
  for (let n = EXPONENTIAL_TERMS; n > 0; n--) {
    multiply(rh, rl);
    divide(n, 0);
    add(1, 0);
  }
  multiply(h, l);
  return <i32>k;
}

/** Put erf(x), 0 <= x <= SERIES_LIMIT, into the accumulator: 2/sqrt(pi) exp(-x²) x (1 + 2x²/3 (1 + 2x²/5 (…))). */
function series(x: f64): void {
  set(2 * x, 0);
  multiply(x, 0);
  const h = high;
  const l = low;
  set(1, 0);
  for (let n = SERIES_TERMS; n > 0; n--) {
    multiply(h, l);
    divide(2 * n + 1, 0);
    add(1, 0);
  }
  multiply(x, 0);
  multiply(FACTOR, FACTOR_LOW);
  const scale = NativeMath.scalbn(1, multiplyByGaussian(x)); // at least 2^-6
  set(high * scale, low * scale);
}

/** erfc(x), x >= SERIES_LIMIT: exp(-x²) / sqrt(pi) / (x + (1/2)/(x + (2/2)/(x + (3/2)/(…)))). */
function fraction(x: f64): f64 {
  set(x, 0);
  for (let n = <i32>(10 + 320 / (x * x)); n > 0; n--) {
    const h = high;
    const l = low;
    set(0.5 * n, 0);
    divide(h, l);
    add(x, 0);
  }
  const h = high;
  const l = low;
  set(0.5 * FACTOR, 0.5 * FACTOR_LOW);
  divide(h, l);
  const exponent = multiplyByGaussian(x);
  return NativeMath.scalbn(high, exponent);
}

export function erf(x: f64): f64 {
  const a = abs(x);
  if (x != x) return x;
  if (a >= ERF_LIMIT) return copysign(1, x);
  if (a > SERIES_LIMIT) return copysign(1 - fraction(a), x);
  if (a < 1e-100) {
    // The first term, away from the subnormal numbers.
    set(NativeMath.scalbn(a, 600), 0);
    multiply(FACTOR, FACTOR_LOW);
    return copysign(NativeMath.scalbn(high, -600), x);
  }
  series(a);
  return copysign(high, x);
}

export function erfc(x: f64): f64 {
  const a = abs(x);
  if (x != x) return x;
  if (a < 1e-100) return 1;
  if (a > SERIES_LIMIT) {
    if (x < 0) return a >= ERF_LIMIT ? 2 : 2 - fraction(a);
    return a >= ERFC_LIMIT ? 0 : fraction(a);
  }
  series(a);
  if (x > 0) set(-high, -low);
  add(1, 0);
  return high;
}
