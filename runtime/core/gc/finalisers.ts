/**
 * Finalisation functions (runtime/finalise.c). `first` ones (Gc.finalise) keep their value alive until they have run;
 * `last` ones (Gc.finalise_last) are called once the value is gone.
 */
import { ACTION_FINALISER, CELL_ACTIONS, TAG_INFIX, WORD } from "../../layout";
import { header, headerTag, headerWosize, UNIT, value } from "../values";
import { vitalResize } from "./reserve";
import { darken, isMarked } from "./major";
import { isYoung, mopUp, oldify } from "./minor";
import { visit, VISIT_MARK, VISIT_MINOR } from "./roots";

/** Tables of (function, value) pairs, 16 bytes each; a table is [length, capacity, data]. */
const PAIR: usize = 16;
const first: usize = memory.data(12, 8);
const last: usize = memory.data(12, 8);
/** Functions that are to be called. */
const ready: usize = memory.data(12, 8);

// @ts-ignore: decorator
@inline function pair(t: usize, i: i32): usize {
  return load<usize>(t, 8) + <usize>i * PAIR;
}
// @ts-ignore: decorator
@inline function length(t: usize): i32 {
  return load<i32>(t);
}

function add(t: usize, f: value, v: value): void {
  const n = length(t);
  if (n == load<i32>(t, 4)) {
    const capacity = max(32, 2 * n);
    const data = vitalResize(load<usize>(t, 8), <usize>capacity * PAIR);
    store<usize>(t, data, 8);
    store<i32>(t, capacity, 4);
  }
  store<value>(pair(t, n), f);
  store<value>(pair(t, n), v, 8);
  store<i32>(t, n + 1);
}

function makeReady(f: value, v: value): void {
  add(ready, f, v);
  store<i32>(CELL_ACTIONS, load<i32>(CELL_ACTIONS) | ACTION_FINALISER);
}

/** The functions that have become ready together are called last to first: turn round those from `from` on. */
function reverseReady(from: i32): void {
  for (let i = from, j = length(ready) - 1; i < j; i++, j--) {
    const p = pair(ready, i);
    const q = pair(ready, j);
    const f = load<value>(p);
    const v = load<value>(p, 8);
    memory.copy(p, q, PAIR);
    store<value>(q, f);
    store<value>(q, v, 8);
  }
}

/** Remember that f is to be called for v. */
export function addFinaliser(f: value, v: value, isLast: bool): void {
  add(isLast ? last : first, f, v);
}

/** How many functions are to be called. */
export function readyCount(): i32 {
  return length(ready);
}

/** Address of the i-th function that is to be called and, after it, its argument. */
export function readyAt(i: i32): usize {
  return pair(ready, i);
}

/** The first of them is about to be called: it is no longer to be. */
export function removeFirstReady(): void {
  const n = length(ready) - 1;
  memory.copy(pair(ready, 0), pair(ready, 1), <usize>n * PAIR);
  store<i32>(ready, n);
}

/** They have all been called. */
export function clearReady(): void {
  store<i32>(ready, 0);
}

/** Whether v, young before this collection, has moved. */
function moved(v: value): bool {
  const p = <usize>v;
  const h = header(p);
  if (h == 0) return true;
  return headerTag(h) == TAG_INFIX && header(p - <usize>headerWosize(h) * WORD) == 0;
}

/** Visit all words of a table, or the functions alone. */
function visitTable(t: usize, values: bool, mode: i32): void {
  for (let i = 0; i < length(t); i++) {
    visit(pair(t, i), mode);
    if (values) visit(pair(t, i) + 8, mode);
  }
}
/** Visit everything that finalisers hold, for the checker and for compaction. */
export function visitFinalisers(mode: i32): void {
  visitTable(first, true, mode);
  visitTable(last, true, mode);
  visitTable(ready, true, mode);
}
/** Functions, and what waits for its function to be called, are roots of marking. */
export function markFinalisers(): void {
  visitTable(first, false, VISIT_MARK);
  visitTable(last, false, VISIT_MARK);
  visitTable(ready, true, VISIT_MARK);
}

/** Functions and the values of `first` are roots of a minor collection. */
export function beforeMinorFinalisers(): void {
  visitTable(first, true, VISIT_MINOR);
  visitTable(last, false, VISIT_MINOR);
  visitTable(ready, true, VISIT_MINOR);
}

/** Values of `last` that did not survive a minor collection have their functions called with (). */
export function afterMinorFinalisers(): void {
  let kept = 0;
  const n = length(last);
  const before = length(ready);
  for (let i = 0; i < n; i++) {
    const p = pair(last, i);
    const v = load<value>(p, 8);
    if (!(<i32>v & 1) && isYoung(<usize>v)) {
      if (!moved(v)) {
        makeReady(load<value>(p), UNIT);
        continue;
      }
      oldify(p + 8);
    }
    if (kept != i) memory.copy(pair(last, kept), p, PAIR);
    kept++;
  }
  store<i32>(last, kept);
  reverseReady(before);
  mopUp();
}

/**
 * At the end of marking: values of `first` that are not reachable become ready, and alive for their function's sake.
 */
export function markFinalised(): void {
  markFinalisers();
  // First decide, then darken: a finalised value may be reachable from another one.
  let kept = 0;
  const n = length(first);
  const before = length(ready);
  for (let i = 0; i < n; i++) {
    const p = pair(first, i);
    const v = load<value>(p, 8);
    if (<i32>v & 1 || isMarked(<usize>v)) {
      if (kept != i) memory.copy(pair(first, kept), p, PAIR);
      kept++;
    } else {
      makeReady(load<value>(p), v);
    }
  }
  store<i32>(first, kept);
  reverseReady(before);
  for (let i = before; i < length(ready); i++) darken(load<value>(pair(ready, i), 8));
}

/** After everything is marked: values of `last` that are gone. */
export function finishFinalised(): void {
  let kept = 0;
  const n = length(last);
  const before = length(ready);
  for (let i = 0; i < n; i++) {
    const p = pair(last, i);
    const v = load<value>(p, 8);
    if (<i32>v & 1 || isMarked(<usize>v)) {
      if (kept != i) memory.copy(pair(last, kept), p, PAIR);
      kept++;
    } else {
      makeReady(load<value>(p), UNIT);
    }
  }
  store<i32>(last, kept);
  reverseReady(before);
}
