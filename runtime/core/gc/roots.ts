/** Where live values start from (runtime/roots.c, fiber.c: caml_scan_stack). */
import {
  CELL_ACCU,
  CELL_BACKTRACE_EXN,
  CELL_DLS,
  CELL_ENV,
  CELL_EXN,
  CELL_FIBER,
  CELL_NEW_FIBER,
  CELL_GLOBAL_DATA,
  CELL_NAMED_VALUES,
  CELL_RESULT,
  CELL_ROOTS_BASE,
  CELL_ROOTS_SP,
  CELL_SEGMENT,
  CELL_SIGNAL_HANDLERS,
  CELL_SP,
  FIBER_HANDLE_EFFECT,
  FIBER_HANDLE_EXN,
  FIBER_HANDLE_VALUE,
  FIBER_PARENT,
  FIBER_SEGMENT,
  FIBER_SP,
  SEG_CLEAN,
  SEG_HIGH,
  SEG_PARENT,
  SEG_SP,
  WORD,
} from "../../layout";
import { checkRoot, setClean } from "./check";
import { forwardSlot } from "./compact";
import { memAlloc, memFree } from "./malloc";
import { parkedCount, parkedFiber } from "./continuations";
import { darken } from "./major";
import { oldify } from "./minor";
import { load32, Table_add, Table_length, Table_new, Table_set, Table_truncate } from "./table";

/** Cells of the host: blocks of one i64 in off-heap memory. */
const hostRoots: usize = Table_new();

// What is done to the words that are visited.
/** Darken what they refer to. */
export const VISIT_MARK: i32 = 0;
/** Move what they refer to out of the minor heap. */
export const VISIT_MINOR: i32 = 1;
/** Check them. */
export const VISIT_CHECK: i32 = 2;
/** Let them follow the blocks that a compaction has moved. */
export const VISIT_FORWARD: i32 = 3;

export function visit(slot: usize, mode: i32): void {
  if (mode == VISIT_MINOR) oldify(slot);
  else if (mode == VISIT_MARK) darken(load<i64>(slot));
  else if (mode == VISIT_CHECK) checkRoot(slot);
  else forwardSlot(slot);
}

function visitWords(from: usize, to: usize, mode: i32): void {
  if (mode == VISIT_MINOR) {
    for (; from < to; from += WORD) oldify(from);
  } else {
    for (; from < to; from += WORD) visit(from, mode);
  }
}

/** The stacks of `fiber`, whose newest segment is `segment` with stack pointer `sp`, and its handlers. */
function visitFiber(fiber: usize, segment: usize, sp: usize, running: bool, mode: i32): void {
  const minor = mode == VISIT_MINOR;
  let current = running;
  while (segment) {
    // A segment that nobody has run on since the last minor collection holds no young values.
    if (mode == VISIT_CHECK) setClean(!current && <bool>load<i32>(segment, SEG_CLEAN));
    if (!minor || current || !load<i32>(segment, SEG_CLEAN)) {
      visitWords(sp, load<usize>(segment, SEG_HIGH), mode);
      if (minor && !current) store<i32>(segment, 1, SEG_CLEAN);
    }
    current = false;
    segment = load<usize>(segment, SEG_PARENT);
    if (segment) sp = load<usize>(segment, SEG_SP);
  }
  if (mode == VISIT_CHECK) setClean(false);
  visit(fiber + FIBER_HANDLE_VALUE, mode);
  visit(fiber + FIBER_HANDLE_EXN, mode);
  visit(fiber + FIBER_HANDLE_EFFECT, mode);
}

/** The stacks of a fiber that is not running, and of those that it will return to. */
export function visitSuspended(fiber: usize, mode: i32): void {
  while (fiber) {
    visitFiber(fiber, load<usize>(fiber, FIBER_SEGMENT), load<usize>(fiber, FIBER_SP), false, mode);
    fiber = load<usize>(fiber, FIBER_PARENT);
  }
}

/** All roots but for what finalisers and ephemerons hold. */
export function visitRoots(mode: i32): void {
  visit(CELL_ACCU, mode);
  visit(CELL_ENV, mode);
  visit(CELL_EXN, mode);
  visit(CELL_RESULT, mode);
  visit(CELL_GLOBAL_DATA, mode);
  visit(CELL_BACKTRACE_EXN, mode);
  visit(CELL_DLS, mode);
  visit(CELL_NAMED_VALUES, mode);
  visit(CELL_SIGNAL_HANDLERS, mode);
  visitWords(load<usize>(CELL_ROOTS_BASE), load<usize>(CELL_ROOTS_SP), mode);
  const fiber = load<usize>(CELL_FIBER);
  if (fiber) {
    visitFiber(fiber, load<usize>(CELL_SEGMENT), load<usize>(CELL_SP), true, mode);
    visitSuspended(load<usize>(fiber, FIBER_PARENT), mode);
  }
  visitSuspended(load<usize>(CELL_NEW_FIBER), mode);
  for (let i = 0; i < parkedCount(); i++) visitSuspended(parkedFiber(i), mode);
  for (let i = 0; i < Table_length(hostRoots); i++) visit(<usize>load32(hostRoots, i), mode);
}

/** A root that the host holds: the address of a new word with the given halves. */
export function root_new(low: i32, high: i32): usize {
  const p = memAlloc(WORD);
  if (!p) return 0;
  store<i32>(p, low);
  store<i32>(p, high, 4);
  Table_add(hostRoots, <i32>p);
  return p;
}

export function root_free(p: usize): void {
  const n = Table_length(hostRoots);
  for (let i = 0; i < n; i++) {
    if (load32(hostRoots, i) == <i32>p) {
      Table_set(hostRoots, i, load32(hostRoots, n - 1));
      Table_truncate(hostRoots, n - 1);
      memFree(p);
      return;
    }
  }
}
