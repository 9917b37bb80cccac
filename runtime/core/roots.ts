/**
 * Local roots: a stack of values that the collector scans and updates, for code written in AssemblyScript.
 *
 * A function that holds a block across anything that may allocate pushes it and pops it again afterwards:
 *
 *     pushRoot(v);
 *     const s = allocString(n);
 *     v = popRoot();
 *
 * (OCaml: CAMLparam/CAMLlocal, runtime/caml/memory.h.)
 */
import { CELL_ROOTS_SP, WORD } from "../layout";
import { value } from "./values";

// @ts-ignore: decorator
@inline export function pushRoot(v: value): void {
  const sp = load<usize>(CELL_ROOTS_SP);
  store<value>(sp, v);
  store<usize>(CELL_ROOTS_SP, sp + WORD);
}

// @ts-ignore: decorator
@inline export function popRoot(): value {
  const sp = load<usize>(CELL_ROOTS_SP) - WORD;
  store<usize>(CELL_ROOTS_SP, sp);
  return load<value>(sp);
}

/** The i-th root from the top (0 is the last pushed), without popping it. */
// @ts-ignore: decorator
@inline export function root(i: i32): value {
  return load<value>(load<usize>(CELL_ROOTS_SP) - (<usize>(i + 1) << 3));
}

/** The address of the i-th root from the top. */
// @ts-ignore: decorator
@inline export function rootAddress(i: i32): usize {
  return load<usize>(CELL_ROOTS_SP) - (<usize>(i + 1) << 3);
}

/** Replace the i-th root from the top. */
// @ts-ignore: decorator
@inline export function setRoot(i: i32, v: value): void {
  store<value>(load<usize>(CELL_ROOTS_SP) - (<usize>(i + 1) << 3), v);
}

// @ts-ignore: decorator
@inline export function dropRoots(n: i32): void {
  store<usize>(CELL_ROOTS_SP, load<usize>(CELL_ROOTS_SP) - (<usize>n << 3));
}
