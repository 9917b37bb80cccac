/** Natural loops of a control-flow graph. */
import type { ControlFlowGraph } from "./cfg.ts";
import { type DominatorTree, exitsOf, isBackward } from "./dominators.ts";

export interface Loop {
  readonly header: number;
  /** Its blocks, the header among them. */
  readonly body: ReadonlySet<number>;
}

/** The loops of a graph, one for each header, in reverse postorder of the headers: outer ones before those inside. */
export function naturalLoops(graph: ControlFlowGraph, tree: DominatorTree): Loop[] {
  const latches = new Map<number, number[]>();
  for (const from of tree.order) {
    for (const to of exitsOf(graph, from)) {
      if (tree.position[to] === -1 || !isBackward(tree, from, to)) continue;
      latches.set(to, [...(latches.get(to) ?? []), from]);
    }
  }
  const headers = [...latches.keys()].sort((a, b) => tree.position[a]! - tree.position[b]!);
  return headers.map((header) => {
    const body = new Set([header]);
    const work = latches.get(header)!;
    for (let block = work.pop(); block !== undefined; block = work.pop()) {
      if (body.has(block)) continue;
      body.add(block);
      work.push(...graph.predecessors[block]!.filter((p) => tree.position[p] !== -1));
    }
    return { header, body };
  });
}

/** The loops that are in no other. */
export function outermost(loops: readonly Loop[]): Loop[] {
  const inside = new Set<number>();
  return loops.filter(({ header, body }) => {
    const outer = !inside.has(header);
    if (outer) body.forEach((block) => inside.add(block));
    return outer;
  });
}
