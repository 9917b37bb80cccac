/** Places superinstructions in code. */
import type { PrimitiveTable } from "../../runtime/table.ts";
import { instructionLength } from "../instructions/decode.ts";
import { instructions } from "../instructions/table.ts";
import { type Part, superinstructions } from "./superinstructions.ts";

/** A tree of sequences: which superinstruction ends here, and how longer ones go on. */
interface Node {
  /** Opcode of the sequence up to here, if it is one. */
  code: number | undefined;
  /** By opcode of the next instruction. */
  readonly edges: (Edge[] | undefined)[];
}

interface Edge {
  /** Words of the instruction. */
  readonly words: number;
  /** Operands that must have a value: index, value, index, value… */
  readonly fixed: readonly number[];
  readonly node: Node;
}

const newNode = (): Node => ({ code: undefined, edges: new Array<Edge[] | undefined>(instructions.length) });

/** Operands with a fixed value; undefined: the part calls a primitive that does not exist here. */
function fixedOperands(part: Part, primitives: PrimitiveTable): number[] | undefined {
  const pairs = part.fixed.flatMap((value, i) => (value === undefined ? [] : [i, value]));
  if (part.primitive === undefined) return pairs;
  const index = primitives.find(part.primitive)?.index;
  return index === undefined ? undefined : [...pairs, part.instruction.operands.indexOf("primitive"), index];
}

function addSequence(root: Node, parts: readonly Part[], code: number, primitives: PrimitiveTable): void {
  let node = root;
  for (const part of parts) {
    const fixed = fixedOperands(part, primitives);
    if (!fixed) return;
    const edges = (node.edges[part.instruction.code] ??= []);
    let edge = edges.find((e) => e.fixed.length === fixed.length && e.fixed.every((x, i) => x === fixed[i]));
    if (!edge) {
      edge = { words: 1 + part.instruction.operands.length, fixed, node: newNode() };
      edges.push(edge);
    }
    node = edge.node;
  }
  node.code = code;
}

/** Finds superinstructions in code whose primitives are numbered by a table. */
export class Fuser {
  private readonly root = newNode();
  /** The longest sequence found at the current place: its opcode and its words. */
  private best = 0;
  private bestWords = 0;

  constructor(primitives: PrimitiveTable) {
    for (const { parts, code } of superinstructions()) addSequence(this.root, parts, code, primitives);
  }

  /**
   * Write superinstructions' opcodes over the first opcode of each sequence in `code`, which is `original` as the VM has it. Words
   * after the first stay as they are, so any instruction can still be jumped to.
   */
  fuse(code: Int32Array, original: Int32Array): void {
    for (let i = 0; i < original.length; i += instructionLength(original, i)) {
      this.bestWords = 0;
      this.search(this.root, code, original, i, i);
      if (this.bestWords > 0) code[i] = this.best;
    }
  }

  private search(node: Node, code: Int32Array, original: Int32Array, start: number, at: number): void {
    if (node.code !== undefined && at - start > this.bestWords) {
      this.best = node.code;
      this.bestWords = at - start;
    }
    // Opcodes that have been adapted (ENSURE_STACK) differ from the original; later words have not been fused yet.
    const edges = code[at] === original[at] ? node.edges[original[at]!] : undefined;
    if (edges === undefined) return;
    for (const { fixed, words, node: next } of edges) {
      let matches = true;
      for (let k = 0; k < fixed.length && matches; k += 2) matches = code[at + 1 + fixed[k]!] === fixed[k + 1];
      if (matches) this.search(next, code, original, start, at + words);
    }
  }
}
