/** Checks of indices against lengths that nothing else needs: a length that is only compared need not be made an OCaml integer. */
import { OF_ANY } from "./invariants.ts";
import { Node, type SsaFunction } from "./ir.ts";
import { allInputs, allStates, dropUnused, exitInputs, replaceNodes, stateNodes } from "./phis.ts";

/** Whether a node compares an index with an array's length. */
const isCheck = ({ operation, immediates, inputs }: Node): boolean =>
  operation === "compare" && immediates[0] === "ult" && inputs[1]!.operation === "vectLength" && inputs[1]!.immediates[0] !== OF_ANY;

/** Let indices be compared with the headers of arrays where that is all that their lengths are for. */
export function checkBounds(fn: SsaFunction): void {
  const checks = fn.blocks.flatMap(({ nodes }) => nodes.filter(isCheck));
  if (checks.length === 0) return;
  const uses = useCounts(fn);
  const replaced = new Map<Node, Node>();
  for (const check of checks) {
    const [index, length] = check.inputs;
    if (uses.get(length!) === 1) replaced.set(check, new Node(fn.nextId++, "inBounds", [length!.inputs[0]!, index!], []));
  }
  for (const { nodes } of fn.blocks) nodes.forEach((node, i) => (nodes[i] = replaced.get(node) ?? node));
  replaceNodes(fn.blocks, replaced);
  dropUnused(fn.blocks);
}

function useCounts({ blocks }: SsaFunction): ReadonlyMap<Node, number> {
  const counts = new Map<Node, number>();
  const use = (node: Node): void => void counts.set(node, (counts.get(node) ?? 0) + 1);
  for (const { nodes, exit } of blocks) {
    for (const node of nodes) allInputs(node).forEach(use);
    exitInputs(exit).forEach(use);
  }
  for (const state of allStates(blocks)) stateNodes(state).forEach(use);
  return counts;
}
