/** One bit for each word of linear memory, for the checker and for compaction. */
import { WASM_PAGE } from "../../layout";
import { memAlloc, memFree } from "./malloc";

let bits: usize = 0;
let size: usize = 0;

/** Make all bits 0; only then may they be used. false: no memory. */
export function clearBits(): bool {
  while (size < (<usize>memory.size() * WASM_PAGE) >> 6) {
    memFree(bits);
    size = (<usize>memory.size() * WASM_PAGE) >> 6;
    size += (size >> 3) + WASM_PAGE;
    bits = memAlloc(size);
    if (!bits) {
      size = 0;
      return false;
    }
  }
  memory.fill(bits, 0, size);
  return true;
}

export function setBit(p: usize): void {
  const byte = bits + (p >> 6);
  store<u8>(byte, load<u8>(byte) | (1 << ((<u8>(p >> 3)) & 7)));
}

/** Whether p is the address of a word whose bit is 1. */
export function testBit(p: usize): bool {
  return !(p & 7) && p >> 6 < size && <bool>(load<u8>(bits + (p >> 6)) & (1 << ((<u8>(p >> 3)) & 7)));
}
