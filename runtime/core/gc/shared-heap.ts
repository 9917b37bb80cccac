/**
 * The major heap: pools of equal slots for small blocks, the off-heap allocator for large ones
 * (runtime/shared_heap.c).
 *
 *     pool (32 KiB): ┌ next i32 │ size class i32 │ free list i32 │ … ┬ slot ┬ slot ┬ …
 *     large:         ┌ next i32 │ … ┬ header ┬ fields …
 *
 * A free slot has a header of 0 and the address of the next free slot in the word after it.
 */
import { TAG_CONT, TAG_CUSTOM, WORD } from "../../layout";
import { headerColour, headerTag, headerWosize, makeHeader } from "../values";
import { finalizeCustom } from "./custom";
import { memAlloc, memFree } from "./malloc";
import { vitalAlloc } from "./reserve";
import {
  addAllocated,
  addFreed,
  addHeap,
  allocationColour,
  garbage,
  PHASE_SWEEP,
  phase,
} from "./state";
import { freeFiberOf } from "./continuations";

export const POOL_BYTES: usize = 32768 - 8;
export const POOL_NEXT: usize = 0;
export const POOL_CLASS: usize = 4;
export const POOL_FREE: usize = 8;
export const POOL_HEADER: usize = 16;
/** Largest block in a pool, header included. */
export const MAX_SMALL_WHSIZE: i32 = 129;
export const CLASS_COUNT: i32 = 40;
/** Lists of pools: of each class those in `available`, `full`, `unswept`. */
export const POOL_LISTS: i32 = 3 * CLASS_COUNT;
export const LARGE_LISTS: i32 = 2;
export const LARGE_HEADER: usize = 8;

/** Size class of a block of n words, header included. */
const classOf: usize = memory.data(136, 8);
/** Words of each class's slots. */
const classWords: usize = memory.data(40 * 4, 8);
/** Pools with free slots, by class. */
const available: usize = memory.data(40 * 4, 8);
/** Pools without. */
const full: usize = memory.data(40 * 4, 8);
/** Pools that this cycle's sweep has not seen. */
const unswept: usize = memory.data(40 * 4, 8);
let large: usize = 0;
let largeUnswept: usize = 0;

export function initSharedHeap(): void {
  let c = 0;
  let words = 2;
  let covered = 0;
  while (covered < MAX_SMALL_WHSIZE) {
    const size = min(words, MAX_SMALL_WHSIZE);
    store<i32>(classWords + (<usize>c << 2), size);
    for (let n = covered + 1; n <= size; n++) store<u8>(classOf + <usize>n, <u8>c);
    covered = size;
    c++;
    words += words < 16 ? 1 : words < 32 ? 2 : words < 64 ? 4 : 8;
  }
}

/** The first pool of list i < POOL_LISTS, or 0. */
export function firstPool(i: i32): usize {
  const c = i / 3;
  return load<usize>(list(i % 3 == 0 ? available : i % 3 == 1 ? full : unswept, c));
}
/** The first large block of list i < LARGE_LISTS, or 0; the address of the next one is its first word. */
export function firstLarge(i: i32): usize {
  return i == 0 ? large : largeUnswept;
}
/** Bytes of the slots of class c. */
// @ts-ignore: decorator
@inline export function slotBytes(c: i32): usize {
  return <usize>load<i32>(list(classWords, c)) * WORD;
}
/** End of the slots, of so many bytes each, of a pool. */
// @ts-ignore: decorator
@inline export function poolEnd(pool: usize, bytes: usize): usize {
  return pool + POOL_HEADER + ((POOL_BYTES - POOL_HEADER) / bytes) * bytes;
}

// @ts-ignore: decorator
@inline function list(lists: usize, c: i32): usize {
  return lists + (<usize>c << 2);
}

function pushPool(lists: usize, c: i32, pool: usize): void {
  store<usize>(pool, load<usize>(list(lists, c)), POOL_NEXT);
  store<usize>(list(lists, c), pool);
}

function newPool(c: i32): usize {
  const pool = vitalAlloc(POOL_BYTES);
  addHeap(<i32>(POOL_BYTES >> 3));
  const bytes = slotBytes(c);
  store<i32>(pool, c, POOL_CLASS);
  let next: usize = 0;
  for (let slot = poolEnd(pool, bytes) - bytes; slot >= pool + POOL_HEADER; slot -= bytes) {
    store<u64>(slot, 0);
    store<usize>(slot, next, 8);
    next = slot;
  }
  store<usize>(pool, next, POOL_FREE);
  pushPool(available, c, pool);
  return pool;
}

/** A pool of class c with a free slot, at the head of its list. */
function findPool(c: i32): usize {
  if (phase == PHASE_SWEEP) {
    while (load<usize>(list(unswept, c))) {
      sweepPool(c);
      const pool = load<usize>(list(available, c));
      if (pool) return pool;
    }
  }
  return newPool(c);
}

/** A free slot of the first pool of class c that has some. */
// @ts-ignore: decorator
@inline function takeSlotOf(pool: usize, c: i32): usize {
  const slot = load<usize>(pool, POOL_FREE);
  const next = load<usize>(slot, 8);
  store<usize>(pool, next, POOL_FREE);
  if (!next) {
    store<usize>(list(available, c), load<usize>(pool, POOL_NEXT));
    pushPool(full, c, pool);
  }
  return slot;
}

// For compaction.
/** Take the first of the pools of class c with free slots out of its list; 0: there is none. */
export function takeAvailable(c: i32): usize {
  const pool = load<usize>(list(available, c));
  if (pool) store<usize>(list(available, c), load<usize>(pool, POOL_NEXT));
  return pool;
}
/** Put a pool of class c with free slots back into its list. */
export function putPool(c: i32, pool: usize): void {
  pushPool(available, c, pool);
}
/** A free slot of class c; there is one. */
export function takeSlot(c: i32): usize {
  return takeSlotOf(load<usize>(list(available, c)), c);
}
export function freeSlots(pool: usize): i32 {
  let n = 0;
  for (let slot = load<usize>(pool, POOL_FREE); slot; slot = load<usize>(slot, 8)) n++;
  return n;
}

/** A block of 1 … words in the major heap, fields undefined; 0: it is large, and memory is exhausted. */
export function sharedAlloc(wosize: i32, tag: i32): usize {
  const whsize = wosize + 1;
  if (whsize > MAX_SMALL_WHSIZE) return allocLarge(wosize, tag);
  const c = <i32>load<u8>(classOf + <usize>whsize);
  let pool = load<usize>(list(available, c));
  if (!pool) pool = findPool(c);
  const slot = takeSlotOf(pool, c);
  store<u64>(slot, makeHeader(wosize, tag, allocationColour()));
  addAllocated(whsize);
  return slot + WORD;
}

/** For the checker: words of all pools; the complement of the address of one whose free slots are not all in its list. */
export function poolCheck(): i64 {
  let pools: i64 = 0;
  for (let i = 0; i < POOL_LISTS; i++) {
    for (let pool = firstPool(i); pool; pool = load<usize>(pool, POOL_NEXT)) {
      pools++;
      const bytes = slotBytes(load<i32>(pool, POOL_CLASS));
      const end = poolEnd(pool, bytes);
      let free = 0;
      for (let slot = pool + POOL_HEADER; slot < end; slot += bytes) if (load<u64>(slot) == 0) free++;
      if (i % 3 == 0 ? free == 0 : i % 3 == 1 && free != 0) return ~<i64>pool;
      for (let slot = load<usize>(pool, POOL_FREE); slot; slot = load<usize>(slot, 8)) {
        if (slot < pool || slot >= end || (slot - pool - POOL_HEADER) % bytes || load<u64>(slot)) return ~<i64>pool;
        free--;
      }
      if (free != 0 || i / 3 != load<i32>(pool, POOL_CLASS)) return ~<i64>pool;
    }
  }
  return pools * <i64>(POOL_BYTES >> 3);
}

/** Whether blocks of so many words, header included, have their slots in pools of class c. */
export function isSlotSize(whsize: i32, c: i32): bool {
  return whsize > 1 && whsize <= MAX_SMALL_WHSIZE && <i32>load<u8>(classOf + <usize>whsize) == c;
}

function allocLarge(wosize: i32, tag: i32): usize {
  const words = <u64>wosize + 1;
  if (words > <u64>0x1ffffff0) return 0;
  const p = memAlloc(LARGE_HEADER + <usize>words * WORD);
  if (!p) return 0;
  store<usize>(p, large);
  large = p;
  store<u64>(p + LARGE_HEADER, makeHeader(wosize, tag, allocationColour()));
  addAllocated(wosize + 1);
  addHeap(wosize + 1);
  return p + LARGE_HEADER + WORD;
}

// ---- Sweeping -------------------------------------------------------------------------------------------------------

/** After marking: everything is to be swept. */
export function startSweep(): void {
  for (let c = 0; c < CLASS_COUNT; c++) {
    moveAll(available, c);
    moveAll(full, c);
  }
  largeUnswept = large;
  large = 0;
}

function moveAll(from: usize, c: i32): void {
  let pool = load<usize>(list(from, c));
  store<usize>(list(from, c), 0);
  while (pool) {
    const next = load<usize>(pool, POOL_NEXT);
    pushPool(unswept, c, pool);
    pool = next;
  }
}

/** What dies with a block besides its own words. p is the address of its first field. */
function bury(p: usize, h: u64): void {
  const t = headerTag(h);
  if (t == TAG_CUSTOM) finalizeCustom(p);
  else if (t == TAG_CONT) freeFiberOf(p);
}

/** Sweep the first unswept pool of class c: frees its garbage, and the pool when it is empty. */
function sweepPool(c: i32): i32 {
  const pool = load<usize>(list(unswept, c));
  store<usize>(list(unswept, c), load<usize>(pool, POOL_NEXT));
  const bytes = slotBytes(c);
  let used = 0;
  let free: usize = 0;
  for (let slot = poolEnd(pool, bytes) - bytes; slot >= pool + POOL_HEADER; slot -= bytes) {
    const h = load<u64>(slot);
    if (h != 0) {
      if (headerColour(h) != garbage) {
        used++;
        continue;
      }
      if (headerTag(h) == TAG_CUSTOM || headerTag(h) == TAG_CONT) bury(slot + WORD, h);
      addFreed(headerWosize(h) + 1);
      store<u64>(slot, 0);
    }
    store<usize>(slot, free, 8);
    free = slot;
  }
  store<usize>(pool, free, POOL_FREE);
  if (used == 0) {
    memFree(pool);
    addHeap(-<i32>(POOL_BYTES >> 3));
  } else {
    pushPool(free ? available : full, c, pool);
  }
  return <i32>(POOL_BYTES >> 3);
}

/** Sweep about `budget` words. What is left of the budget; > 0 means that everything is swept. */
export function sweepSome(budget: i64): i64 {
  for (let c = 0; c < CLASS_COUNT; c++) {
    while (load<usize>(list(unswept, c))) {
      if (budget <= 0) return 0;
      budget -= sweepPool(c);
    }
  }
  while (largeUnswept) {
    if (budget <= 0) return 0;
    const p = largeUnswept;
    largeUnswept = load<usize>(p);
    const h = load<u64>(p + LARGE_HEADER);
    budget -= 64;
    if (headerColour(h) == garbage) {
      bury(p + LARGE_HEADER + WORD, h);
      const words = headerWosize(h) + 1;
      addFreed(words);
      addHeap(-words);
      memFree(p);
    } else {
      store<usize>(p, large);
      large = p;
    }
  }
  return max<i64>(budget, 1);
}
