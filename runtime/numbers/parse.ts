/** Text to floating-point numbers: runtime/floats.c with glibc's strtod under it. */
import { compose, decompose, floatOfBits } from "./binary.ts";

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const HEXADECIMAL = /^([-+]?)0[xX](.*)$/s;
/** strtod skips white space and takes infinities, NaNs and hexadecimal numbers of its own. */
const STRTOD =
  /^[ \t\n\v\f\r]*([-+]?)(?:((?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)|(inf(?:inity)?)|nan(?:\((\w*)\))?|0x([\da-f]*)(?:\.([\da-f]*))?(?:p([-+]?\d+))?)$/i;

/** The number that a string of bytes denotes (caml_float_of_string); undefined if it denotes none. */
export function floatOfString(text: string): number | undefined {
  const s = text.includes("_") ? text.replaceAll("_", "") : text;
  if (NUMBER.test(s)) return Number(s);
  const hex = HEXADECIMAL.exec(s);
  const x = hex ? floatOfHex(hex[2]!) : strtod(s);
  return x !== undefined && hex?.[1] === "-" ? -x : x;
}

/** More hexadecimal digits than these only leave a trace in the last bit kept. */
const MAX_DIGITS = 15;
const INT_MAX = 2 ** 31 - 1;

/**
 * What follows 0x (caml_float_of_hex). The first 15 digits are rounded to a double before the exponent is applied, so
 * that subnormal results are rounded twice, as OCaml does.
 */
function floatOfHex(text: string): number | undefined {
  const match = /^([^pP]*)(?:[pP](.*))?$/s.exec(text)!;
  const digits = /^([\da-fA-F]*)\.?([\da-fA-F]*)$/.exec(match[1]!);
  if (!digits) return undefined;
  const [, whole = "", fraction = ""] = digits;
  const significand = (whole + fraction).replace(/^0+/, "");
  let exponent = 0;
  if (match[2] !== undefined) {
    // strtol
    if (!/^[ \t\n\v\f\r]*[-+]?\d+$/.test(match[2])) return undefined;
    exponent = Number(match[2]);
    if (exponent <= -INT_MAX - 1) return 0;
    if (exponent >= INT_MAX) return significand === "" ? 0 : Infinity;
  }
  if (whole + fraction === "") return undefined;
  if (significand === "") return 0;
  let mantissa = BigInt(`0x${significand.slice(0, MAX_DIGITS)}`);
  const extra = significand.slice(MAX_DIGITS);
  if (/[^0]/.test(extra)) mantissa |= 1n;
  const rounded = decompose(Number(mantissa));
  return compose(rounded.mantissa, rounded.exponent + exponent + 4 * (extra.length - fraction.length));
}

function strtod(s: string): number | undefined {
  const match = STRTOD.exec(s);
  if (!match) return undefined;
  const [, sign, decimal, infinity, payload, whole, fraction = "", power = "0"] = match;
  let x: number;
  if (decimal !== undefined) x = Number(decimal);
  else if (infinity !== undefined) x = Infinity;
  else if (whole === undefined) return notANumber(sign === "-", payload ?? "");
  else if (whole + fraction === "") return undefined;
  else x = compose(BigInt(`0x${whole}${fraction}`), Number(power) - 4 * fraction.length);
  return sign === "-" ? -x : x;
}

/** The NaN that strtod makes of `nan(payload)`: the payload, if it is a number of C, in the low 51 bits. */
function notANumber(negative: boolean, payload: string): number {
  let n = 0n;
  if (/^0x[\da-f]+$/i.test(payload)) n = BigInt(payload.toLowerCase());
  else if (/^0[0-7]+$/.test(payload)) n = BigInt(`0o${payload}`);
  else if (/^(?:0|[1-9]\d*)$/.test(payload)) n = BigInt(payload);
  if (n >> 64n !== 0n) n = -1n;
  return floatOfBits((negative ? 0xfff8n : 0x7ff8n) * 2n ** 48n + BigInt.asUintN(51, n));
}
