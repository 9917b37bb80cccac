/**
 * Primitives that are executed without a call, at least in the common case: their meaning in the language of the
 * instruction table, for a C_CALL with that primitive. The functions in runtime/core/ remain for all other cases.
 */
import { TAG_DOUBLE_ARRAY } from "../../runtime/layout.ts";
import type { FloatCompareOp, FloatOp, FloatUnaryOp, PrimitiveMeaning, PrimitiveSemantics } from "./semantics.ts";

export interface InlinedPrimitive {
  readonly name: string;
  readonly arity: number;
  readonly meaning: PrimitiveMeaning;
  /** Whether the primitive itself, called when fastWhen does not hold, always raises, whatever its third argument is. */
  readonly otherwiseRaises: boolean;
}

const rows: InlinedPrimitive[] = [];

function inline(name: string, arity: number, meaning: PrimitiveMeaning, otherwiseRaises = false): void {
  rows.push({ name, arity, meaning, otherwiseRaises });
}

/** Argument i: accu is the first, the others are on the stack. */
export function argument<V, N, C, F>(b: PrimitiveSemantics<V, N, C, F>, i: number): V {
  return i === 0 ? b.accu() : b.stack(b.number(i - 1));
}

/** End a primitive of n arguments with its result. */
export function result<V, N, C, F>(b: PrimitiveSemantics<V, N, C, F>, n: number, v: V): void {
  b.setAccu(v);
  if (n > 1) b.pop(b.number(n - 1));
}

// ---- Floats (runtime/floats.c) --------------------------------------------------------------------------------------------

for (const op of ["add", "sub", "mul", "div"] as const satisfies readonly FloatOp[]) {
  inline(`caml_${op}_float`, 2, (b) =>
    result(b, 2, b.box(b.floatArith(op, b.unbox(argument(b, 0)), b.unbox(argument(b, 1))))),
  );
}
for (const op of ["neg", "abs", "sqrt"] as const satisfies readonly FloatUnaryOp[]) {
  inline(`caml_${op}_float`, 1, (b) => result(b, 1, b.box(b.floatUnary(op, b.unbox(b.accu())))));
}
const floatComparisons: readonly (readonly [name: string, op: FloatCompareOp])[] = [
  ["eq", "eq"],
  ["neq", "ne"],
  ["lt", "lt"],
  ["le", "le"],
  ["gt", "gt"],
  ["ge", "ge"],
];
for (const [name, op] of floatComparisons) {
  inline(`caml_${name}_float`, 2, (b) =>
    result(b, 2, b.boolean(b.compareFloats(op, b.unbox(argument(b, 0)), b.unbox(argument(b, 1))))),
  );
}
inline("caml_float_of_int", 1, (b) => result(b, 1, b.box(b.floatOfInt(b.accu()))));

// ---- Arrays (runtime/array.c) ---------------------------------------------------------------------------------------------

function inBounds<V, N, C, F>(b: PrimitiveSemantics<V, N, C, F>): C {
  return b.compare("ult", argument(b, 1), b.vectLength(argument(b, 0)));
}
const notFloats = <V, N, C, F>(b: PrimitiveSemantics<V, N, C, F>): C => b.hasOtherTag(argument(b, 0), TAG_DOUBLE_ARRAY);
const get: PrimitiveMeaning = (b) => result(b, 2, b.item(argument(b, 0), argument(b, 1)));
const set: PrimitiveMeaning = (b) => {
  b.modifyItem(argument(b, 0), argument(b, 1), argument(b, 2));
  result(b, 3, b.unit());
};
const getFloat: PrimitiveMeaning = (b) => result(b, 2, b.box(b.floatItem(argument(b, 0), argument(b, 1))));
const setFloat: PrimitiveMeaning = (b) => {
  b.setFloatItem(argument(b, 0), argument(b, 1), b.unbox(argument(b, 2)));
  result(b, 3, b.unit());
};
/** `access` where `condition` holds. */
const when =
  (condition: <V, N, C, F>(b: PrimitiveSemantics<V, N, C, F>) => C, access: PrimitiveMeaning): PrimitiveMeaning =>
  (b) => {
    b.fastWhen(condition(b));
    access(b);
  };
inline("caml_array_get_addr", 2, when(inBounds, get), true);
inline("caml_array_set_addr", 3, when(inBounds, set), true);
inline("caml_array_get", 2, when((b) => b.both(notFloats(b), inBounds(b)), get));
inline("caml_array_set", 3, when((b) => b.both(notFloats(b), inBounds(b)), set));
inline("caml_array_unsafe_get", 2, when(notFloats, get));
inline("caml_array_unsafe_set", 3, when(notFloats, set));
for (const name of ["caml_array_get_float", "caml_floatarray_get"]) inline(name, 2, when(inBounds, getFloat), true);
for (const name of ["caml_array_set_float", "caml_floatarray_set"]) inline(name, 3, when(inBounds, setFloat), true);
for (const name of ["caml_array_unsafe_get_float", "caml_floatarray_unsafe_get"]) inline(name, 2, getFloat);
for (const name of ["caml_array_unsafe_set_float", "caml_floatarray_unsafe_set"]) inline(name, 3, setFloat);

// ---- Strings (runtime/str.c) ----------------------------------------------------------------------------------------------

function inString<V, N, C, F>(b: PrimitiveSemantics<V, N, C, F>): C {
  return b.compare("ult", argument(b, 1), b.stringLength(argument(b, 0)));
}
for (const name of ["caml_string_get", "caml_bytes_get"]) {
  inline(
    name,
    2,
    when(inString, (b) => result(b, 2, b.byte(argument(b, 0), argument(b, 1)))),
    true,
  );
}
inline(
  "caml_bytes_set",
  3,
  when(inString, (b) => {
    b.setByte(argument(b, 0), argument(b, 1), argument(b, 2));
    result(b, 3, b.unit());
  }),
  true,
);
for (const name of ["caml_ml_string_length", "caml_ml_bytes_length"]) {
  inline(name, 1, (b) => result(b, 1, b.stringLength(b.accu())));
}

// ---- Comparison (runtime/compare.c): integers ------------------------------------------------------------------------------

const integers = <V, N, C, F>(b: PrimitiveSemantics<V, N, C, F>): C => b.both(b.isInt(argument(b, 0)), b.isInt(argument(b, 1)));
const integerComparisons = [
  ["caml_equal", "eq"],
  ["caml_notequal", "ne"],
  ["caml_lessthan", "lt"],
  ["caml_lessequal", "le"],
  ["caml_greaterthan", "gt"],
  ["caml_greaterequal", "ge"],
] as const;
for (const [name, op] of integerComparisons) {
  inline(
    name,
    2,
    when(integers, (b) => result(b, 2, b.boolean(b.compare(op, argument(b, 0), argument(b, 1))))),
  );
}
/** (x > y) - (x < y). */
const order: PrimitiveMeaning = (b) => {
  const greater = b.boolean(b.compare("gt", argument(b, 0), argument(b, 1)));
  const less = b.boolean(b.compare("lt", argument(b, 0), argument(b, 1)));
  result(b, 2, b.arith("sub", greater, less));
};
inline("caml_int_compare", 2, order);
inline("caml_compare", 2, when(integers, order));

export const inlinedPrimitives: ReadonlyMap<string, InlinedPrimitive> = new Map(rows.map((row) => [row.name, row]));
