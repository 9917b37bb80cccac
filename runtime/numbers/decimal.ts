/**
 * Correctly rounded decimal digits of doubles: to nearest, ties to even, as glibc's printf. JavaScript's toFixed,
 * toPrecision and toExponential are exact too, except that they round ties away from zero; so they do the work, and a
 * tie that went up to an odd digit loses one in that digit. Beyond their limits BigInt arithmetic does it.
 */
import { decompose } from "./binary.ts";

/** toFixed and toExponential take at most this many digits after the point. */
const MAX_FRACTION = 100;
/** From here on toFixed gives up, and doubles are integers. */
const MAX_FIXED = 1e21;
/** No double is a multiple of a higher power of five. */
const MAX_POWER = 22;

/** Whether x ≥ 0 lies halfway between two decimals with `places` digits after the point (before it, if negative). */
function isTie(x: number, places: number): boolean {
  // x · 10^places · 2 is odd exactly if x · 2^(places + 1) is, and that product is exact.
  if (places >= 0) return (x * 2 ** (places + 1)) % 2 === 1;
  if (places < -MAX_POWER) return false;
  return x % 10 ** -places === 5 * 10 ** (-places - 1);
}

/** `digits` less one in the last place if that is odd. It cannot be a 0, so nothing is borrowed. */
function toEven(digits: string): string {
  const last = digits.charCodeAt(digits.length - 1);
  return (last & 1) === 0 ? digits : digits.slice(0, -1) + String.fromCharCode(last - 1);
}

/** `%.{precision}f` of finite x ≥ 0. */
export function fixed(x: number, precision: number): string {
  if (x >= MAX_FIXED) {
    const whole = BigInt(x).toString();
    return precision === 0 ? whole : `${whole}.${"0".repeat(precision)}`;
  }
  if (precision <= MAX_FRACTION) {
    const text = x.toFixed(precision);
    return isTie(x, precision) ? toEven(text) : text;
  }
  const { digits, scale } = exactDecimal(x);
  const rounded = roundDigits(digits, digits.length - scale + precision).padStart(precision + 1, "0");
  return `${rounded.slice(0, -precision)}.${rounded.slice(-precision)}`;
}

/** The first `count` ≥ 1 significant digits of finite x ≥ 0, and the power of ten that the first one counts. */
export function significant(x: number, count: number): { digits: string; exponent: number } {
  if (x === 0) return { digits: "0".repeat(count), exponent: 0 };
  if (count <= MAX_FRACTION) {
    const text = x.toExponential(count - 1);
    const e = text.indexOf("e");
    const digits = count === 1 ? text.slice(0, e) : text[0]! + text.slice(2, e);
    const exponent = Number(text.slice(e + 1));
    return { digits: isTie(x, count - 1 - exponent) ? toEven(digits) : digits, exponent };
  }
  const { digits, scale } = exactDecimal(x);
  const rounded = roundDigits(digits, count);
  const carried = rounded.length > count;
  return {
    digits: carried ? rounded.slice(0, count) : rounded,
    exponent: digits.length - scale - 1 + (carried ? 1 : 0),
  };
}

/**
 * x ≥ 0 with `count` ≤ 100 significant digits in positional notation, without trailing zeros after the point;
 * undefined where `%g` may need an exponent.
 */
export function positional(x: number, count: number): string | undefined {
  if (x < 1e-4 || count > MAX_FRACTION) return x === 0 ? "0" : undefined;
  if (x < 1e15 && Number.isInteger(x)) {
    const whole = String(x);
    return whole.length <= count ? whole : undefined;
  }
  if (x >= MAX_FIXED) return undefined;
  let text = x.toPrecision(count);
  if (text.includes("e")) return undefined;
  const point = text.indexOf(".");
  if (isTie(x, point < 0 ? 0 : text.length - 1 - point)) text = toEven(text);
  return point < 0 ? text : stripZeros(text);
}

/** A number with a point without the zeros at its end, and without the point if nothing is left after it. */
export function stripZeros(text: string): string {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  if (text.charCodeAt(end - 1) === 46) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** x = digits · 10^-scale, digits without leading zeros ("" for 0), scale ≥ 0. */
function exactDecimal(x: number): { digits: string; scale: number } {
  const { mantissa, exponent } = decompose(x);
  if (mantissa === 0n) return { digits: "", scale: 0 };
  if (exponent >= 0) return { digits: (mantissa << BigInt(exponent)).toString(), scale: 0 };
  return { digits: (mantissa * 5n ** BigInt(-exponent)).toString(), scale: -exponent };
}

/** The first `keep` digits of a decimal string, rounded half to even; one digit longer when it carries over. */
function roundDigits(digits: string, keep: number): string {
  if (keep >= digits.length) return digits + "0".repeat(keep - digits.length);
  if (keep < 0) return "";
  const kept = digits.slice(0, keep);
  const rest = digits.slice(keep);
  const half = "5" + "0".repeat(rest.length - 1);
  const lastOdd = keep > 0 && (digits.charCodeAt(keep - 1) & 1) === 1;
  if (rest < half || (rest === half && !lastOdd)) return kept;
  return (BigInt(kept === "" ? "0" : kept) + 1n).toString().padStart(keep, "0");
}
