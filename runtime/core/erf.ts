/**
 * The error function and its complement (caml_erf_float, caml_erfc_float of runtime/floats.c), by Maclaurin's series in
 * pairs of doubles (Dekker 1971) where |x| < 3, and by the continued fraction of erfc (Abramowitz and Stegun 7.1.14)
 * beyond.
 */
import { copyDouble } from "./floats";
import { double, value } from "./values";

/** The pair of doubles that the last operation has computed: high + low. */
let high: f64 = 0;
let low: f64 = 0;

/** 2/√π as a pair. */
const TWO_OVER_ROOT_PI_HIGH: f64 = 1.1283791670955126;
const TWO_OVER_ROOT_PI_LOW: f64 = 1.533545961316588e-17;
const ROOT_PI: f64 = 1.7724538509055159;
const SERIES_LIMIT: f64 = 3;
/** erfc is 0 from here on. */
const UNDERFLOW: f64 = 27.5;
const SPLITTER: f64 = 134217729; // 2^27 + 1

/** a + b exactly. */
function twoSum(a: f64, b: f64): void {
  const s = a + b;
  const t = s - a;
  low = a - (s - t) + (b - t);
  high = s;
}

/** a · b exactly. */
function twoProduct(a: f64, b: f64): void {
  const p = a * b;
  let c = SPLITTER * a;
  const ah = c - (c - a);
  const al = a - ah;
  c = SPLITTER * b;
  const bh = c - (c - b);
  const bl = b - bh;
  low = ah * bh - p + ah * bl + al * bh + al * bl;
  high = p;
}

function multiply(ah: f64, al: f64, bh: f64, bl: f64): void {
  twoProduct(ah, bh);
  const p = high;
  twoSum(p, low + (ah * bl + al * bh));
}

function add(ah: f64, al: f64, bh: f64, bl: f64): void {
  twoSum(ah, bh);
  const s = high;
  twoSum(s, low + al + bl);
}

/** Divide by a double that is an integer. */
function divide(ah: f64, al: f64, n: f64): void {
  const q = ah / n;
  twoProduct(q, n);
  const rest = ah - high - low + al;
  twoSum(q, rest / n);
}

/** erf x as a pair, for |x| < SERIES_LIMIT: 2/√π Σ (-1)^n x^(2n+1) / (n! (2n+1)). */
function erfSeries(x: f64): void {
  twoProduct(x, x);
  const xxHigh = -high;
  const xxLow = -low;
  let powerHigh = x;
  let powerLow: f64 = 0;
  let sumHigh = x;
  let sumLow: f64 = 0;
  let n: f64 = 1;
  let going = true;
  while (going) {
    multiply(powerHigh, powerLow, xxHigh, xxLow);
    divide(high, low, n);
    powerHigh = high;
    powerLow = low;
    divide(powerHigh, powerLow, 2 * n + 1);
    const term = high;
    add(sumHigh, sumLow, term, low);
    sumHigh = high;
    sumLow = low;
    going = abs(term) > abs(sumHigh) * 1e-33 && n < 200;
    n += 1;
  }
  multiply(sumHigh, sumLow, TWO_OVER_ROOT_PI_HIGH, TWO_OVER_ROOT_PI_LOW);
}

/** erfc x for x ≥ SERIES_LIMIT: exp(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))). */
function erfcFraction(x: f64): f64 {
  if (x > UNDERFLOW) return 0;
  let fraction = x;
  for (let n = 80; n >= 1; n--) fraction = x + (0.5 * <f64>n) / fraction;
  // x² does not fit a double: its rounding error would be multiplied by the exponential.
  twoProduct(x, x);
  const small = low;
  return (NativeMath.exp(-high) * (1 - small)) / (ROOT_PI * fraction);
}

function erf(x: f64): f64 {
  if (isNaN(x)) return x;
  if (abs(x) >= SERIES_LIMIT) return copysign<f64>(1 - erfcFraction(abs(x)), x);
  erfSeries(x);
  return x == 0 ? x : high;
}

function erfc(x: f64): f64 {
  if (isNaN(x)) return x;
  if (x >= SERIES_LIMIT) return erfcFraction(x);
  if (x <= -SERIES_LIMIT) return 2 - erfcFraction(-x);
  erfSeries(x);
  add(1, 0, -high, -low);
  return high;
}

export function caml_erf_float(x: value): value {
  return copyDouble(erf(double(x)));
}
export function caml_erfc_float(x: value): value {
  return copyDouble(erfc(double(x)));
}
