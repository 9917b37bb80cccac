/** Liveness of SSA values, and what each call and allocation finds live. */
import type { Node, Operation, SsaFunction } from "./ir.ts";
import { OPERATIONS } from "./ir.ts";
import { reversePostorder } from "./dominators.ts";
import { allInputs, edgeInputs, exitInputs, handlerInputs, isPhi, stateNodes } from "./phis.ts";

/** Nodes that are made where they are used, and need no place. */
export function isConstant({ operation }: Node): boolean {
  return operation === "integer" || operation === "atom" || operation === "float" || operation === "int64";
}

/** Whether the node is an OCaml word, not a condition or a double. */
export function isWord({ operation }: Node): boolean {
  return OPERATIONS[operation].sort === "word";
}

/** Whether the node is a double that is not boxed. */
export function isFloat({ operation }: Node): boolean {
  return OPERATIONS[operation].sort === "float";
}

/** Operations whose results are OCaml integers. */
const INTEGERS: ReadonlySet<Operation> = new Set([
  ...(["integer", "arithmetic", "negate", "not", "offset", "divide", "boolean", "tag"] as const),
  ...(["vectLength", "stringLength", "byte", "integerElement"] as const),
]);

/** Whether a collection may move what the node stands for. */
export function canMove(node: Node): boolean {
  return isWord(node) && !INTEGERS.has(node.operation);
}

/** Whether others may run, or a collection, while the node is computed. */
export function interrupts({ operation }: Node): boolean {
  const { effect } = OPERATIONS[operation];
  return effect === "allocate" || effect === "call";
}

/** Add the values that a use of a node reads: conditions are computed where they are used. */
export function addUsed(values: Set<Node>, node: Node): void {
  if (OPERATIONS[node.operation].sort === "condition") node.inputs.forEach((input) => addUsed(values, input));
  else if (!isConstant(node)) values.add(node);
}

/** Let the set of each block be what `walk` gives, until none grows any more. They only grow. */
export function growSets(order: readonly number[], sets: ReadonlySet<Node>[], walk: (block: number) => ReadonlySet<Node>): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order) {
      const grown = walk(block);
      if (grown.size === sets[block]!.size) continue;
      sets[block] = grown;
      changed = true;
    }
  }
}

export interface Liveness {
  /** For each node that interrupts: the values that are used after it, its own not among them. */
  readonly after: ReadonlyMap<Node, ReadonlySet<Node>>;
  /** Values that a block finds, by block. */
  readonly atStart: readonly ReadonlySet<Node>[];
  /** Largest number of values that are live at a time. */
  readonly most: number;
}

export function liveness(fn: SsaFunction): Liveness {
  const { graph, blocks } = fn;
  const liveIn: ReadonlySet<Node>[] = blocks.map(() => new Set());
  const after = new Map<Node, ReadonlySet<Node>>();
  let most = 0;

  const walk = (index: number, note: boolean): Set<Node> => {
    const { nodes, exit } = blocks[index]!;
    const live = new Set<Node>();
    const use = (node: Node): void => addUsed(live, node);
    const enterHandler = (block: number, input: number): void => {
      liveIn[block]!.forEach(use);
      handlerInputs(blocks[block]!, input).forEach(use);
    };
    for (const next of graph.blocks[index]!.successors) {
      liveIn[next]!.forEach(use);
      if (!fn.handlers.has(next)) edgeInputs(fn, index, next).forEach(use);
    }
    exitInputs(exit).forEach(use);
    if (exit.kind === "raise" && exit.handler) enterHandler(exit.handler.block, exit.handler.input);
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i]!;
      live.delete(node);
      if (isPhi(node)) continue;
      if (node.handler) enterHandler(node.handler.block, node.handler.input);
      if (note && interrupts(node)) after.set(node, new Set(live));
      most = Math.max(most, live.size);
      // Conditions are computed where they are used.
      if (OPERATIONS[node.operation].sort === "condition") continue;
      allInputs(node).forEach(use);
      if (node.state) stateNodes(node.state).forEach(use);
      if (node.handler) stateNodes(node.handler.state).forEach(use);
    }
    return live;
  };

  // What follows a block comes before it, but for loops.
  growSets(reversePostorder(graph).reverse(), liveIn, (index) => walk(index, false));
  blocks.forEach((_, index) => walk(index, true));
  return { after, atStart: liveIn, most };
}
