/** Allocation of blocks and the write barrier (runtime/memory.c, runtime/alloc.c, runtime/caml/memory.h). */
import {
  ACTION_MINOR_GC,
  ACTION_OUT_OF_MEMORY,
  CELL_ACCU,
  CELL_ACTIONS,
  CELL_FUEL,
  CELL_DEBUG,
  CELL_MARKING,
  CELL_PC,
  CELL_REF_BASE,
  CELL_REF_LIMIT,
  CELL_REF_PTR,
  CELL_ROOTS_BASE,
  CELL_ROOTS_SP,
  CELL_SP,
  CELL_YOUNG_END,
  CELL_YOUNG_LIMIT,
  CELL_YOUNG_PTR,
  CELL_YOUNG_START,
  CUSTOM_NATIVEINT,
  DEBUG_STRESS,
  MAX_YOUNG_WOSIZE,
  TAG_CUSTOM,
  TAG_NO_SCAN,
  WASM_PAGE,
  WORD,
} from "../../layout";
import { raiseOutOfMemory } from "../fail";
import { atom, makeHeader, setHeader, UNIT, value } from "../values";
import { isStarving, memAlloc, memAvailable, memFree, setGrowable } from "./malloc";
import { darken, majorSlice, wholeCycle } from "./major";
import { initMinor, isYoung, minorCollection, resetAllocation } from "./minor";
import { refillReserve, reserved, setReserve, vitalResize } from "./reserve";
import { CLASS_COUNT, initSharedHeap, POOL_BYTES, sharedAlloc } from "./shared-heap";
import { addExternal, liveWords } from "./state";

const ROOTS_BYTES: usize = 1 << 18;
const ALL_MEMORY: u64 = <u64>65535 * WASM_PAGE;
let memoryLimit: u64 = 0;

/**
 * Prepare the heap: `minorWords` in the minor heap, `maxBytes` of linear memory in all (0: all there can be). 0: this is
 * not enough memory.
 */
export function init_heap(minorWords: i32, maxBytes: u32, debug: i32): i32 {
  memoryLimit = maxBytes ? min<u64>(maxBytes, ALL_MEMORY) : ALL_MEMORY;
  const present = <u64>memory.size() * WASM_PAGE;
  setGrowable(memoryLimit > present ? memoryLimit - present : 0);
  store<i32>(CELL_DEBUG, debug);
  initSharedHeap();
  const roots = memAlloc(ROOTS_BYTES);
  store<usize>(CELL_ROOTS_BASE, roots);
  store<usize>(CELL_ROOTS_SP, roots);
  return roots && setMinorHeap(minorWords) ? 1 : 0;
}

/** What the survivors of a minor heap of so many bytes may take, pools that are not full included. */
function promotionBytes(bytes: usize): usize {
  return bytes + (bytes >> 2) + <usize>CLASS_COUNT * POOL_BYTES + (1 << 20);
}

/** Make a minor heap of this size; the old one must be empty. false: no memory, nothing has changed. */
export function setMinorHeap(words: i32): bool {
  words = max(words, 4096);
  const bytes = <usize>words * WORD;
  const previous = load<usize>(CELL_YOUNG_END) - load<usize>(CELL_YOUNG_START);
  const start = memAlloc(bytes);
  if (!start) return false;
  if (!setReserve(promotionBytes(bytes)) || !initMinor(words)) {
    memFree(start);
    if (previous) setReserve(promotionBytes(previous));
    return false;
  }
  memFree(load<usize>(CELL_YOUNG_START));
  store<usize>(CELL_YOUNG_START, start);
  store<usize>(CELL_YOUNG_END, start + bytes);
  resetAllocation();
  if (!load<usize>(CELL_REF_BASE)) growRefTable();
  return true;
}

function growRefTable(): void {
  const base = load<usize>(CELL_REF_BASE);
  const used = load<usize>(CELL_REF_PTR) - base;
  if (used) requestCollection();
  const size = max<usize>(1 << 16, 2 * used);
  const grown = vitalResize(base, size);
  store<usize>(CELL_REF_BASE, grown);
  store<usize>(CELL_REF_PTR, grown + used);
  store<usize>(CELL_REF_LIMIT, grown + size);
}

/** Memory is short when less than this part of the limit is left. */
const SHORT: u64 = 8;
/** Words that were live after the last collection that was made because memory was short. */
let liveWhenShort: i64 = 0;

/** Empty the minor heap and do a slice of the major collector, or a whole cycle when memory is short. */
export function collect(): void {
  minorCollection();
  const few = memAvailable() * SHORT < memoryLimit;
  if (!refillReserve() || (few && <u64>(liveWords - liveWhenShort) * WORD > memoryLimit / (2 * SHORT))) {
    wholeCycle();
    liveWhenShort = liveWords;
    if (!refillReserve()) exhausted();
  } else {
    if (!few) liveWhenShort = 0;
    majorSlice();
  }
}

/** Raise Out_of_memory soon. Until memory is freed, no more is allocated than what is left can take. */
function exhausted(): void {
  addAction(ACTION_OUT_OF_MEMORY);
  const overhead = promotionBytes(0);
  const room = reserved() > overhead ? (reserved() - overhead) >> 1 : 0;
  const limit = load<usize>(CELL_YOUNG_END) - max<usize>(room, 1 << 14);
  if (limit > load<usize>(CELL_YOUNG_LIMIT)) store<usize>(CELL_YOUNG_LIMIT, limit);
}

function addAction(action: i32): void {
  store<i32>(CELL_ACTIONS, load<i32>(CELL_ACTIONS) | action);
  store<i32>(CELL_FUEL, 0);
}

/** A minor and a whole major collection, because somebody could not have memory. */
export function collectEverything(): void {
  minorCollection();
  wholeCycle();
  refillReserve();
}

/** memAlloc, with a full collection when there is no room. */
export function memAllocOrCollect(bytes: usize): usize {
  const p = memAlloc(bytes);
  if (p) return p;
  collectEverything();
  return memAlloc(bytes);
}

// In stress mode no more than the blocks that were asked for fit after a collection, so that every allocation collects.

/** Bytes that fit in stress mode, and the interpreter's registers after the collection that made room for them. */
let stressRoom: usize = 0;
let stressPc: usize = 0;
let stressSp: usize = 0;
let stressAccu: value = 0;
/** Most bytes that one sequence of instructions allocates. */
const MAX_STRESS_ROOM: usize = 512;

// @ts-ignore: decorator
@inline function blockBytes(wosize: i32): usize {
  return (<usize>wosize + 1) << 3;
}
function limitRoom(bytes: usize): void {
  if (load<i32>(CELL_DEBUG) & DEBUG_STRESS) store<usize>(CELL_YOUNG_LIMIT, load<usize>(CELL_YOUNG_PTR) - bytes);
}

/**
 * For the interpreter: make room in the minor heap for a block of `wosize` words and its header. The sequence of
 * instructions that wants it starts again, so when it has several blocks to allocate, there must be room for all of
 * them in the end.
 */
export function alloc_small_slow(wosize: i32): void {
  const again =
    load<usize>(CELL_PC) == stressPc &&
    load<usize>(CELL_SP) == stressSp &&
    load<value>(CELL_ACCU) == stressAccu &&
    stressRoom < MAX_STRESS_ROOM;
  stressRoom = blockBytes(wosize) + (again ? stressRoom : 0);
  collect();
  limitRoom(stressRoom);
  stressPc = load<usize>(CELL_PC);
  stressSp = load<usize>(CELL_SP);
  stressAccu = load<value>(CELL_ACCU);
}

/** The next poll, or the next allocation in the minor heap, collects. */
export function requestCollection(): void {
  addAction(ACTION_MINOR_GC);
  store<usize>(CELL_YOUNG_LIMIT, load<usize>(CELL_YOUNG_END));
}

/** A block of 1…MAX_YOUNG_WOSIZE words in the minor heap with undefined fields. May collect: push what you hold. */
export function allocSmall(wosize: i32, tag: i32): usize {
  let p = load<usize>(CELL_YOUNG_PTR) - blockBytes(wosize);
  if (p < load<usize>(CELL_YOUNG_LIMIT)) {
    collect();
    limitRoom(blockBytes(wosize));
    p = load<usize>(CELL_YOUNG_PTR) - blockBytes(wosize);
  }
  store<usize>(CELL_YOUNG_PTR, p);
  setHeader(p + WORD, makeHeader(wosize, tag, 0));
  return p + WORD;
}

/** Make room in the minor heap: the next blocks, of so many words with their headers, do not collect. May collect. */
export function reserveYoung(words: i32): void {
  const bytes = <usize>words << 3;
  if (load<usize>(CELL_YOUNG_PTR) - bytes >= load<usize>(CELL_YOUNG_LIMIT)) return;
  collect();
  limitRoom(bytes);
}

/** Words allocated directly in the major heap after which a collection is due. */
const DIRECT_ALLOCATION_WORDS: i32 = 1 << 18;
let directWords: i32 = 0;

/** A block in the major heap with undefined fields; 0 when memory is exhausted. Never collects. */
export function allocShr(wosize: i32, tag: i32): usize {
  if (isStarving()) return 0;
  directWords += wosize;
  if (directWords > DIRECT_ALLOCATION_WORDS || wosize > DIRECT_ALLOCATION_WORDS) {
    directWords = 0;
    requestCollection();
  }
  return sharedAlloc(wosize, tag);
}

/**
 * A block of any size, its fields unit if it is scannable. May collect. 0 when memory is exhausted even after a full
 * collection.
 */
export function alloc(wosize: i32, tag: i32): usize {
  if (wosize == 0) return <usize>atom(tag);
  let p: usize;
  if (wosize <= MAX_YOUNG_WOSIZE) {
    p = allocSmall(wosize, tag);
  } else {
    p = allocLargeOrCollect(wosize, tag);
    if (!p) return 0;
  }
  if (tag < TAG_NO_SCAN) {
    const end = p + (<usize>wosize << 3);
    for (let f = p; f < end; f += WORD) store<value>(f, UNIT);
  }
  return p;
}

/** allocShr, with a full collection when there is no room. */
export function allocLargeOrCollect(wosize: i32, tag: i32): usize {
  let p = allocShr(wosize, tag);
  if (!p) {
    collectEverything();
    p = allocShr(wosize, tag);
  }
  return p;
}

/**
 * A custom block with `words` words of data (uninitialised); `externalBytes` are held outside of the heap by it, which
 * makes the collector work as if they were in it. May collect.
 */
export function allocCustom(kind: i32, words: i32, externalBytes: usize): usize {
  // Blocks whose death the host must learn of are in the major heap, where the sweeper sees them.
  const p = kind > CUSTOM_NATIVEINT ? allocShr(words + 1, TAG_CUSTOM) : allocSmall(words + 1, TAG_CUSTOM);
  if (!p) return 0;
  if (externalBytes) {
    addExternal(<i32>(externalBytes >> 3));
    directWords += <i32>(externalBytes >> 3);
    if (directWords > DIRECT_ALLOCATION_WORDS) {
      directWords = 0;
      requestCollection();
    }
  }
  store<i64>(p, kind);
  return p;
}

/** Store v into a field of a block (caml_modify). */
export function modify(field: usize, v: value): void {
  if (isYoung(field)) {
    store<value>(field, v);
    return;
  }
  modifyOld(field, v);
}

/** The same for a block that is not in the minor heap. */
// @ts-ignore: decorator
@inline export function modifyOld(field: usize, v: value): void {
  const old = load<value>(field);
  store<value>(field, v);
  if (!(<i32>old & 1)) {
    if (isYoung(<usize>old)) return; // the field is in the table already
    if (load<i32>(CELL_MARKING)) darken(old);
  }
  if (!(<i32>v & 1) && isYoung(<usize>v)) remember(field);
}

// @ts-ignore: decorator
@inline function remember(field: usize): void {
  const p = load<usize>(CELL_REF_PTR);
  store<usize>(p, field);
  store<usize>(CELL_REF_PTR, p + 4);
  if (p + 4 == load<usize>(CELL_REF_LIMIT)) growRefTable();
}

/** The first store into a field of a block that allocShr has made (caml_initialize). */
export function initialize(field: usize, v: value): void {
  store<value>(field, v);
  if (!(<i32>v & 1) && isYoung(<usize>v) && !isYoung(field)) remember(field);
}

// ---- For the host ----

export function alloc_small(wosize: i32, tag: i32): usize {
  return allocSmall(wosize, tag);
}

export function alloc_block(wosize: i32, tag: i32): usize {
  const p = alloc(wosize, tag);
  if (!p) raiseOutOfMemory();
  return p;
}

/** A custom block with one word of data, an integer of the host. */
export function alloc_host_custom(kind: i32, data: i32): usize {
  const p = allocCustom(kind, 1, 0);
  store<i64>(p, data, WORD);
  return p;
}

export function modify_field(field: usize, low: i32, high: i32): void {
  modify(field, (<i64>high << 32) | <i64>(<u32>low));
}
