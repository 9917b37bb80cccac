/** Size of a value with all that it refers to (caml_obj_reachable_words, runtime/extern.c). */
import { TAG_CLOSURE, TAG_INFIX, TAG_NO_SCAN, WORD } from "../layout";
import { raiseOutOfMemory } from "./fail";
import { beginTraversal, endTraversal, hasFields, nextField, numberOf, pushFields, setNumber, startOfEnvironment } from "./traversal";
import { isBlock, ofInt, tag, value, wosize } from "./values";

/** Words of the block of v that has not been met, headers included; its fields are pushed. -1: no memory. */
function visit(v: value): i64 {
  if (!isBlock(v)) return 0;
  let p = <usize>v;
  if (tag(p) == TAG_INFIX) p -= <usize>wosize(p) * WORD;
  if (numberOf(p) >= 0) return 0;
  if (!setNumber(p, 0)) return -1;
  const n = wosize(p);
  const t = tag(p);
  const first = t == TAG_CLOSURE ? startOfEnvironment(p) : 0;
  if (t < TAG_NO_SCAN && first < n && !pushFields(p + (<usize>first << 3), n - first)) return -1;
  return 1 + n;
}

export function caml_obj_reachable_words(v: value): value {
  if (!beginTraversal()) return raiseOutOfMemory();
  let total = visit(v);
  let words: i64 = total;
  while (words >= 0 && hasFields()) {
    words = visit(nextField());
    total += words;
  }
  endTraversal();
  return words < 0 ? raiseOutOfMemory() : ofInt(total);
}
