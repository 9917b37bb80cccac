/**
 * Off-heap memory: stacks, code, large blocks, pools, bigarrays, tables. A two-level segregated fit allocator over
 * linear memory (Masmano, Ripoll, Crespo, Real: "TLSF", ECRTS 2004): constant time, bounded fragmentation.
 *
 *     ┌──────────────┬──────────────┬─────────────────────────────────────────┐
 *     │ previous i32 │ size|flags   │ payload (free: next i32, previous i32)  │
 *     └──────────────┴──────────────┴─────────────────────────────────────────┘
 *
 * `size` counts the whole block and is a multiple of 16; payloads are 8-byte aligned. The last block of memory is a
 * used one of size 0.
 */
import { WASM_PAGE } from "../../layout";

@external("host", "memory_grown")
declare function memoryGrown(): void;

const HEADER: usize = 8;
const MIN_BLOCK: usize = 32;
const FREE: usize = 1;
const FLAGS: usize = 15;
const SL_BITS: u32 = 4;
const SL_COUNT: usize = 16;
/** Sizes below 1 << FL_SHIFT share the first level. */
const FL_SHIFT: u32 = 8;
const FL_COUNT: usize = 25;

const flMapCell: usize = memory.data(8, 8);
const slMaps: usize = memory.data(25 * 4, 8);
const heads: usize = memory.data(25 * 16 * 4, 8);
/** Address of the last block (size 0), 0 before the first call. */
let sentinel: usize = 0;
/** Bytes that may still be taken from the engine. */
let growable: u64 = 0;
/** Bytes in used blocks, headers included. */
let usedBytes: u64 = 0;

// @ts-ignore: decorator
@inline function sizeOf(b: usize): usize {
  return load<usize>(b, 4) & ~FLAGS;
}
// @ts-ignore: decorator
@inline function isFree(b: usize): bool {
  return <bool>(load<usize>(b, 4) & FREE);
}

// @ts-ignore: decorator
@inline function firstLevel(size: usize): u32 {
  return size < <usize>(1 << FL_SHIFT) ? 0 : 31 - <u32>clz<u32>(<u32>size) - FL_SHIFT + 1;
}
// @ts-ignore: decorator
@inline function secondLevel(size: usize, fl: u32): u32 {
  return fl == 0 ? <u32>(size >> 4) : <u32>(size >> (fl + FL_SHIFT - 1 - SL_BITS)) ^ (1 << SL_BITS);
}

function insert(b: usize, size: usize): void {
  const fl = firstLevel(size);
  const sl = secondLevel(size, fl);
  const head = heads + ((<usize>fl * SL_COUNT + <usize>sl) << 2);
  const first = load<usize>(head);
  store<usize>(b, size | FREE, 4);
  store<usize>(b, first, 8);
  store<usize>(b, 0, 12);
  if (first) store<usize>(first, b, 12);
  store<usize>(head, b);
  store<usize>(b + size, b); // the next block's `previous`
  store<u32>(flMapCell, load<u32>(flMapCell) | (1 << fl));
  const map = slMaps + (<usize>fl << 2);
  store<u32>(map, load<u32>(map) | (1 << sl));
}

function remove(b: usize): void {
  const size = sizeOf(b);
  const fl = firstLevel(size);
  const sl = secondLevel(size, fl);
  const next = load<usize>(b, 8);
  const previous = load<usize>(b, 12);
  if (next) store<usize>(next, previous, 12);
  if (previous) {
    store<usize>(previous, next, 8);
    return;
  }
  store<usize>(heads + ((<usize>fl * SL_COUNT + <usize>sl) << 2), next);
  if (!next) {
    const map = slMaps + (<usize>fl << 2);
    const bits = load<u32>(map) & ~(1 << sl);
    store<u32>(map, bits);
    if (!bits) store<u32>(flMapCell, load<u32>(flMapCell) & ~(1 << fl));
  }
}

/** A free block of at least `size` bytes, taken out of its list; 0 if there is none. */
function take(size: usize): usize {
  // Round up so that every block of the class fits.
  const fl0 = firstLevel(size);
  const rounded = fl0 == 0 ? size : size + (<usize>1 << (fl0 + FL_SHIFT - 1 - SL_BITS)) - 1;
  if (rounded < size) return 0;
  let fl = firstLevel(rounded);
  const sl = secondLevel(rounded, fl);
  if (fl >= <u32>FL_COUNT) return 0;
  let bits = load<u32>(slMaps + (<usize>fl << 2)) & (~<u32>0 << sl);
  if (!bits) {
    const above = fl >= 31 ? 0 : load<u32>(flMapCell) & (~<u32>0 << (fl + 1));
    if (!above) return 0;
    fl = <u32>ctz<u32>(above);
    bits = load<u32>(slMaps + (<usize>fl << 2));
  }
  const b = load<usize>(heads + ((<usize>fl * SL_COUNT + <usize>ctz<u32>(bits)) << 2));
  remove(b);
  return b;
}

/** Address of the first block: payloads are 16-byte aligned. */
function firstBlock(): usize {
  return ((__heap_base + 15) & ~15) + HEADER;
}

/** Take pages from the engine so that a block of `size` bytes exists. */
function grow(size: usize): bool {
  const base = firstBlock();
  const have = <u64>memory.size() * WASM_PAGE;
  // A block is found by its class: one that fits for sure is up to a sixteenth larger.
  let extra = <u64>size + (<u64>size >> SL_BITS) + 4 * MIN_BLOCK;
  if (!sentinel) {
    if (have < <u64>base + extra) extra = <u64>base + extra - have;
    else extra = 0;
  } else if (extra < have >> 3) extra = min<u64>(have >> 3, 32 << 20);
  let pages = <i32>((extra + WASM_PAGE - 1) / WASM_PAGE);
  const maximum: i32 = 65535;
  if (memory.size() + pages > maximum) pages = maximum - memory.size();
  if (<u64>pages * WASM_PAGE > growable) pages = <i32>(growable / WASM_PAGE);
  if (pages < 0) return false;
  if (pages > 0) {
    if (memory.grow(pages) < 0) return false;
    growable -= <u64>pages * WASM_PAGE;
    memoryGrown();
  } else if (sentinel) return false;
  const end = <usize>memory.size() * WASM_PAGE - HEADER;
  let b = sentinel;
  if (!b) {
    b = firstBlock();
    store<usize>(b, 0);
  }
  sentinel = end;
  store<usize>(end, 0, 4);
  const total = end - b;
  const previous = load<usize>(b);
  if (previous && isFree(previous)) {
    remove(previous);
    insert(previous, sizeOf(previous) + total);
  } else {
    insert(b, total);
  }
  return true;
}

/** Bytes of linear memory that may be used beyond what there is. */
export function setGrowable(bytes: u64): void {
  growable = bytes;
}

/** Bytes that are free, or may be taken from the engine. */
export function memAvailable(): u64 {
  return <u64>memory.size() * WASM_PAGE - firstBlock() - usedBytes + growable;
}

/** Whether memory is short: only the collector gets any. */
let starving: bool = false;
export function isStarving(): bool {
  return starving;
}
export function setStarving(on: bool): void {
  starving = on;
}

/** `bytes` of memory with undefined contents, 8-byte aligned; 0 when memory is exhausted. */
export function memAlloc(bytes: usize): usize {
  return starving ? 0 : memAllocAlways(bytes);
}

/** The same for the collector. */
export function memAllocAlways(bytes: usize): usize {
  if (bytes > 0xfff00000) return 0;
  let size = (bytes + HEADER + 15) & ~15;
  if (size < MIN_BLOCK) size = MIN_BLOCK;
  let b = take(size);
  if (!b) {
    if (!grow(size)) return 0;
    b = take(size);
    if (!b) return 0;
  }
  const rest = sizeOf(b) - size;
  if (rest >= MIN_BLOCK) {
    store<usize>(b, size, 4);
    store<usize>(b + size, b);
    insert(b + size, rest);
  } else {
    size = sizeOf(b);
    store<usize>(b, size, 4);
  }
  usedBytes += size;
  return b + HEADER;
}

/** Give back memory; 0 is ignored. */
export function memFree(p: usize): void {
  if (!p) return;
  let b = p - HEADER;
  let size = sizeOf(b);
  usedBytes -= size;
  const next = b + size;
  if (isFree(next)) {
    remove(next);
    size += sizeOf(next);
  }
  const previous = load<usize>(b);
  if (previous && isFree(previous)) {
    remove(previous);
    size += sizeOf(previous);
    b = previous;
  }
  insert(b, size);
}

/** Number of blocks in the lists of free ones; -1: one of them is in the wrong list, or not free. */
function countFree(): i32 {
  let free = 0;
  for (let fl: u32 = 0; fl < <u32>FL_COUNT; fl++) {
    for (let sl: u32 = 0; sl < <u32>SL_COUNT; sl++) {
      let previous: usize = 0;
      let b = load<usize>(heads + ((<usize>fl * SL_COUNT + <usize>sl) << 2));
      if ((b != 0) != <bool>((load<u32>(slMaps + (<usize>fl << 2)) >> sl) & 1)) return -1;
      while (b) {
        const size = sizeOf(b);
        if (!isFree(b) || firstLevel(size) != fl || secondLevel(size, fl) != sl || load<usize>(b, 12) != previous) return -1;
        free++;
        previous = b;
        b = load<usize>(b, 8);
      }
    }
  }
  return free;
}

/** For the checker: address of a block that does not fit its neighbours or the lists; 0: there is none. */
export function memCheck(): usize {
  let used: u64 = 0;
  let free = 0;
  let previous: usize = 0;
  let b = firstBlock();
  while (b < sentinel) {
    const size = sizeOf(b);
    if (size < MIN_BLOCK || size > sentinel - b || load<usize>(b) != previous) return b;
    if (!isFree(b)) used += size;
    else if (previous && isFree(previous)) return b;
    else free++;
    previous = b;
    b += size;
  }
  return used == usedBytes && free == countFree() ? 0 : sentinel;
}

/** Usable bytes of an allocation. */
export function memSize(p: usize): usize {
  return sizeOf(p - HEADER) - HEADER;
}

/** Whether so many bytes may stay at p. */
export function fitsAlready(p: usize, bytes: usize): bool {
  return bytes <= memSize(p) && bytes >= memSize(p) >> 1;
}
/** Move the contents of p, which is freed, to q, as far as they fit. */
export function moveContents(p: usize, q: usize): void {
  if (p) memory.copy(q, p, min(memSize(p), memSize(q)));
  memFree(p);
}

/** The same contents in `bytes` of memory, elsewhere if need be; 0: exhausted, p is still valid. */
export function memResize(p: usize, bytes: usize): usize {
  if (p && fitsAlready(p, bytes)) return p;
  const q = memAlloc(bytes);
  if (q) moveContents(p, q);
  return q;
}

export function mem_alloc(bytes: usize): usize {
  return memAlloc(bytes);
}
export function mem_free(p: usize): void {
  memFree(p);
}
