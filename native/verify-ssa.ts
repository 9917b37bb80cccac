/** Checks a function in SSA form: to be run after each pass, in tests. */
import { type DominatorTree, dominates, dominators } from "./dominators.ts";
import { Node, OPERATIONS, type Sort, type SsaFunction } from "./ir.ts";
import { allInputs, exitInputs, isPhi, stateNodes } from "./phis.ts";

const sortOf = ({ operation }: Node): Sort => OPERATIONS[operation].sort;

/** What is wrong with a function; empty: nothing. */
export function verifySsa(fn: SsaFunction): string[] {
  const problems: string[] = [];
  const tree = dominators(fn.graph);
  const places = new Map<Node, { block: number; index: number }>();
  fn.blocks.forEach(({ nodes }, block) =>
    nodes.forEach((node, index) => {
      if (places.has(node)) problems.push(`node ${node.id} stands twice`);
      places.set(node, { block, index });
    }),
  );
  fn.blocks.forEach(({ nodes, exit }, block) => {
    const predecessors = fn.graph.predecessors[block]!;
    nodes.forEach((node, index) => {
      const name = `${node.operation} ${node.id} of block ${block}`;
      if (isPhi(node)) {
        if (node.inputs.some((input) => sortOf(input) !== sortOf(node))) problems.push(`${name} mixes sorts`);
        const handler = fn.graph.blocks.some((b) => b.handler === block);
        if (!handler && node.inputs.length !== predecessors.length) problems.push(`${name} has ${node.inputs.length} inputs`);
        node.inputs.forEach((input, i) => {
          const at = places.get(input);
          if (!at) problems.push(`${name} uses a node that is nowhere`);
          else if (!handler && !dominates(tree, at.block, predecessors[i]!)) problems.push(`${name}: input ${i} is not known there`);
        });
        return;
      }
      node.inputs.forEach((input, i) => {
        if (sortOf(input) !== (OPERATIONS[node.operation].takes[i] ?? "word")) problems.push(`${name} mixes sorts`);
      });
      for (const input of allInputs(node)) {
        if (!isKnown(tree, places, input, block, index)) problems.push(`${name} uses ${input.operation} ${input.id} before it is known`);
      }
      for (const input of [...(node.state ? stateNodes(node.state) : []), ...(node.handler ? stateNodes(node.handler.state) : [])]) {
        if (!isKnown(tree, places, input, block, index)) problems.push(`${name}: its state has ${input.operation} ${input.id} before it is known`);
      }
    });
    for (const input of exitInputs(exit)) {
      if (!isKnown(tree, places, input, block, nodes.length)) problems.push(`the exit of block ${block} uses node ${input.id} before it is known`);
      if ((sortOf(input) === "condition") !== (exit.kind === "if")) problems.push(`the exit of block ${block} mixes conditions and values`);
    }
    const { successors } = fn.graph.blocks[block]!;
    const wanted = exit.kind === "jump" ? 1 : exit.kind === "if" ? 2 : exit.kind === "switch" ? successors.length : 0;
    if (successors.length !== wanted) problems.push(`block ${block} ends with ${exit.kind} and has ${successors.length} successors`);
  });
  return problems;
}

/** Whether a node has a value where node number `index` of a block stands. */
function isKnown(
  tree: DominatorTree,
  places: ReadonlyMap<Node, { block: number; index: number }>,
  node: Node,
  block: number,
  index: number,
): boolean {
  const at = places.get(node);
  if (!at) return false;
  return at.block === block ? at.index < index : dominates(tree, at.block, block);
}
