/** Marshalling of custom blocks (runtime/extern.c: extern_custom; runtime/ints.c). */
import { CUSTOM_BIGARRAY, CUSTOM_INT32, CUSTOM_INT64, CUSTOM_NATIVEINT, WORD } from "../layout";
import { numDims } from "./bigarray";
import { writeBigarray } from "./bigarray-marshal";
import {
  addSizes,
  code32,
  code64,
  fillSizes,
  invalid,
  reserve,
  write32,
  write64,
  write8,
  writeBytes,
} from "./extern-output";
import { customKind } from "./values";

const CODE_CUSTOM_LEN: u32 = 0x18;
const CODE_CUSTOM_FIXED: u32 = 0x19;

export const INT32_NAME: usize = memory.data<u8>([95, 105, 0]); // _i
export const INT64_NAME: usize = memory.data<u8>([95, 106, 0]); // _j
export const NATIVEINT_NAME: usize = memory.data<u8>([95, 110, 0]); // _n
export const BIGARRAY_NAME: usize = memory.data<u8>([95, 98, 105, 103, 97, 114, 114, 48, 50, 0]); // _bigarr02
const SHORT_NAME_SIZE: usize = 3;
const BIGARRAY_NAME_SIZE: usize = 10;

export function writeCustom(p: usize): void {
  const n = load<i64>(p, WORD);
  switch (customKind(p)) {
    case CUSTOM_INT32:
      writeName(INT32_NAME);
      write32(<u32>n);
      addSizes(3, 3);
      return;
    case CUSTOM_INT64:
      writeName(INT64_NAME);
      write64(<u64>n);
      addSizes(4, 3);
      return;
    case CUSTOM_NATIVEINT:
      writeName(NATIVEINT_NAME);
      addSizes(3, 3);
      if (n == <i64>(<i32>n)) code32(1, <u32>n);
      else code64(2, <u64>n);
      return;
    case CUSTOM_BIGARRAY: {
      write8(CODE_CUSTOM_LEN);
      writeBytes(BIGARRAY_NAME, BIGARRAY_NAME_SIZE);
      const sizes = reserve(12);
      writeBigarray(p);
      const words = 4 + numDims(p);
      fillSizes(sizes, 4 * words, 8 * words);
      addSizes(2 + words, 2 + words);
      return;
    }
    default:
      invalid("output_value: abstract value (Custom)");
  }
}

function writeName(name: usize): void {
  write8(CODE_CUSTOM_FIXED);
  writeBytes(name, SHORT_NAME_SIZE);
}
