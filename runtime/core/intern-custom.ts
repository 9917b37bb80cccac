/** Reading of marshalled custom blocks (runtime/intern.c, runtime/ints.c). */
import { CUSTOM_INT32, CUSTOM_INT64, CUSTOM_NATIVEINT, TAG_CUSTOM, WORD } from "../layout";
import { readBigarray } from "./bigarray-marshal";
import { BIGARRAY_NAME, INT32_NAME, INT64_NAME, NATIVEINT_NAME } from "./extern-custom";
import { allocShr } from "./gc/alloc";
import { at, end, MALFORMED, MEMORY, read32, read64, read8, setProblem, skip, UNKNOWN_CUSTOM } from "./intern-input";

/** Whether the zero-terminated names at p and q are the same. */
function sameName(p: usize, q: usize): bool {
  while (load<u8>(p) != 0 && load<u8>(p) == load<u8>(q)) {
    p++;
    q++;
  }
  return load<u8>(p) == load<u8>(q);
}

function boxed(kind: i32, n: i64): usize {
  const p = allocShr(2, TAG_CUSTOM);
  if (!p) {
    setProblem(MEMORY);
    return 0;
  }
  store<i64>(p, kind);
  store<i64>(p, n, WORD);
  return p;
}

function readNativeint(): i64 {
  const form = read8();
  if (form == 1) return <i64>(<i32>read32());
  if (form == 2) return <i64>read64();
  setProblem(MALFORMED);
  return 0;
}

/** A custom block in the major heap. `sized`: its sizes were written, too. 0: setProblem was called. */
export function readCustom(sized: bool): usize {
  const name = at;
  let q = at;
  while (q < end && load<u8>(q) != 0) q++;
  skip(q - name + 1);
  if (at != q + 1) return 0;
  const known = sized
    ? sameName(name, BIGARRAY_NAME)
    : sameName(name, INT32_NAME) || sameName(name, INT64_NAME) || sameName(name, NATIVEINT_NAME);
  if (!known) {
    setProblem(UNKNOWN_CUSTOM, name);
    return 0;
  }
  if (sized) {
    skip(12);
    return readBigarray();
  }
  if (sameName(name, INT32_NAME)) return boxed(CUSTOM_INT32, <i64>(<i32>read32()));
  if (sameName(name, INT64_NAME)) return boxed(CUSTOM_INT64, <i64>read64());
  return boxed(CUSTOM_NATIVEINT, readNativeint());
}
