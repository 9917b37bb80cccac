/**
 * Fibers that only a continuation refers to, and those of threads that do not run. A continuation is a block of
 * TAG_CONT; its fiber dies with it (runtime/fiber.c, minor_gc.c).
 */
import { CELL_YOUNG_END, CELL_YOUNG_START } from "../../layout";
import { load32 } from "./table";
import { Table_add, Table_length, Table_new, Table_set, Table_truncate } from "./table";
import { freeFiber } from "../stack";
import { darkenStacks } from "./major";
import { header } from "../values";
import { VISIT_MINOR, visitSuspended } from "./roots";
import { PHASE_MARK, phase } from "./state";

/** Young continuations that have not been taken. */
const young: usize = Table_new();
/** Continuations of the major heap to whose fibers another was added since the last minor collection. */
const remembered: usize = Table_new();
/** Fibers of other threads and of interrupted callbacks. */
const parked: usize = Table_new();

// @ts-ignore: decorator
@inline function isYoung(p: usize): bool {
  return p >= load<usize>(CELL_YOUNG_START) && p < load<usize>(CELL_YOUNG_END);
}

/** A continuation has been made (in the minor heap). */
export function registerContinuation(cont: usize): void {
  Table_add(young, <i32>cont);
}

/** A fiber has been added to those of a continuation: in the major heap, it leads to young values. */
export function continuationExtended(cont: usize): void {
  if (!isYoung(cont)) Table_add(remembered, <i32>cont);
}
export function rememberedCount(): i32 {
  return Table_length(remembered);
}
export function rememberedContinuation(i: i32): usize {
  return <usize>load32(remembered, i);
}

/** The fibers of remembered continuations are roots of a minor collection. */
export function visitRemembered(): void {
  for (let i = 0; i < rememberedCount(); i++) {
    visitSuspended(load<usize>(rememberedContinuation(i)) & ~1, VISIT_MINOR);
  }
  Table_truncate(remembered, 0);
}

/** A continuation is about to be taken: its stacks, part of the marker's snapshot, get out of its sight. */
export function continuationTaken(cont: usize): void {
  if (phase == PHASE_MARK && !isYoung(cont)) {
    const fiber = load<usize>(cont) & ~1;
    if (fiber) darkenStacks(fiber);
  }
}

/** The fiber of a dead continuation, and those that it would have returned to, are freed. */
export function freeFiberOf(cont: usize): void {
  let fiber = load<usize>(cont) & ~1;
  while (fiber) {
    const parent = load<usize>(fiber, 4);
    freeFiber(fiber);
    fiber = parent;
  }
}

/** After a minor collection: fibers of young continuations that were not promoted are freed. */
export function sweepYoungContinuations(): void {
  const n = Table_length(young);
  for (let i = 0; i < n; i++) {
    const cont = <usize>load32(young, i);
    if (header(cont) != 0) freeFiberOf(cont);
  }
  Table_truncate(young, 0);
}

export function register_fiber(fiber: usize): void {
  Table_add(parked, <i32>fiber);
}

export function unregister_fiber(fiber: usize): void {
  const n = Table_length(parked);
  for (let i = n - 1; i >= 0; i--) {
    if (load32(parked, i) == <i32>fiber) {
      Table_set(parked, i, load32(parked, n - 1));
      Table_truncate(parked, n - 1);
      return;
    }
  }
}

export function parkedCount(): i32 {
  return Table_length(parked);
}
export function parkedFiber(i: i32): usize {
  return <usize>load32(parked, i);
}
