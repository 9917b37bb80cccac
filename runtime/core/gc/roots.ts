/** Where live values start from (runtime/roots.c, fiber.c: caml_scan_stack). */
import {
  CELL_ACCU,
  CELL_BACKTRACE_EXN,
  CELL_DLS,
  CELL_ENV,
  CELL_EXN,
  CELL_FIBER,
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
import { memAlloc } from "./malloc";
import { parkedCount, parkedFiber } from "./continuations";
import { darken } from "./major";
import { oldify } from "./minor";
import { load32, Table_add, Table_length, Table_new, Table_set, Table_truncate } from "./table";

/** Cells of the host: blocks of one i64 in off-heap memory. */
const hostRoots: usize = Table_new();

/** Visit the word at `slot`: for a minor collection move what it refers to, for a major one darken it. */
// @ts-ignore: decorator
@inline function visit(slot: usize, minor: bool): void {
  if (minor) oldify(slot);
  else darken(load<i64>(slot));
}

function visitWords(from: usize, to: usize, minor: bool): void {
  for (; from < to; from += WORD) visit(from, minor);
}

/** The stacks of `fiber`, whose newest segment is `segment` with stack pointer `sp`, and its handlers. */
function visitFiber(fiber: usize, segment: usize, sp: usize, running: bool, minor: bool): void {
  let current = running;
  while (segment) {
    // A segment that nobody has run on since the last minor collection holds no young values.
    if (!minor || current || !load<i32>(segment, SEG_CLEAN)) {
      visitWords(sp, load<usize>(segment, SEG_HIGH), minor);
      if (minor && !current) store<i32>(segment, 1, SEG_CLEAN);
    }
    current = false;
    segment = load<usize>(segment, SEG_PARENT);
    if (segment) sp = load<usize>(segment, SEG_SP);
  }
  visit(fiber + FIBER_HANDLE_VALUE, minor);
  visit(fiber + FIBER_HANDLE_EXN, minor);
  visit(fiber + FIBER_HANDLE_EFFECT, minor);
}

/** The stacks of a fiber that is not running, and of those that it will return to. */
export function visitSuspended(fiber: usize, minor: bool): void {
  while (fiber) {
    visitFiber(fiber, load<usize>(fiber, FIBER_SEGMENT), load<usize>(fiber, FIBER_SP), false, minor);
    fiber = load<usize>(fiber, FIBER_PARENT);
  }
}

/** All roots. */
export function visitRoots(minor: bool): void {
  visit(CELL_ACCU, minor);
  visit(CELL_ENV, minor);
  visit(CELL_EXN, minor);
  visit(CELL_RESULT, minor);
  visit(CELL_GLOBAL_DATA, minor);
  visit(CELL_BACKTRACE_EXN, minor);
  visit(CELL_DLS, minor);
  visit(CELL_NAMED_VALUES, minor);
  visit(CELL_SIGNAL_HANDLERS, minor);
  visitWords(load<usize>(CELL_ROOTS_BASE), load<usize>(CELL_ROOTS_SP), minor);
  const fiber = load<usize>(CELL_FIBER);
  if (fiber) {
    visitFiber(fiber, load<usize>(CELL_SEGMENT), load<usize>(CELL_SP), true, minor);
    visitSuspended(load<usize>(fiber, FIBER_PARENT), minor);
  }
  for (let i = 0; i < parkedCount(); i++) visitSuspended(parkedFiber(i), minor);
  for (let i = 0; i < Table_length(hostRoots); i++) visit(<usize>load32(hostRoots, i), minor);
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
      return;
    }
  }
}
