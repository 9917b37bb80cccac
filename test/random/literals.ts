/** Constants of the scalar types: edges, and small ones. */
import { below, oneOf, type Random } from "../support/random.ts";

const INTS = [
  "max_int", "min_int", "(-1)", "0x3fffffff", "0x40000000", "(-0x40000001)", "0xffffffff", "0x100000000", "1000000007", "255",
  "256", "65535", "(max_int - 1)", "(min_int + 1)", "0x1fffffffffffff", "(-129)",
];
const FLOATS = [
  "0.", "(-0.)", "1.", "(-1.)", "0.1", "1e300", "(-1e-300)", "infinity", "neg_infinity", "nan", "4.94e-324", "0x1p53",
  "3.14159", "0.5", "1e15", "4611686018427387904.",
];
const CHARS = ["'\\000'", "'\\255'", "'\\n'", "'0'", "'A'", "'z'", "'\\''", "' '"];
const STRINGS = [`""`, `"abc"`, `"a b c"`, `"\\000\\255"`, `"12"`, `"-7"`, `"0x1f"`, `"eight888"`, `"a longer string, 24+"`, `"\\n\\t\\"q"`, `"1e3"`];
const INT32S = ["0l", "1l", "(-1l)", "Int32.max_int", "Int32.min_int", "0x7fffl", "12345l"];
const INT64S = ["0L", "1L", "(-1L)", "Int64.max_int", "Int64.min_int", "0xffffffffL", "0x4000000000000000L", "(-3000000000L)"];
const NATIVEINTS = ["0n", "1n", "(-1n)", "Nativeint.max_int", "Nativeint.min_int", "77n"];

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  bool: ["true", "false"],
  float: FLOATS,
  char: CHARS,
  string: STRINGS,
  int32: INT32S,
  int64: INT64S,
  nativeint: NATIVEINTS,
  unit: ["()"],
};

/** A constant of a type, given its constructor; undefined, if it has none. */
export function literal(next: Random, con: string): string | undefined {
  if (con === "int") return next() < 0.25 ? oneOf(next, INTS) : `${below(next, 20)}`;
  return OTHERS[con] && oneOf(next, OTHERS[con]);
}

/** The same as a pattern: no names, no signs that need an expression. */
export function literalPattern(next: Random, con: string): string | undefined {
  if (con === "int") return oneOf(next, ["0", "1", "2", "3", "7", "100", "-1", "0x40000000"]);
  if (con === "float") return undefined;
  const fitting = OTHERS[con]?.filter((text) => !/[A-Z]\w|^\(/.test(text));
  return fitting && oneOf(next, fitting);
}
