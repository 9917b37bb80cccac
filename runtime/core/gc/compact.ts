/**
 * Compaction (runtime/shared_heap.c: compact_heap): blocks of pools that are hardly used move to free slots of other pools
 * of their size, and the pools that they leave are given back. As in a minor collection, a block that has moved has header
 * 0 and its new address in field 0. Large blocks do not move. Only for when nobody holds addresses besides the roots.
 */
import { TAG_CONT, TAG_INFIX, TAG_NO_SCAN, WORD } from "../../layout";
import { header, headerTag, headerWosize, setHeader, value } from "../values";
import { forwardEphemerons } from "./ephemerons";
import { visitFinalisers } from "./finalisers";
import { memFree } from "./malloc";
import { VISIT_FORWARD, visitRoots, visitSuspended } from "./roots";
import { CLASS_COUNT, freeSlots, POOL_BYTES, POOL_HEADER, POOL_NEXT, poolEnd, putPool, slotBytes, takeAvailable, takeSlot } from "./shared-heap";
import { addHeap } from "./state";
import { nextBlock, startWalk } from "./walk";

/** Pools whose blocks have moved elsewhere. */
let left: usize = 0;

/** Where the block at p is now. */
export function forwarded(p: usize): usize {
  const h = header(p);
  if (h == 0) return load<usize>(p);
  if (headerTag(h) != TAG_INFIX) return p;
  const offset = <usize>headerWosize(h) * WORD;
  return forwarded(p - offset) + offset;
}

/** Let the word at `slot`, a value or 0, follow the block that it refers to. */
export function forwardSlot(slot: usize): void {
  const v = load<value>(slot);
  if (!(<i32>v & 1) && v != 0) store<value>(slot, <value>forwarded(<usize>v));
}

const BUCKETS: i32 = 16;
/** Lists of pools by how full they are. */
const buckets: usize = memory.data(16 * 4, 8);

// @ts-ignore: decorator
@inline function bucket(i: i32): usize {
  return buckets + (<usize>i << 2);
}

/** Sort the pools of class c that have free slots by how full they are. How many pools their blocks would fill. */
function sortPools(c: i32, slots: i32): i32 {
  let used = 0;
  for (let pool = takeAvailable(c); pool; pool = takeAvailable(c)) {
    const n = slots - freeSlots(pool);
    used += n;
    const list = bucket(n * (BUCKETS - 1) / slots);
    store<usize>(pool, load<usize>(list), POOL_NEXT);
    store<usize>(list, pool);
  }
  return (used + slots - 1) / slots;
}

/** Move the blocks of class c together. */
function evacuateClass(c: i32): void {
  const bytes = slotBytes(c);
  let keep = sortPools(c, <i32>((POOL_BYTES - POOL_HEADER) / bytes));
  for (let i = BUCKETS - 1; i >= 0; i--) {
    let pool = load<usize>(bucket(i));
    store<usize>(bucket(i), 0);
    while (pool) {
      const next = load<usize>(pool, POOL_NEXT);
      if (keep > 0) {
        putPool(c, pool);
        keep--;
      } else {
        store<usize>(pool, left, POOL_NEXT);
        left = pool;
        movePool(pool, c, bytes);
      }
      pool = next;
    }
  }
}

function movePool(pool: usize, c: i32, bytes: usize): void {
  const end = poolEnd(pool, bytes);
  for (let slot = pool + POOL_HEADER; slot < end; slot += bytes) {
    const h = load<u64>(slot);
    if (h == 0) continue;
    const to = takeSlot(c);
    memory.copy(to, slot, (<usize>headerWosize(h) + 1) * WORD);
    setHeader(slot + WORD, 0);
    store<u64>(slot, <u64>(to + WORD), WORD);
  }
}

/** Compact the heap. Everything in it must have survived a whole major collection that has just ended. */
export function compact(): void {
  for (let c = 0; c < CLASS_COUNT; c++) evacuateClass(c);
  if (!left) return;
  startWalk();
  for (let p = nextBlock(); p; p = nextBlock()) {
    const h = header(p);
    if (headerTag(h) == TAG_CONT) visitSuspended(load<usize>(p) & ~1, VISIT_FORWARD);
    if (headerTag(h) >= TAG_NO_SCAN) continue;
    const end = p + <usize>headerWosize(h) * WORD;
    for (let f = p; f < end; f += WORD) forwardSlot(f);
  }
  visitRoots(VISIT_FORWARD);
  visitFinalisers(VISIT_FORWARD);
  forwardEphemerons();
  while (left) {
    const pool = left;
    left = load<usize>(pool, POOL_NEXT);
    memFree(pool);
    addHeap(-<i32>(POOL_BYTES >> 3));
  }
}
