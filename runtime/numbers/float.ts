/**
 * Floating-point numbers to and from text, exactly as glibc's printf and OCaml do it (runtime/floats.c). All decimal
 * output is the correctly rounded (half to even) form of the exact binary value.
 */

const scratch = new DataView(new ArrayBuffer(8));

/** |x| = mantissa · 2^exponent for finite x. */
function decompose(x: number): { mantissa: bigint; exponent: number } {
  scratch.setFloat64(0, x);
  const bits = scratch.getBigUint64(0);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return field === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: field - 1075 };
}

/** |x| = digits · 10^-scale, digits a string without leading zeros ("" for 0), scale ≥ 0. */
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

/** `%.Pf` of |x|. */
function fixed(x: number, precision: number): string {
  const { digits, scale } = exactDecimal(x);
  const keep = digits.length - scale + precision;
  const rounded = roundDigits(digits, keep).padStart(precision + 1, "0");
  if (precision === 0) return rounded;
  return `${rounded.slice(0, -precision)}.${rounded.slice(-precision)}`;
}

/** Decimal exponent and `count` significant digits of |x|. */
function significant(x: number, count: number): { digits: string; exponent: number } {
  if (x === 0) return { digits: "0".repeat(count), exponent: 0 };
  const fast = fastSignificant(Math.abs(x), count);
  if (fast) return fast;
  const { digits, scale } = exactDecimal(x);
  const rounded = roundDigits(digits, count);
  const carried = rounded.length > count;
  return {
    digits: carried ? rounded.slice(0, count) : rounded,
    exponent: digits.length - scale - 1 + (carried ? 1 : 0),
  };
}

/** The same from the engine's exact toExponential, whose only difference is that it rounds ties upwards. */
function fastSignificant(x: number, count: number): { digits: string; exponent: number } | undefined {
  if (count > 20) return undefined;
  const longer = x.toExponential(count);
  const e = longer.indexOf("e");
  // A tie has its exact value in one digit more.
  if (longer[e - 1] === "5" && Number(longer) === x) return undefined;
  const text = x.toExponential(count - 1);
  const at = text.indexOf("e");
  return { digits: text[0]! + text.slice(2, at), exponent: Number(text.slice(at + 1)) };
}

function withExponent(digits: string, exponent: number, alternate: boolean): string {
  const fraction = digits.slice(1);
  const point = fraction !== "" || alternate ? "." : "";
  const sign = exponent < 0 ? "-" : "+";
  return `${digits[0]}${point}${fraction}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** `%.Pe` of |x|. */
function exponential(x: number, precision: number, alternate: boolean): string {
  const { digits, exponent } = significant(x, precision + 1);
  return withExponent(digits, exponent, alternate);
}

/** `%.Pg` of |x|. */
function general(x: number, precision: number, alternate: boolean): string {
  const count = precision === 0 ? 1 : precision;
  const { digits, exponent } = significant(x, count);
  const strip = (s: string): string => (alternate ? s : s.replace(/\.?0+$/, ""));
  if (exponent < -4 || exponent >= count) {
    const mantissa = alternate ? digits : digits[0]! + digits.slice(1).replace(/0+$/, "");
    return withExponent(mantissa, exponent, alternate);
  }
  if (exponent < 0) return strip(`0.${"0".repeat(-exponent - 1)}${digits}`);
  const whole = digits.slice(0, exponent + 1);
  const fraction = digits.slice(exponent + 1);
  if (fraction === "") return alternate ? `${whole}.` : whole;
  return strip(`${whole}.${fraction}`);
}

/** A printf directive. */
interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly conversion: string;
}

function parseDirective(format: string): Directive {
  const match = /^%([-+ 0#]*)(\d*)(?:\.(\d*))?[lLn]*([a-zA-Z])/.exec(format);
  if (!match) return { flags: "", width: 0, precision: undefined, conversion: "g" };
  return {
    flags: match[1]!,
    width: Number(match[2]),
    precision: match[3] === undefined ? undefined : Number(match[3]),
    conversion: match[4]!,
  };
}

/** Sign and padding around the text of an absolute value. */
function decorate(text: string, negative: boolean, d: Directive, zeroPadding: boolean): string {
  const sign = negative ? "-" : d.flags.includes("+") ? "+" : d.flags.includes(" ") ? " " : "";
  const missing = d.width - sign.length - text.length;
  if (missing <= 0) return sign + text;
  if (d.flags.includes("-")) return sign + text + " ".repeat(missing);
  if (d.flags.includes("0") && zeroPadding) return sign + "0".repeat(missing) + text;
  return " ".repeat(missing) + sign + text;
}

/** What C's printf makes of x with one directive (caml_format_float): %e %f %g %E %F %G %a. */
export function formatFloat(format: string, x: number): string {
  const d = parseDirective(format);
  const negative = x < 0 || Object.is(x, -0);
  const upper = d.conversion === d.conversion.toUpperCase();
  const finish = (text: string, zeroPadding: boolean): string =>
    decorate(upper ? text.toUpperCase() : text, negative, d, zeroPadding);
  if (Number.isNaN(x)) {
    scratch.setFloat64(0, x);
    return decorate(upper ? "NAN" : "nan", (scratch.getUint8(0) & 0x80) !== 0, d, false);
  }
  if (!Number.isFinite(x)) return finish("inf", false);
  const alternate = d.flags.includes("#");
  const precision = d.precision ?? 6;
  switch (d.conversion.toLowerCase()) {
    case "e":
      return finish(exponential(x, precision, alternate), true);
    case "f":
      return finish(fixed(x, precision) + (alternate && precision === 0 ? "." : ""), true);
    default:
      return finish(general(x, precision, alternate), true);
  }
}

/**
 * Hexadecimal notation (caml_hexstring_of_float): `precision` digits after the point, all that are needed if negative;
 * `style` is "-", "+" or " " for the sign of positive numbers.
 */
export function hexstringOfFloat(x: number, precision: number, style: string): string {
  scratch.setFloat64(0, x);
  const bits = scratch.getBigUint64(0);
  const negative = bits >> 63n === 1n;
  const sign = negative ? "-" : style === "+" ? "+" : style === " " ? " " : "";
  const field = Number((bits >> 52n) & 0x7ffn);
  let mantissa = bits & 0xfffffffffffffn;
  if (field === 0x7ff) return sign + (mantissa === 0n ? "infinity" : "nan");
  let exponent = field - 1023;
  if (field === 0) {
    if (mantissa === 0n) exponent = 0;
    else exponent = -1022;
  } else {
    mantissa |= 1n << 52n;
  }
  if (precision >= 0 && precision < 13) {
    const dropped = BigInt(4 * (13 - precision));
    const unit = 1n << dropped;
    const half = unit >> 1n;
    const rest = mantissa & (unit - 1n);
    mantissa -= rest;
    if (rest > half || (rest === half && (mantissa & unit) !== 0n)) mantissa += unit;
  }
  const whole = (mantissa >> 52n).toString(16);
  let fraction = (mantissa & 0xfffffffffffffn).toString(16).padStart(13, "0");
  fraction = precision < 0 ? fraction.replace(/0+$/, "") : fraction.slice(0, precision).padEnd(precision, "0");
  return `${sign}0x${whole}${fraction === "" ? "" : "."}${fraction}p${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}

const DECIMAL = /^[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)$/i;
const HEXADECIMAL = /^([-+]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([-+]?\d+))?$/;

/** The number that a string denotes (caml_float_of_string); undefined if it denotes none. */
export function floatOfString(text: string): number | undefined {
  const s = text.replace(/_/g, "");
  const hex = HEXADECIMAL.exec(s);
  if (hex) return hexadecimal(hex);
  if (!DECIMAL.test(s)) return undefined;
  const lower = s.toLowerCase();
  if (lower.includes("n")) {
    if (lower.endsWith("nan")) return NaN;
    return lower.startsWith("-") ? -Infinity : Infinity;
  }
  return Number(s);
}

function hexadecimal([, sign, whole, fraction = "", power = "0"]: RegExpExecArray): number | undefined {
  const digits = whole! + fraction;
  if (digits === "") return undefined;
  const mantissa = BigInt(`0x${digits}`);
  const exponent = Number(power) - 4 * fraction.length;
  const x = scaled(mantissa, exponent);
  return sign === "-" ? -x : x;
}

/** mantissa · 2^exponent, correctly rounded. */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const length = mantissa.toString(2).length;
  if (exponent + length > 1100) return Infinity;
  if (exponent + length < -1100) return 0;
  // The result's last bit has this weight.
  const last = Math.max(exponent + length - 53, -1074);
  const shift = last - exponent;
  let significand = mantissa;
  if (shift > 0) {
    const unit = 1n << BigInt(shift);
    const rest = mantissa & (unit - 1n);
    significand = mantissa >> BigInt(shift);
    if (rest * 2n > unit || (rest * 2n === unit && (significand & 1n) === 1n)) significand++;
  } else {
    significand <<= BigInt(-shift);
  }
  return Number(significand) * 2 ** Math.max(last, -1022) * 2 ** Math.min(last + 1022, 0);
}
