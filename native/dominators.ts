/** Dominators of a control-flow graph (Cooper, Harvey and Kennedy: A Simple, Fast Dominance Algorithm, 2001). */
import type { ControlFlowGraph } from "./cfg.ts";

export interface DominatorTree {
  /** Blocks in reverse postorder: those that can be reached. */
  readonly order: readonly number[];
  /** Position of each block in `order`; -1: it is not there. */
  readonly position: Int32Array;
  /** Immediate dominator of each block; the entry's is itself. */
  readonly parent: Int32Array;
  /** Blocks whose immediate dominator is a block, in reverse postorder. */
  readonly children: readonly (readonly number[])[];
}

/** Everything that control can go to from a block, by exceptions too. */
export function exitsOf(graph: ControlFlowGraph, block: number): readonly number[] {
  const { successors, handler } = graph.blocks[block]!;
  return handler === undefined ? successors : [...successors, handler];
}

const NONE: ReadonlySet<number> = new Set();

/** The blocks that are reached from `entry` without going into the `cuts`, each before those that only it leads to. */
export function reversePostorder(graph: ControlFlowGraph, entry = 0, cuts = NONE): number[] {
  const seen = new Uint8Array(graph.blocks.length);
  for (const cut of cuts) seen[cut] = 1;
  const postorder: number[] = [];
  const path: { block: number; exits: readonly number[]; next: number }[] = [];
  const visit = (block: number): void => {
    seen[block] = 1;
    path.push({ block, exits: exitsOf(graph, block), next: 0 });
  };
  visit(entry);
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const exit = top.exits[top.next++];
    if (exit === undefined) {
      postorder.push(top.block);
      path.pop();
    } else if (!seen[exit]) visit(exit);
  }
  return postorder.reverse();
}

/** Dominators of what can be reached from block `entry`, not counting what is behind the `cuts`, which are not gone into. */
export function dominators(graph: ControlFlowGraph, entry = 0, cuts = NONE): DominatorTree {
  const order = reversePostorder(graph, entry, cuts);
  const position = new Int32Array(graph.blocks.length).fill(-1);
  order.forEach((block, i) => (position[block] = i));
  const parent = new Int32Array(graph.blocks.length).fill(-1);
  parent[entry] = entry;
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order.slice(1)) {
      const known = graph.predecessors[block]!.filter((p) => parent[p] !== -1);
      const dominator = known.reduce((a, b) => commonDominator({ position, parent }, a, b));
      if (parent[block] === dominator) continue;
      parent[block] = dominator;
      changed = true;
    }
  }
  const children: number[][] = graph.blocks.map(() => []);
  for (const block of order.slice(1)) children[parent[block]!]!.push(block);
  return { order, position, parent, children };
}

/** The last block that every way to `a` and every way to `b` goes through. */
export function commonDominator({ position, parent }: Pick<DominatorTree, "position" | "parent">, a: number, b: number): number {
  while (a !== b) {
    while (position[a]! > position[b]!) a = parent[a]!;
    while (position[b]! > position[a]!) b = parent[b]!;
  }
  return a;
}

/** Whether an edge leads backwards, in a loop. */
export function isBackward({ position }: DominatorTree, from: number, to: number): boolean {
  return position[to]! <= position[from]!;
}

/** Whether every loop is entered through one block only, which dominates it. */
export function isReducible(graph: ControlFlowGraph, tree: DominatorTree): boolean {
  return tree.order.every((from) =>
    exitsOf(graph, from).every((to) => tree.position[to] === -1 || !isBackward(tree, from, to) || dominates(tree, to, from)),
  );
}

/** Whether every way to `b` goes through `a`. */
export function dominates(tree: DominatorTree, a: number, b: number): boolean {
  let block = b;
  while (tree.position[block]! > tree.position[a]!) block = tree.parent[block]!;
  return block === a;
}

/**
 * Whether all of block `a` has been executed wherever block `b` is entered. An exception may leave a block half-way, so being
 * dominated by a block of a `try` is not enough, unless in the same `try`.
 */
export function isDoneBefore({ blocks }: ControlFlowGraph, tree: DominatorTree, a: number, b: number): boolean {
  const { handler } = blocks[a]!;
  return dominates(tree, a, b) && (a === b || handler === undefined || handler === blocks[b]!.handler);
}
