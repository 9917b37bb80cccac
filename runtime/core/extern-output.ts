/**
 * Where marshalled data are written (runtime/extern.c): a buffer off the heap that grows, the sizes that the value will
 * have, and the error that ended the writing.
 */
import { failwith, invalidArg, raiseOutOfMemory } from "./fail";
import { memAlloc, memFree, memResize } from "./gc/malloc";

export const COMPAT_32: i32 = 4;
/** Marshal.extern_flags, as bits. */
export let flags: i32 = 0;

const BIG_HEADER: usize = 32;
const SMALL_HEADER: usize = 20;

/** The buffer; its first BIG_HEADER bytes are left for the header. */
let base: usize = 0;
let at: usize = 0;
let limit: usize = 0;
/** Sizes of the value in words of 32- and 64-bit machines. */
let size32: u64 = 0;
let size64: u64 = 0;
/** Whether an exception was raised: what is written from then on does not matter. */
export let failed: bool = false;
/** Whether that was Out_of_memory. */
export let outputExhausted: bool = false;

/** Begin, with the given flags. */
export function openOutput(wanted: i32): void {
  flags = wanted;
  failed = false;
  outputExhausted = false;
  size32 = 0;
  size64 = 0;
  base = memAlloc(4096);
  limit = base + 4096;
  at = base + BIG_HEADER;
  if (!base) outOfMemory();
}
export function freeOutput(): void {
  memFree(base);
}
export function outputEnd(): usize {
  return at;
}

export function outOfMemory(): void {
  raiseOutOfMemory();
  failed = true;
  outputExhausted = true;
}
export function invalid(message: string): void {
  invalidArg(message);
  failed = true;
}
/** What is to be written has no form that 32-bit machines can read. */
export function incompatible(message: string): void {
  failwith(message);
  failed = true;
}

/** The value has so many words more. */
export function addSizes(words32: u64, words64: u64): void {
  size32 += words32;
  size64 += words64;
}

export function room(n: usize): bool {
  if (limit - at >= n) return true;
  if (failed) return false;
  const size = max(2 * (limit - base), limit - base + n);
  const p = memResize(base, size);
  if (!p) {
    outOfMemory();
    return false;
  }
  at = p + (at - base);
  base = p;
  limit = p + size;
  return true;
}
export function write8(x: u32): void {
  if (!room(1)) return;
  store<u8>(at, <u8>x);
  at += 1;
}
export function code8(code: u32, x: u32): void {
  if (!room(2)) return;
  store<u8>(at, <u8>code);
  store<u8>(at, <u8>x, 1);
  at += 2;
}
export function code16(code: u32, x: u32): void {
  if (!room(3)) return;
  store<u8>(at, <u8>code);
  store<u16>(at, bswap<u16>(<u16>x), 1);
  at += 3;
}
export function write16(x: u32): void {
  if (!room(2)) return;
  store<u16>(at, bswap<u16>(<u16>x));
  at += 2;
}
export function write32(x: u32): void {
  if (!room(4)) return;
  store<u32>(at, bswap<u32>(x));
  at += 4;
}
export function write64(x: u64): void {
  if (!room(8)) return;
  store<u64>(at, bswap<u64>(x));
  at += 8;
}
export function code32(code: u32, x: u32): void {
  write8(code);
  write32(x);
}
export function code64(code: u32, x: u64): void {
  write8(code);
  write64(x);
}
export function writeBytes(p: usize, n: usize): void {
  if (!room(n)) return;
  memory.copy(at, p, n);
  at += n;
}

/** Elements of `size` bytes, most significant byte first. */
export function writeElements(p: usize, size: usize, n: usize): void {
  if (size == 1) {
    writeBytes(p, n);
    return;
  }
  if (!room(n * size)) return;
  for (const end = p + n * size; p < end; p += size) {
    if (size == 2) store<u16>(at, bswap<u16>(load<u16>(p)));
    else if (size == 4) store<u32>(at, bswap<u32>(load<u32>(p)));
    else store<u64>(at, bswap<u64>(load<u64>(p)));
    at += size;
  }
}

/** Leave n bytes to be filled in later; their distance from the start of the buffer. */
export function reserve(n: usize): usize {
  if (room(n)) at += n;
  return at - n - base;
}
/** Sizes of the contents of a custom block, in the 12 bytes that were reserved at `where`. */
export function fillSizes(where: usize, bytes32: u32, bytes64: u64): void {
  if (failed) return;
  store<u32>(base + where, bswap<u32>(bytes32));
  store<u64>(base + where, bswap<u64>(bytes64), 4);
}

/** Put the header, with the number of blocks, before the data. The address of the whole. */
export function prependHeader(count: i32): usize {
  const length = <u64>(at - base - BIG_HEADER);
  if (length >> 32 || size32 >> 32 || size64 >> 32) {
    if (flags & COMPAT_32) incompatible("output_value: object too big to be read back on 32-bit platform");
    const p = base;
    store<u32>(p, bswap<u32>(0x8495a6bf));
    store<u32>(p, 0, 4);
    store<u64>(p, bswap<u64>(length), 8);
    store<u64>(p, bswap<u64>(<u64>count), 16);
    store<u64>(p, bswap<u64>(size64), 24);
    return p;
  }
  const p = base + BIG_HEADER - SMALL_HEADER;
  store<u32>(p, bswap<u32>(0x8495a6be));
  store<u32>(p, bswap<u32>(<u32>length), 4);
  store<u32>(p, bswap<u32>(<u32>count), 8);
  store<u32>(p, bswap<u32>(<u32>size32), 12);
  store<u32>(p, bswap<u32>(<u32>size64), 16);
  return p;
}

/** Move the result from `start` to the beginning of the buffer, which is then the caller's. */
export function detachOutput(start: usize): usize {
  memory.copy(base, start, at - start);
  at -= start - base;
  return base;
}
/** Length of the result after detachOutput. */
export function outputLength(): usize {
  return at - base;
}
