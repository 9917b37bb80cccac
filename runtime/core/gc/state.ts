/**
 * What the collector's parts share: phase, colours, figures (runtime/shared_heap.c, major_gc.c).
 *
 * A cycle of the major collector: IDLE until enough has been allocated; MARK, which starts from the roots as they are
 * after a minor collection and is kept sound by darkening what `modify` overwrites (snapshot at the beginning); SWEEP.
 * Colours rotate at the end of marking: unmarked blocks become garbage, marked ones unmarked.
 */

export const PHASE_IDLE: i32 = 0;
export const PHASE_MARK: i32 = 1;
export const PHASE_SWEEP: i32 = 2;

export let phase: i32 = 0;
export function setPhase(p: i32): void {
  phase = p;
}

/** Colours, as they stand in headers (bits 8 and 9); the fourth, NOT_MARKABLE, is for static blocks. */
export const NOT_MARKABLE: i32 = 3;
export let unmarked: i32 = 0;
export let marked: i32 = 1;
export let garbage: i32 = 2;

export function rotateColours(): void {
  const m = marked;
  marked = garbage;
  garbage = unmarked;
  unmarked = m;
}

/** Colour of blocks that are allocated in the major heap now. */
// @ts-ignore: decorator
@inline export function allocationColour(): i32 {
  return phase == PHASE_MARK ? marked : unmarked;
}

// ---- Figures of Gc.stat, in words where nothing else is said ----

export let minorCollections: i64 = 0;
export let majorCollections: i64 = 0;
export let compactions: i64 = 0;
export let promotedWords: f64 = 0;
/** Allocated in the major heap, promoted words included. */
export let majorWords: f64 = 0;
/** Words in blocks of the major heap (free slots of pools not included). */
export let liveWords: i64 = 0;
/** Number of these blocks. */
export let liveBlocks: i64 = 0;
/** Words of the pools and large blocks. */
export let heapWords: i64 = 0;
export let topHeapWords: i64 = 0;
/** Words allocated in the major heap since the last slice. */
export let allocatedSinceSlice: i64 = 0;

export function countMinor(): void {
  minorCollections++;
}
export function countMajor(): void {
  majorCollections++;
}
export function countCompaction(): void {
  compactions++;
}
export function addPromoted(words: f64): void {
  promotedWords += words;
}
/** A block of so many words has been allocated in the major heap. */
// @ts-ignore: decorator
@inline export function addAllocated(words: i32): void {
  liveWords += words;
  liveBlocks++;
  allocatedSinceSlice += words;
  majorWords += <f64>words;
}
export function addExternal(words: i32): void {
  allocatedSinceSlice += words;
}
export function takeAllocated(): i64 {
  const n = allocatedSinceSlice;
  allocatedSinceSlice = 0;
  return n;
}
/** A block of so many words has been freed. */
// @ts-ignore: decorator
@inline export function addFreed(words: i32): void {
  liveWords -= words;
  liveBlocks--;
}
export function addHeap(words: i32): void {
  heapWords += words;
  if (heapWords > topHeapWords) topHeapWords = heapWords;
}
