/**
 * Primitives that native code executes itself: those of bytecode/instructions/inlined.ts, and those on boxed integers,
 * which the interpreter calls. The functions in runtime/core/ remain for all other cases, and say what these must compute.
 */
import { argument, inlinedPrimitives, result } from "../bytecode/instructions/inlined.ts";
import type { CompareOp, FloatCompareOp, PrimitiveSemantics } from "../bytecode/instructions/semantics.ts";
import { COMPARE_FAILED, CUSTOM_INT32, CUSTOM_INT64, CUSTOM_NATIVEINT } from "../runtime/layout.ts";
import type { Int64Op, Node, Operation } from "./ir.ts";

/** What their meanings are written in: operations of ir.ts besides. */
export interface NativeSemantics extends PrimitiveSemantics<Node, number, Node, Node> {
  make(operation: Operation, inputs: Node[], ...immediates: (number | string)[]): Node;
  /** Division_by_zero unless a condition holds. */
  checkDivisor(condition: Node): void;
  /** Of a boxed integer of kind CUSTOM_*. */
  unboxInteger(x: Node, kind: number): Node;
}

/** As in inlined.ts. */
export interface NativeMeaning {
  readonly arity: number;
  readonly meaning: (b: NativeSemantics) => void;
  readonly otherwiseRaises: boolean;
}

const meanings = new Map<string, NativeMeaning>(inlinedPrimitives);

/** Define a primitive by its result. `otherwiseRaises`: called when fastWhen does not hold, it always raises. */
function define(
  name: string,
  arity: number,
  value: (b: NativeSemantics, x: Node, y: Node, z: Node) => Node,
  otherwiseRaises = false,
): void {
  const meaning = (b: NativeSemantics): void => {
    const [x, y, z] = Array.from({ length: arity }, (_, i) => argument(b, i));
    result(b, arity, value(b, x!, y!, z!));
  };
  meanings.set(name, { arity, meaning, otherwiseRaises });
}

// ---- Boxed integers (runtime/ints.c) --------------------------------------------------------------------------------------

interface BoxedInteger {
  readonly name: "int32" | "int64" | "nativeint";
  readonly kind: number;
}
const INT32: BoxedInteger = { name: "int32", kind: CUSTOM_INT32 };
const INT64: BoxedInteger = { name: "int64", kind: CUSTOM_INT64 };
const NATIVEINT: BoxedInteger = { name: "nativeint", kind: CUSTOM_NATIVEINT };

const constant = (b: NativeSemantics, n: number): Node => b.make("untag", [b.integer(n)]);
const compute = (b: NativeSemantics, op: Int64Op, x: Node, y: Node): Node => b.make("int64Arithmetic", [x, y], op);
const compareNumbers = (b: NativeSemantics, op: CompareOp, x: Node, y: Node): Node => b.make("compareInt64", [x, y], op);

/** The low bits of a number that are one of this type. */
const fit = (b: NativeSemantics, { kind }: BoxedInteger, x: Node): Node =>
  kind === CUSTOM_INT32 ? b.make("signExtend32", [x]) : x;
const box = (b: NativeSemantics, { kind }: BoxedInteger, x: Node): Node => b.make("boxInteger", [x], kind);
const unbox = (b: NativeSemantics, { kind }: BoxedInteger, x: Node): Node => b.unboxInteger(x, kind);

/** (x > y) - (x < y). */
function order(b: NativeSemantics, x: Node, y: Node): Node {
  return b.arith("sub", b.boolean(compareNumbers(b, "gt", x, y)), b.boolean(compareNumbers(b, "lt", x, y)));
}

for (const type of [INT32, INT64, NATIVEINT]) {
  const { name } = type;
  const binary = (suffix: string, op: Int64Op): void =>
    define(`caml_${name}_${suffix}`, 2, (b, x, y) => box(b, type, fit(b, type, compute(b, op, unbox(b, type, x), unbox(b, type, y)))));
  for (const op of ["add", "sub", "mul"] as const) binary(op, op);
  // Of sign-extended numbers these are sign-extended.
  for (const op of ["and", "or", "xor"] as const) {
    define(`caml_${name}_${op}`, 2, (b, x, y) => box(b, type, compute(b, op, unbox(b, type, x), unbox(b, type, y))));
  }
  for (const [suffix, op] of [["div", "div"], ["mod", "rem"]] as const) {
    define(`caml_${name}_${suffix}`, 2, (b, x, y) => {
      const divisor = unbox(b, type, y);
      b.checkDivisor(compareNumbers(b, "ne", divisor, constant(b, 0)));
      return box(b, type, fit(b, type, compute(b, op, unbox(b, type, x), divisor)));
    });
  }
  const shift = (suffix: string, op: Int64Op): void =>
    define(`caml_${name}_${suffix}`, 2, (b, x, y) => {
      const number = unbox(b, type, x);
      const amount = b.make("untag", [y]);
      if (type !== INT32) return box(b, type, compute(b, op, number, amount));
      const bits = op === "shr_u" ? b.make("zeroExtend32", [number]) : number;
      return box(b, type, fit(b, type, compute(b, op, bits, compute(b, "and", amount, constant(b, 31)))));
    });
  shift("shift_left", "shl");
  shift("shift_right", "shr_s");
  shift("shift_right_unsigned", "shr_u");
  define(`caml_${name}_neg`, 1, (b, x) => box(b, type, fit(b, type, compute(b, "sub", constant(b, 0), unbox(b, type, x)))));
  define(`caml_${name}_of_int`, 1, (b, x) => box(b, type, fit(b, type, b.make("untag", [x]))));
  define(`caml_${name}_to_int`, 1, (b, x) => b.make("tag", [unbox(b, type, x)]));
  define(`caml_${name}_of_float`, 1, (b, x) => box(b, type, b.make("int64OfFloat", [b.unbox(x)], type === INT32 ? 32 : 64)));
  define(`caml_${name}_to_float`, 1, (b, x) => b.box(b.make("floatOfInt64", [unbox(b, type, x)])));
  define(`caml_${name}_compare`, 2, (b, x, y) => order(b, unbox(b, type, x), unbox(b, type, y)));
}

const conversions: readonly (readonly [name: string, from: BoxedInteger, to: BoxedInteger])[] = [
  ["caml_int64_of_int32", INT32, INT64],
  ["caml_int64_to_int32", INT64, INT32],
  ["caml_int64_of_nativeint", NATIVEINT, INT64],
  ["caml_int64_to_nativeint", INT64, NATIVEINT],
  ["caml_nativeint_of_int32", INT32, NATIVEINT],
  ["caml_nativeint_to_int32", NATIVEINT, INT32],
];
for (const [name, from, to] of conversions) define(name, 1, (b, x) => box(b, to, fit(b, to, unbox(b, from, x))));

define("caml_int64_bits_of_float", 1, (b, x) => box(b, INT64, b.make("bitsOfFloat", [b.unbox(x)])));
define("caml_int64_float_of_bits", 1, (b, x) => b.box(b.make("floatOfBits", [unbox(b, INT64, x)])));
define("caml_int32_bits_of_float", 1, (b, x) => box(b, INT32, b.make("bitsOfSingle", [b.unbox(x)])));
define("caml_int32_float_of_bits", 1, (b, x) => b.box(b.make("singleOfBits", [unbox(b, INT32, x)])));
define("caml_int_of_float", 1, (b, x) => b.make("tag", [b.make("int64OfFloat", [b.unbox(x)], 64)]));

// ---- Comparison (runtime/compare.c): with a boxed integer -------------------------------------------------------------------

/** The kind of boxed integer that one of the two is known to be. */
const knownKind = (...nodes: Node[]): number | undefined =>
  nodes.find(({ operation }) => operation === "boxInteger")?.immediates[0] as number | undefined;

/**
 * A comparison: of the numbers where one value is known to be a boxed integer, if the other is of the same kind; otherwise
 * from the order of the values, if they have one. The primitive is called where that fails, which always raises.
 */
function comparison(
  name: string,
  how: "total" | "partial" | "equality",
  ofNumbers: (b: NativeSemantics, x: Node, y: Node) => Node,
  ofOrder: (b: NativeSemantics, order: Node) => Node,
): void {
  define(name, 2, (b, x, y) => {
    const kind = knownKind(x, y);
    if (kind !== undefined) {
      for (const node of [x, y]) if (node.operation !== "boxInteger") b.fastWhen(b.make("isBoxedInteger", [node], kind));
      return ofNumbers(b, b.unboxInteger(x, kind), b.unboxInteger(y, kind));
    }
    const values = b.make("structuralOrder", [x, y], how);
    b.fastWhen(compareNumbers(b, "lt", values, constant(b, COMPARE_FAILED)));
    return ofOrder(b, values);
  });
}
const comparisons = [
  ["caml_equal", "equality", "eq"],
  ["caml_notequal", "equality", "ne"],
  ["caml_lessthan", "partial", "lt"],
  ["caml_lessequal", "partial", "le"],
  ["caml_greaterthan", "partial", "gt"],
  ["caml_greaterequal", "partial", "ge"],
] as const;
for (const [name, how, op] of comparisons) {
  const ofNumbers = (b: NativeSemantics, x: Node, y: Node): Node => b.boolean(compareNumbers(b, op, x, y));
  comparison(name, how, ofNumbers, (b, values) => {
    // 2 is "unordered".
    if (op === "gt") return b.boolean(compareNumbers(b, "eq", values, constant(b, 1)));
    if (op === "ge") return b.boolean(compareNumbers(b, "ult", values, constant(b, 2)));
    return ofNumbers(b, values, constant(b, 0));
  });
}
comparison("caml_compare", "total", order, (b, values) => b.make("tag", [values]));

// ---- Floats (runtime/floats.c) ----------------------------------------------------------------------------------------------

for (const op of ["ceil", "floor", "trunc"] as const) {
  define(`caml_${op}_float`, 1, (b, x) => b.box(b.floatUnary(op, b.unbox(x))));
}
define("caml_copysign_float", 2, (b, x, y) => b.box(b.floatArith("copysign", b.unbox(x), b.unbox(y))));
const UNARY = [
  ...["acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "erf", "erfc", "exp", "exp2", "expm1"],
  ...["log", "log10", "log1p", "log2", "round", "sin", "sinh", "tan", "tanh"],
];
for (const name of UNARY) {
  define(`caml_${name}_float`, 1, (b, x) => b.box(b.make("math", [b.unbox(x)], `math_${name}`)));
}
for (const name of ["atan2", "fmod", "hypot", "power"]) {
  define(`caml_${name}_float`, 2, (b, x, y) => b.box(b.make("math", [b.unbox(x), b.unbox(y)], `math_${name}`)));
}
/** Nan is equal to itself, and less than any other. */
define("caml_float_compare", 2, (b, x, y) => {
  const [p, q] = [b.unbox(x), b.unbox(y)];
  const truth = (op: FloatCompareOp, v: Node, w: Node): Node => b.boolean(b.compareFloats(op, v, w));
  const ordered = b.arith("sub", truth("gt", p, q), truth("lt", p, q));
  return b.arith("add", ordered, b.arith("sub", truth("eq", p, p), truth("eq", q, q)));
});
for (const name of ["caml_signbit_float", "caml_signbit"]) {
  define(name, 1, (b, x) => b.boolean(compareNumbers(b, "lt", b.make("bitsOfFloat", [b.unbox(x)]), constant(b, 0))));
}

// ---- Strings (runtime/str.c): several bytes ---------------------------------------------------------------------------------

/** Whether there are `size` bytes at an index. */
function inString(b: NativeSemantics, size: number, s: Node, index: Node): Node {
  const length = b.stringLength(s);
  return b.both(b.compare("ult", index, length), b.compare("ult", b.offset(index, size - 1), length));
}
/** Sizes, and how their numbers are made values and taken from them. */
const sizes = [
  [16, (b: NativeSemantics, x: Node): Node => b.make("tag", [x]), (b: NativeSemantics, x: Node): Node => b.make("untag", [x])],
  [32, (b: NativeSemantics, x: Node): Node => box(b, INT32, x), (b: NativeSemantics, x: Node): Node => unbox(b, INT32, x)],
  [64, (b: NativeSemantics, x: Node): Node => box(b, INT64, x), (b: NativeSemantics, x: Node): Node => unbox(b, INT64, x)],
] as const;
for (const [bits, toValue, ofValue] of sizes) {
  const size = bits / 8;
  for (const type of ["string", "bytes"]) {
    define(
      `caml_${type}_get${bits}`,
      2,
      (b, s, i) => {
        b.fastWhen(inString(b, size, s, i));
        return toValue(b, b.make("loadBytes", [s, i], size));
      },
      true,
    );
  }
  define(
    `caml_bytes_set${bits}`,
    3,
    (b, s, i, v) => {
      b.fastWhen(inString(b, size, s, i));
      b.make("storeBytes", [s, i, ofValue(b, v)], size);
      return b.unit();
    },
    true,
  );
}

export const nativeMeanings: ReadonlyMap<string, NativeMeaning> = meanings;
