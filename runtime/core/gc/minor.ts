/**
 * The minor collector: copies what is reachable in the minor heap to the major heap (runtime/minor_gc.c). A block that
 * has moved has header 0 and its new address in field 0.
 */
import {
  CELL_DEBUG,
  CELL_MINOR_WORDS,
  CELL_REF_BASE,
  CELL_REF_PTR,
  CELL_YOUNG_END,
  CELL_YOUNG_LIMIT,
  CELL_YOUNG_PTR,
  CELL_YOUNG_START,
  DEBUG_STRESS,
  TAG_CONT,
  TAG_DOUBLE,
  TAG_FORCING,
  TAG_FORWARD,
  TAG_INFIX,
  TAG_LAZY,
  TAG_NO_SCAN,
  WORD,
} from "../../layout";
import { header, headerTag, headerWosize, setHeader, value } from "../values";
import { checkBeforeMinor, checkHeap, checking } from "./check";
import { sweepYoungContinuations, visitRemembered } from "./continuations";
import { afterMinorEphemerons } from "./ephemerons";
import { afterMinorFinalisers, beforeMinorFinalisers } from "./finalisers";
import { memAlloc, memFree } from "./malloc";
import { VISIT_MINOR, visitRoots, visitSuspended } from "./roots";
import { sharedAlloc } from "./shared-heap";
import { addPromoted, countMinor, liveWords } from "./state";

/** Blocks that were copied and whose fields have not been looked at: a stack of addresses. */
let todoBase: usize = 0;
let todo: usize = 0;

/** Room for every block that the minor heap can hold: at least two words each. false: no memory, nothing has changed. */
export function initMinor(minorWords: i32): bool {
  const room = memAlloc((<usize>minorWords >> 1) * 4 + 64);
  if (!room) return false;
  memFree(todoBase);
  todoBase = room;
  todo = room;
  return true;
}

// @ts-ignore: decorator
@inline export function isYoung(p: usize): bool {
  return p >= load<usize>(CELL_YOUNG_START) && p < load<usize>(CELL_YOUNG_END);
}

/** If the word at `slot` refers to a young block, move the block and update the word. */
export function oldify(slot: usize): void {
  const v = load<value>(slot);
  if (!(<i32>v & 1) && isYoung(<usize>v)) store<value>(slot, evacuate(<usize>v));
}

/** The value that replaces young block p. */
function evacuate(p: usize): value {
  const h = header(p);
  if (h == 0) return load<value>(p);
  const t = headerTag(h);
  if (t == TAG_INFIX) {
    const offset = <usize>headerWosize(h) * WORD;
    return evacuate(p - offset) + <value>offset;
  }
  if (t == TAG_FORWARD) {
    const f = load<value>(p);
    if (mayShortcut(f)) return !(<i32>f & 1) && isYoung(<usize>f) ? evacuate(<usize>f) : f;
  }
  return <value>copy(p, h, t);
}

/** Whether a forward block to f can be replaced by f itself. */
function mayShortcut(f: value): bool {
  if (<i32>f & 1) return true;
  let p = <usize>f;
  let h = header(p);
  if (h == 0) {
    p = <usize>load<value>(p);
    h = header(p);
  }
  const t = headerTag(h);
  return t != TAG_FORWARD && t != TAG_LAZY && t != TAG_FORCING && t != TAG_DOUBLE;
}

function copy(p: usize, h: u64, t: i32): usize {
  const words = headerWosize(h);
  const q = sharedAlloc(words, t);
  const bytes = <usize>words * WORD;
  if (words <= 8) {
    for (let i: usize = 0; i < bytes; i += WORD) store<u64>(q + i, load<u64>(p + i));
  } else {
    memory.copy(q, p, bytes);
  }
  setHeader(p, 0);
  store<usize>(p, q);
  store<i32>(p, 0, 4);
  if (t < TAG_NO_SCAN) {
    store<usize>(todo, q);
    todo += 4;
  }
  return q;
}

/** Look at the fields of everything that was copied. */
export function mopUp(): void {
  while (todo > todoBase) {
    todo -= 4;
    const p = load<usize>(todo);
    const h = header(p);
    if (headerTag(h) == TAG_CONT) {
      visitSuspended(load<usize>(p) & ~1, VISIT_MINOR);
      continue;
    }
    const end = p + <usize>headerWosize(h) * WORD;
    for (let f = p; f < end; f += WORD) {
      if (!(load<i32>(f) & 1)) oldify(f);
    }
  }
}

/** Start allocating in an empty minor heap. In stress mode no allocation fits. */
export function resetAllocation(): void {
  const end = load<usize>(CELL_YOUNG_END);
  store<usize>(CELL_YOUNG_PTR, end);
  store<usize>(CELL_YOUNG_LIMIT, load<i32>(CELL_DEBUG) & DEBUG_STRESS ? end : load<usize>(CELL_YOUNG_START));
}

/** Empty the minor heap. */
export function minorCollection(): void {
  if (checking()) checkBeforeMinor();
  const before = liveWords;
  const used = load<usize>(CELL_YOUNG_END) - load<usize>(CELL_YOUNG_PTR);
  store<f64>(CELL_MINOR_WORDS, load<f64>(CELL_MINOR_WORDS) + <f64>(used >> 3));
  const end = load<usize>(CELL_REF_PTR);
  for (let ref = load<usize>(CELL_REF_BASE); ref < end; ref += 4) oldify(load<usize>(ref));
  store<usize>(CELL_REF_PTR, load<usize>(CELL_REF_BASE));
  visitRoots(VISIT_MINOR);
  visitRemembered();
  mopUp();
  beforeMinorFinalisers();
  mopUp();
  afterMinorEphemerons();
  afterMinorFinalisers();
  sweepYoungContinuations();
  resetAllocation();
  addPromoted(<f64>(liveWords - before));
  countMinor();
  if (checking()) checkHeap();
}
