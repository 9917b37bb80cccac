/** Floating-point numbers to text, exactly as glibc's printf and runtime/floats.c write them. */
import { bitsOfFloat, signBit } from "./binary.ts";
import { fixed, positional, significant, stripZeros } from "./decimal.ts";

/**
 * What C's printf makes of one double (caml_format_float): text around one directive with a conversion out of
 * `eEfFgGaA`, the flags `-+ 0#`, a width and a precision. Throws RangeError for other formats.
 */
export function formatFloat(format: string, x: number): string {
  const d = directive(format);
  const text = d.uppercase ? convert(d, x).toUpperCase() : convert(d, x);
  return d.prefix === "" && d.suffix === "" ? text : d.prefix + text + d.suffix;
}

/**
 * Hexadecimal notation (caml_hexstring_of_float): `precision` digits after the point, as many as needed if it is
 * negative; `style` is "-", "+" or " " for the sign of positive numbers.
 */
export function hexstringOfFloat(x: number, precision: number, style: string): string {
  const sign = signBit(x) ? "-" : style === "-" ? "" : style;
  if (Number.isNaN(x)) return `${sign}nan`;
  if (!Number.isFinite(x)) return `${sign}infinity`;
  return `${sign}0x${hexadecimal(x, precision, false)}`;
}

/** The one directive of a format, and the text around it. */
interface Directive {
  readonly prefix: string;
  readonly suffix: string;
  readonly minus: boolean;
  readonly zero: boolean;
  readonly alternate: boolean;
  /** What stands before numbers that are not negative: "+", " " or nothing. */
  readonly plus: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly conversion: string;
  readonly uppercase: boolean;
}

const FORMAT = /^((?:[^%]|%%)*)%([-+ 0#']*)(\d*)(?:\.(\d*))?l?([eEfFgGaA])((?:[^%]|%%)*)$/s;

/** Programs use few formats, so each is parsed once; bounded, because formats may be computed. */
const directives = new Map<string, Directive>();
const MAX_DIRECTIVES = 256;

function directive(format: string): Directive {
  const known = directives.get(format);
  if (known) return known;
  const match = FORMAT.exec(format);
  if (!match) throw new RangeError(`format_float: "${format}" is not a printf format of one float`);
  const flags = match[2]!;
  const d: Directive = {
    prefix: match[1]!.replaceAll("%%", "%"),
    suffix: match[6]!.replaceAll("%%", "%"),
    minus: flags.includes("-"),
    zero: flags.includes("0") && !flags.includes("-"),
    alternate: flags.includes("#"),
    plus: flags.includes("+") ? "+" : flags.includes(" ") ? " " : "",
    width: Number(match[3]),
    precision: match[4] === undefined ? undefined : Number(match[4]),
    conversion: match[5]!.toLowerCase(),
    uppercase: match[5]! < "a",
  };
  if (directives.size === MAX_DIRECTIVES) directives.clear();
  directives.set(format, d);
  return d;
}

/** Sign, digits and padding, in lower case. */
function convert(d: Directive, x: number): string {
  const sign = signBit(x) ? "-" : d.plus;
  if (!Number.isFinite(x)) return pad(d, sign, Number.isNaN(x) ? "nan" : "inf", false);
  if (d.conversion === "a") return pad(d, `${sign}0x`, hexadecimal(Math.abs(x), d.precision ?? -1, d.alternate), true);
  return pad(d, sign, decimal(d, Math.abs(x)), true);
}

function pad(d: Directive, sign: string, text: string, zeros: boolean): string {
  const missing = d.width - sign.length - text.length;
  if (missing <= 0) return sign + text;
  if (d.minus) return sign + text + " ".repeat(missing);
  if (d.zero && zeros) return sign + "0".repeat(missing) + text;
  return " ".repeat(missing) + sign + text;
}

/** x ≥ 0 with the conversion e, f or g. */
function decimal(d: Directive, x: number): string {
  const precision = d.precision ?? 6;
  switch (d.conversion) {
    case "f":
      return fixed(x, precision) + (d.alternate && precision === 0 ? "." : "");
    case "e": {
      const { digits, exponent } = significant(x, precision + 1);
      return withExponent(digits, exponent, d.alternate);
    }
    default:
      return general(x, Math.max(precision, 1), d.alternate);
  }
}

/** `%.{count}g` of x ≥ 0. */
function general(x: number, count: number, alternate: boolean): string {
  if (!alternate) {
    const text = positional(x, count);
    if (text !== undefined) return text;
  }
  const { digits, exponent } = significant(x, count);
  if (exponent < -4 || exponent >= count) {
    return withExponent(alternate ? digits : digits[0]! + digits.slice(1).replace(/0+$/, ""), exponent, alternate);
  }
  const text =
    exponent < 0
      ? `0.${"0".repeat(-exponent - 1)}${digits}`
      : `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
  return alternate ? text : stripZeros(text);
}

function withExponent(digits: string, exponent: number, alternate: boolean): string {
  const point = digits.length > 1 || alternate ? "." : "";
  const power = Math.abs(exponent);
  return `${digits[0]}${point}${digits.slice(1)}e${exponent < 0 ? "-" : "+"}${power < 10 ? "0" : ""}${power}`;
}

/** |x| in hexadecimal, after its 0x: digits rounded half to even to `precision` places, all if it is negative. */
function hexadecimal(x: number, precision: number, alternate: boolean): string {
  const bits = bitsOfFloat(x);
  const field = Number((bits >> 52n) & 0x7ffn);
  let mantissa = bits & 0xfffffffffffffn;
  let exponent = 0;
  if (field !== 0) {
    exponent = field - 1023;
    mantissa |= 1n << 52n;
  } else if (mantissa !== 0n) exponent = -1022;
  if (precision >= 0 && precision < 13) {
    const unit = 1n << BigInt(4 * (13 - precision));
    const rest = mantissa & (unit - 1n);
    mantissa -= rest;
    if (rest * 2n > unit || (rest * 2n === unit && (mantissa & unit) !== 0n)) mantissa += unit;
  }
  const digits = (mantissa & 0xfffffffffffffn).toString(16).padStart(13, "0");
  const fraction = precision < 0 ? digits.replace(/0+$/, "") : digits.slice(0, precision).padEnd(precision, "0");
  const point = fraction !== "" || alternate ? "." : "";
  return `${mantissa >> 52n}${point}${fraction}p${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}
