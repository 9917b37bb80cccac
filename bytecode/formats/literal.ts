/**
 * Structured constants of units. Since OCaml 5.3 a `Reloc_literal` holds the value itself (bytecomp/symtable.ml:
 * transl_const), not its description: chars are ints, immutable strings are strings.
 */
import { FormatError } from "./errors.ts";
import { MarshalBlock, type MarshalValue } from "./marshal.ts";

/** See MarshalValue. The literals of a file may share parts, with each other too, but hold no cycle. */
export type Literal = MarshalValue;

/**
 * The distinct nodes of a literal, each before the blocks that hold it, the literal itself last: the order in which a
 * heap is filled without recursion and with sharing kept. Ints and atoms are nodes too, but may be repeated.
 */
export function literalNodes(literal: Literal): Literal[] {
  const nodes: Literal[] = [];
  visit(literal, new Map(), (node) => nodes.push(node), "literal");
  return nodes;
}

/** Refuses cyclic literals. @throws FormatError */
export function checkLiterals(literals: Literal[], place: string): void {
  const state = new Map<MarshalBlock, Visit>();
  for (const literal of literals) visit(literal, state, () => {}, place);
}

enum Visit {
  Open,
  Done,
}

function visit(
  root: Literal,
  state: Map<object, Visit>,
  leave: (node: Literal) => void,
  place: string,
): void {
  const stack: MarshalBlock[] = [];
  const next: number[] = [];
  const enter = (node: Literal): void => {
    if (typeof node !== "object") {
      leave(node);
      return;
    }
    const seen = state.get(node);
    if (seen === Visit.Done) return;
    if (seen === Visit.Open) throw new FormatError("corrupt", place, "a constant contains itself");
    if (node instanceof MarshalBlock && node.fields.length > 0) {
      state.set(node, Visit.Open);
      stack.push(node);
      next.push(0);
    } else {
      state.set(node, Visit.Done);
      leave(node);
    }
  };
  enter(root);
  while (stack.length > 0) {
    const block = stack[stack.length - 1]!;
    const i = next[next.length - 1]!;
    next[next.length - 1] = i + 1;
    if (i < block.fields.length) {
      enter(block.fields[i]!);
    } else {
      stack.pop();
      next.pop();
      state.set(block, Visit.Done);
      leave(block);
    }
  }
}
