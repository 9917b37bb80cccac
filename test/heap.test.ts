/** The heap's checker: it complains of each kind of damage, and of nothing else. */
import t from "tap";
import { Engine } from "../bytecode/engine.ts";
import { loadCore } from "../loader/installation.ts";
import { CELL_GLOBAL_DATA, DEBUG_CHECK_HEAP, TAG_CLOSURE, TAG_STRING, WORD } from "../runtime/layout.ts";
import type { Machine } from "../runtime/machine.ts";
import { Val, type Value } from "../runtime/primitives.ts";
import { ClosedHost, closedImports } from "./support/closed-host.ts";

const core = loadCore();

/** What the checker says about a machine that has been damaged. */
class Damaged extends Error {}

function machine(): Machine {
  const heapDamaged = (m: Machine, p: number, length: number): never => {
    throw new Damaged(new TextDecoder("utf-16le").decode(m.u8.slice(p >>> 0, (p >>> 0) + 2 * length)));
  };
  const engine = new Engine({
    core,
    host: new ClosedHost(),
    primitives: [],
    imports: (m) => ({ ...closedImports, heap_damaged: (p, length) => heapDamaged(m, p!, length!) }),
    debug: DEBUG_CHECK_HEAP,
  });
  engine.machine.setWord(CELL_GLOBAL_DATA, Val.unit);
  return engine.machine;
}

/** The block v after a minor collection. */
function promoted(m: Machine, v: Value): number {
  m.pushRoot(v);
  m.core.caml_gc_minor(1n);
  return m.popRoot() as number;
}

/** A list of blocks, in the major heap. */
function structure(m: Machine): number {
  return promoted(m, m.list(3, (i) => m.tuple(0, Val.int(i))));
}

/** Ways to damage a machine with `p`, the list that `structure` has made, and what is not true any more. */
const damages: Readonly<Record<string, readonly [invariant: string, damage: (m: Machine, p: number) => void]>> = {
  "size of a young block": [
    "blocks of the minor heap follow each other",
    (m) => {
      const young = m.alloc(3, 0);
      m.setWord(young - WORD, m.word(young - WORD) as number + (100 << 10));
    },
  ],
  "size 0 of a young block": ["a header's size is possible", (m) => m.setWord(m.alloc(3, 0) - WORD, 0)],
  "young pointer stored without the barrier": [
    "a pointer into the minor heap is remembered",
    (m, p) => m.setWord(p, m.alloc(3, 0)),
  ],
  "young pointer in a root, into a block": ["a pointer leads to a block", (m) => m.pushRoot(m.alloc(3, 0) + WORD)],
  "pointer into a block": ["a pointer leads to a block", (m, p) => m.setWord(p, p + WORD)],
  "pointer to nothing": ["a pointer leads to a block", (m, p) => m.setWord(p, 0x7ffffff0)],
  "pointer beyond memory": ["a pointer is an address of linear memory", (m, p) => m.setWord(p, 2 ** 40)],
  "pointer in a root to a free slot": ["a pointer leads to a block", (m, p) => m.pushRoot(p + 8192)],
  "colour": ["a header's colour is possible", (m, p) => m.setWord(p - WORD, m.word(p - WORD) as number + (2 << 8))],
  "size of a block": ["a header's size is that of its room", (m, p) => m.setWord(p - WORD, (9 << 10) | 0)],
  "size of a block, within that of its slot": [
    "live_words is what there is",
    (m) => {
      const q = promoted(m, m.alloc(19, 0));
      m.setWord(q - WORD, m.word(q - WORD) as number - (1 << 10));
    },
  ],
  "closure without information": ["a closure says where its environment starts", (m, p) => void (m.u8[p - WORD] = TAG_CLOSURE)],
  "string without padding": ["a string ends with its padding", (m, p) => { m.u8[p - WORD] = TAG_STRING; m.u8[p + 2 * WORD - 1] = 77; }],
  "custom block without kind": ["a custom block has a kind", (m, p) => void (m.u8[p - WORD] = 255)],
  "tag of closures inside of a block": ["closures inside of a block are not blocks", (m, p) => void (m.u8[p - WORD] = 249)],
  "free slot": ["a pool's list of free slots is complete", (m, p) => m.setWord(p - WORD, 0)],
};

for (const [name, [invariant, damage]] of Object.entries(damages)) {
  t.test(`the checker finds damage: ${name}`, (t) => {
    const m = machine();
    const p = structure(m);
    m.pushRoot(p);
    m.core.caml_gc_full_major(1n); // nothing is wrong
    damage(m, p);
    t.throws(() => m.core.caml_gc_full_major(1n), new Damaged(invariant));
    t.end();
  });
}
