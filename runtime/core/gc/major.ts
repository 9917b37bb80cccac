/** The incremental marker and the phases of the major collector (runtime/major_gc.c). */
import {
  CELL_MARKING,
  HEADER_COLOUR_SHIFT,
  TAG_CONT,
  TAG_INFIX,
  TAG_NO_SCAN,
  WORD,
} from "../../layout";
import { header, headerColour, headerTag, headerWosize, setHeader, value } from "../values";
import { checkHeap, checking, checkMarked } from "./check";
import { finishEphemerons, markEphemerons } from "./ephemerons";
import { finishFinalised, markFinalised, markFinalisers } from "./finalisers";
import { isYoung } from "./minor";
import { memResize } from "./malloc";
import { VISIT_MARK, visitRoots, visitSuspended } from "./roots";
import { startSweep, sweepSome } from "./shared-heap";
import { nextBlock, startWalk } from "./walk";
import {
  countMajor,
  heapWords,
  liveWords,
  marked,
  PHASE_IDLE,
  PHASE_MARK,
  PHASE_SWEEP,
  phase,
  rotateColours,
  setPhase,
  takeAllocated,
  unmarked,
} from "./state";

/** space_overhead (Gc.control, OCAMLRUNPARAM o). */
export let spaceOverhead: i32 = 120;
export function set_space_overhead(percent: i32): void {
  spaceOverhead = max(percent, 1);
}

/** The mark stack: ranges of fields [from, to) still to be looked at, and continuations with their stacks [from, 0). */
let stackBase: usize = 0;
let stackTop: usize = 0;
let stackEnd: usize = 0;

/** Whether there was no room for something on the mark stack: marked blocks may have fields to be looked at. */
let overflowed: bool = false;

function pushRange(from: usize, to: usize): void {
  if (stackTop == stackEnd) {
    const size = max<usize>(1 << 16, 2 * (stackEnd - stackBase));
    const grown = memResize(stackBase, size);
    if (!grown) {
      overflowed = true;
      return;
    }
    stackTop = grown + (stackTop - stackBase);
    stackBase = grown;
    stackEnd = grown + size;
  }
  store<usize>(stackTop, from);
  store<usize>(stackTop, to, 4);
  stackTop += 8;
}

/** Whether the block at p is known to be reachable in this cycle. Call at the end of marking. */
export function isMarked(p: usize): bool {
  let h = header(p);
  if (headerTag(h) == TAG_INFIX) h = header(p - <usize>headerWosize(h) * WORD);
  return headerColour(h) != unmarked;
}

/** Have the fields of the block at p, with header h, looked at. */
function pushFields(p: usize, h: u64): void {
  pushRange(p, headerTag(h) == TAG_CONT ? 0 : p + <usize>headerWosize(h) * WORD);
}

/** Mark what v refers to, if it is a block of the major heap. */
export function darken(v: value): void {
  if (<i32>v & 1 || v == 0) return;
  let p = <usize>v;
  if (isYoung(p)) return;
  let h = header(p);
  if (headerTag(h) == TAG_INFIX) {
    p -= <usize>headerWosize(h) * WORD;
    h = header(p);
  }
  if (headerColour(h) != unmarked) return;
  setHeader(p, (h & ~(<u64>3 << HEADER_COLOUR_SHIFT)) | (<u64>marked << HEADER_COLOUR_SHIFT));
  if (headerTag(h) < TAG_NO_SCAN) pushFields(p, h);
}

/** Mark everything on the stacks of a fiber and of those that it will return to. */
export function darkenStacks(fiber: usize): void {
  visitSuspended(fiber, VISIT_MARK);
}

/** Mark about `budget` words. What is left of it; > 0: nothing is left to mark. */
function markSome(budget: i64): i64 {
  budget = emptyStack(budget);
  while (overflowed && budget > 0) {
    overflowed = false;
    startWalk();
    for (let p = nextBlock(); p; p = nextBlock()) {
      const h = header(p);
      if (headerColour(h) != marked || headerTag(h) >= TAG_NO_SCAN) continue;
      pushFields(p, h);
      emptyStack(i64.MAX_VALUE);
    }
  }
  return budget;
}

/** Look at what is on the mark stack, about `budget` words. What is left of it; > 0: the stack is empty. */
function emptyStack(budget: i64): i64 {
  while (stackTop > stackBase) {
    if (budget <= 0) return 0;
    stackTop -= 8;
    const from = load<usize>(stackTop);
    let to = load<usize>(stackTop, 4);
    if (!to) {
      visitSuspended(load<usize>(from) & ~1, VISIT_MARK);
      continue;
    }
    // Long blocks in pieces, so that the budget means something.
    if (to - from > 4096 * WORD) {
      pushRange(from + 4096 * WORD, to);
      to = from + 4096 * WORD;
    }
    budget -= <i64>((to - from) >> 3) + 1;
    for (let f = from; f < to; f += WORD) {
      if (!(load<i32>(f) & 1)) darken(load<value>(f));
    }
  }
  return max<i64>(budget, 1);
}

/** Begin a cycle. The minor heap must be empty. */
function startMarking(): void {
  setPhase(PHASE_MARK);
  store<i32>(CELL_MARKING, 1);
  visitRoots(VISIT_MARK);
  markFinalisers();
}

/** Everything reachable is marked but for what ephemerons and finalisers keep: decide about those, then sweep. */
function finishMarking(): void {
  do {
    markSome(i64.MAX_VALUE);
  } while (markEphemerons());
  markFinalised();
  do {
    markSome(i64.MAX_VALUE);
  } while (markEphemerons());
  finishFinalised();
  finishEphemerons();
  if (checking()) checkMarked();
  store<i32>(CELL_MARKING, 0);
  rotateColours();
  startSweep();
  setPhase(PHASE_SWEEP);
}

/** Words that may be allocated between the end of a cycle and the start of the next. */
function allowance(): i64 {
  return max<i64>((liveWords * spaceOverhead) / 250, 1 << 17);
}

/** Live words when the last cycle ended, and what has been allocated since. */
let sinceCycle: i64 = 0;

/** A slice of the major collector, after a minor collection, in proportion to what was allocated. */
export function majorSlice(): void {
  const allocated = takeAllocated();
  sinceCycle += allocated;
  if (phase == PHASE_IDLE) {
    if (sinceCycle < allowance()) return;
    startMarking();
  }
  // The whole heap is marked and swept while as much again is allocated.
  work((allocated + 4096) * max<i64>(2, (2 * heapWords) / allowance()));
}

function work(words: i64): void {
  let budget = words;
  if (phase == PHASE_MARK) {
    budget = markSome(budget);
    if (budget > 0) finishMarking();
  }
  if (phase == PHASE_SWEEP && budget > 0) {
    budget = sweepSome(budget);
    if (budget > 0) {
      setPhase(PHASE_IDLE);
      sinceCycle = 0;
      if (checking()) checkHeap();
      countMajor();
    }
  }
}

/** Bring the current cycle, if there is one, to its end. */
export function finishCycle(): void {
  while (phase != PHASE_IDLE) work(i64.MAX_VALUE);
}

/** A whole cycle from the start. The minor heap must be empty. */
export function wholeCycle(): void {
  finishCycle();
  startMarking();
  finishCycle();
}
