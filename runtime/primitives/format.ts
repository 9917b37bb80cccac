/** Floats to and from text (runtime/floats.c). Integers are in runtime/core/ints.ts. */
import { definePrimitives } from "../primitives.ts";
import { floatOfString, formatFloat, hexstringOfFloat } from "../numbers/float.ts";

const HEX_STYLES: Readonly<Record<number, string>> = { 43: "+", 32: " " };

export const formatPrimitives = definePrimitives({
  caml_format_float: [2, (m, a) => m.allocLatin1(formatFloat(m.stringArg(a, 0), m.double(a, 1)))],
  caml_hexstring_of_float: [
    3,
    (m, a) => m.allocLatin1(hexstringOfFloat(m.double(a, 0), m.int(a, 1), HEX_STYLES[m.int(a, 2)] ?? "-")),
  ],
  caml_float_of_string: [
    1,
    (m, a) => {
      const x = floatOfString(m.stringArg(a, 0));
      return x === undefined ? m.failwith("float_of_string") : m.allocDouble(x);
    },
  ],
  caml_fma_float: [3, (m, a) => m.allocDouble(fusedMultiplyAdd(m.double(a, 0), m.double(a, 1), m.double(a, 2)))],
});

/** x · y + z with one rounding: exact by BigInt arithmetic. */
function fusedMultiplyAdd(x: number, y: number, z: number): number {
  const plain = x * y + z;
  if (!Number.isFinite(plain) || !Number.isFinite(x * y) || x === 0 || y === 0 || z === 0) {
    if (Number.isFinite(x) && Number.isFinite(y) && !Number.isFinite(x * y) && Number.isFinite(z)) return exactFma(x, y, z);
    return z === 0 && x !== 0 && y !== 0 && x * y === 0 ? exactFma(x, y, z) : plain;
  }
  return exactFma(x, y, z);
}

const view = new DataView(new ArrayBuffer(8));

/** Signed mantissa and exponent of a finite number. */
function parts(x: number): [bigint, number] {
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const m = field === 0 ? fraction : fraction | (1n << 52n);
  return [bits >> 63n ? -m : m, field === 0 ? -1074 : field - 1075];
}

function exactFma(x: number, y: number, z: number): number {
  const [a, ea] = parts(x);
  const [b, eb] = parts(y);
  const [c, ec] = parts(z);
  const e = Math.min(ea + eb, ec);
  const sum = ((a * b) << BigInt(ea + eb - e)) + (c << BigInt(ec - e));
  if (sum === 0n) return x * y + z;
  const text = `${sum < 0n ? "-" : ""}0x${(sum < 0n ? -sum : sum).toString(16)}p${e}`;
  return floatOfString(text)!;
}
