/** Floats to and from text (runtime/floats.c). Integers are in runtime/core/ints.ts. */
import { definePrimitives } from "../primitives.ts";
import { fusedMultiplyAdd } from "../numbers/fma.ts";
import { formatFloat, hexstringOfFloat } from "../numbers/format.ts";
import { floatOfString } from "../numbers/parse.ts";

const HEX_STYLES: Readonly<Record<number, string>> = { 43: "+", 32: " " };

export const formatPrimitives = definePrimitives({
  caml_format_float: [
    2,
    (m, a) => {
      try {
        return m.allocLatin1(formatFloat(m.stringArg(a, 0), m.double(a, 1)));
      } catch (e) {
        throw e instanceof RangeError ? m.invalidArg(e.message) : e;
      }
    },
  ],
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
