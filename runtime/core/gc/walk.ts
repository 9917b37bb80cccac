/** All blocks of the major heap, one after the other. Nothing may be allocated or freed there meanwhile. */
import { WORD } from "../../layout";
import { header } from "../values";
import {
  LARGE_HEADER,
  LARGE_LISTS,
  POOL_CLASS,
  POOL_HEADER,
  POOL_LISTS,
  POOL_NEXT,
  firstLarge,
  firstPool,
  poolEnd,
  slotBytes,
} from "./shared-heap";

/** The pool that is being walked, 0 before the first and after the last. */
export let walkedPool: usize = 0;
let slot: usize = 0;
let end: usize = 0;
let bytes: usize = 0;
/** Lists of pools that have been begun, and of large blocks. */
let poolLists: i32 = 0;
let largeLists: i32 = 0;
/** The next large block. */
let large: usize = 0;

export function startWalk(): void {
  walkedPool = 0;
  slot = 0;
  end = 0;
  poolLists = 0;
  largeLists = 0;
  large = 0;
}

/** Go to the next pool; false after the last one. */
function nextPool(): bool {
  let pool = walkedPool ? load<usize>(walkedPool, POOL_NEXT) : 0;
  while (!pool && poolLists < POOL_LISTS) pool = firstPool(poolLists++);
  walkedPool = pool;
  if (!pool) return false;
  bytes = slotBytes(load<i32>(pool, POOL_CLASS));
  slot = pool + POOL_HEADER;
  end = poolEnd(pool, bytes);
  return true;
}

/** The next block, 0 after the last one. */
export function nextBlock(): usize {
  do {
    while (slot < end) {
      const p = slot + WORD;
      slot += bytes;
      if (header(p)) return p;
    }
  } while (nextPool());
  while (!large && largeLists < LARGE_LISTS) large = firstLarge(largeLists++);
  const p = large;
  if (!p) return 0;
  large = load<usize>(p);
  return p + LARGE_HEADER + WORD;
}
