/** What a program has allocated and collected, at its end (runtime/sys.c: caml_do_exit, for OCAMLRUNPARAM=v=0x400). */
import type { Machine } from "../runtime/machine.ts";

/** The bit of `v` that asks for it. */
export const VERBOSE_AT_EXIT = 0x400;

/** Fields of Gc.stat. */
const MINOR_WORDS = 0;
const PROMOTED_WORDS = 1;
const MAJOR_WORDS = 2;
const MINOR_COLLECTIONS = 3;
const MAJOR_COLLECTIONS = 4;
const HEAP_WORDS = 5;
const TOP_HEAP_WORDS = 14;
const FORCED_MAJOR_COLLECTIONS = 16;

/** Write the report to standard error, in the lines of OCaml's runtime. */
export function reportCollections(m: Machine): void {
  const stat = Number(m.core.caml_gc_quick_stat(1n));
  const minor = m.double(stat, MINOR_WORDS);
  const promoted = m.double(stat, PROMOTED_WORDS);
  const major = m.double(stat, MAJOR_WORDS);
  const lines = {
    allocated_words: minor + major - promoted,
    minor_words: minor,
    promoted_words: promoted,
    major_words: major,
    minor_collections: m.int(stat, MINOR_COLLECTIONS),
    major_collections: m.int(stat, MAJOR_COLLECTIONS),
    forced_major_collections: m.int(stat, FORCED_MAJOR_COLLECTIONS),
    heap_words: m.int(stat, HEAP_WORDS),
    top_heap_words: m.int(stat, TOP_HEAP_WORDS),
  };
  m.writeError(Object.entries(lines).map(([name, n]) => `${name}: ${n.toFixed(0)}\n`).join(""));
}
