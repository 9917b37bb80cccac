/**
 * Going through a value depth first without recursion, for marshalling and counting (runtime/extern.c): which blocks
 * have been met, and which fields are still to come. Nothing here allocates in the heap, so blocks do not move.
 */
import { WORD } from "../layout";
import { memAlloc, memFree, memResize } from "./gc/malloc";
import { value } from "./values";

const FIRST_TABLE: u32 = 1024;

/** Pairs (address, number), an open hash table; address 0 is empty. */
let table: usize = 0;
let tableMask: u32 = 0;
/** Blocks in the table. */
let met: u32 = 0;
/** Fields still to be visited: pairs (address, how many). */
let stackBase: usize = 0;
let stackTop: usize = 0;
let stackEnd: usize = 0;

/** Prepare for a new value. false: no memory. */
export function beginTraversal(): bool {
  met = 0;
  stackTop = stackBase;
  return newTable(FIRST_TABLE);
}

export function endTraversal(): void {
  memFree(table);
  table = 0;
}

// @ts-ignore: decorator
@inline function hashOf(p: usize): u32 {
  return (<u32>(p >> 3) * 0x9e3779b1) >> 7;
}

function newTable(size: u32): bool {
  const p = memAlloc(<usize>size << 3);
  if (!p) return false;
  memory.fill(p, 0, <usize>size << 3);
  table = p;
  tableMask = size - 1;
  return true;
}

/** The number that the block at p was given, or -1. */
export function numberOf(p: usize): i32 {
  let h = hashOf(p) & tableMask;
  while (true) {
    const e = table + (<usize>h << 3);
    const q = load<usize>(e);
    if (q == p) return load<i32>(e, 4);
    if (q == 0) return -1;
    h = (h + 1) & tableMask;
  }
  return -1;
}

function insert(p: usize, n: i32): void {
  let h = hashOf(p) & tableMask;
  while (load<usize>(table + (<usize>h << 3)) != 0) h = (h + 1) & tableMask;
  store<usize>(table + (<usize>h << 3), p);
  store<i32>(table + (<usize>h << 3), n, 4);
}

/** Give the block at p, which has none, number n ≥ 0. false: no memory. */
export function setNumber(p: usize, n: i32): bool {
  if (met * 2 > tableMask) {
    const old = table;
    const size = tableMask + 1;
    if (!newTable(2 * size)) return false;
    for (let i: u32 = 0; i < size; i++) {
      const e = old + (<usize>i << 3);
      if (load<usize>(e)) insert(load<usize>(e), load<i32>(e, 4));
    }
    memFree(old);
  }
  insert(p, n);
  met++;
  return true;
}

/** The n > 0 fields at p are to be visited next. false: no memory. */
export function pushFields(p: usize, n: i32): bool {
  if (stackTop == stackEnd) {
    const size = max<usize>(1 << 14, 2 * (stackEnd - stackBase));
    const q = memResize(stackBase, size);
    if (!q) return false;
    stackTop = q + (stackTop - stackBase);
    stackBase = q;
    stackEnd = q + size;
  }
  store<usize>(stackTop, p);
  store<i32>(stackTop, n, 4);
  stackTop += 8;
  return true;
}

export function hasFields(): bool {
  return stackTop > stackBase;
}

/** The next field to be visited; there is one. */
export function nextField(): value {
  const p = load<usize>(stackTop - 8);
  const left = load<i32>(stackTop - 8, 4) - 1;
  if (left == 0) stackTop -= 8;
  else {
    store<usize>(stackTop - 8, p + WORD);
    store<i32>(stackTop - 8, left, 4);
  }
  return load<value>(p);
}

/** Number of fields of the closure block at p before its environment. */
export function startOfEnvironment(p: usize): i32 {
  return <i32>((load<u64>(p, WORD) << 8) >> 9);
}
