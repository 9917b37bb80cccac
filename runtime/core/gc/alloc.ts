/** Allocation of blocks (runtime/caml/memory.h: Alloc_small; runtime/memory.c). */
import { CELL_YOUNG_LIMIT, CELL_YOUNG_PTR, WORD } from "../../layout";
import { makeHeader, setHeader, value } from "../values";

/** A block of 1…MAX_YOUNG_WOSIZE words in the minor heap with undefined fields. May collect: push what you hold. */
export function allocSmall(wosize: i32, tag: i32): usize {
  const p = load<usize>(CELL_YOUNG_PTR) - ((<usize>wosize + 1) << 3);
  if (p < load<usize>(CELL_YOUNG_LIMIT)) unreachable();
  store<usize>(CELL_YOUNG_PTR, p);
  setHeader(p + WORD, makeHeader(wosize, tag, 0));
  return p + WORD;
}

/** A block in the major heap with undefined fields; 0 when memory is exhausted. Never collects. */
export function allocShr(wosize: i32, tag: i32): usize {
  unreachable();
  return 0;
}
