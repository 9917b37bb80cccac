/**
 * How a function starts that is too large to be inlined, or calls itself: where it may return soon, what leads there is
 * inlined, and the rest is left to a call (as the partial inlining of Haskell's and Swift's compilers). Of the calls of a recursive
 * function on a tree, half find a leaf.
 */
import type { BasicBlock } from "./cfg.ts";
import { dominators, isBackward } from "./dominators.ts";
import { type Block, type Node, OPERATIONS, type SsaFunction } from "./ir.ts";
import { exitInputs } from "./phis.ts";
import { type Body, type Fate, nodeCount } from "./splice.ts";

/** Nodes and blocks of it, at most. */
const MAX_NODES = 8;
const MAX_BLOCKS = 4;

/** Whether a block can be executed twice. */
function isRepeatable({ nodes, exit }: Block): boolean {
  if (exit.kind === "tailCall" || exit.kind === "switchFiber" || exit.kind === "raise") return false;
  return nodes.every((node) => {
    const { effect, raises } = OPERATIONS[node.operation];
    return !raises && (effect === "none" || effect === "read") && node.operation !== "caught";
  });
}

export interface Prefix extends Body {
  /** The parameters that decide whether it returns. */
  readonly decidedBy: ReadonlySet<number>;
}

/** Parameters that what control depends on is computed from. */
function decidingParameters(blocks: readonly Block[]): ReadonlySet<number> {
  const parameters = new Set<number>();
  const seen = new Set<Node>(blocks.flatMap(({ exit }) => (exit.kind === "return" ? [] : exitInputs(exit))));
  for (const { operation, immediates, inputs } of seen) {
    if (operation === "parameter") parameters.add(immediates[0] as number);
    inputs.forEach((input) => seen.add(input));
  }
  return parameters;
}

/** The start of a function, as far as it leads to where it returns; undefined: it does not, or not soon. */
export function prefixOf({ entry, start, arity, graph, blocks, nextId }: SsaFunction): Prefix | undefined {
  if (blocks.length === 1 || !isRepeatable(blocks[0]!)) return undefined;
  const tree = dominators(graph);
  const returning = new Set<number>();
  for (const i of [...tree.order].reverse()) {
    const { successors, handler } = graph.blocks[i]!;
    if (handler !== undefined || !isRepeatable(blocks[i]!) || graph.predecessors[i]!.some((from) => isBackward(tree, from, i))) continue;
    if (blocks[i]!.exit.kind === "return" || successors.some((to) => returning.has(to))) returning.add(i);
  }
  const kept: number[] = [];
  const isKept = new Set<number>();
  for (const i of tree.order) {
    if (!returning.has(i) || !graph.predecessors[i]!.every((from) => isKept.has(from))) continue;
    kept.push(i);
    isKept.add(i);
  }
  if (kept[0] !== 0 || kept.length > MAX_BLOCKS || nodeCount(kept.map((i) => blocks[i]!)) > MAX_NODES) return undefined;
  // All the others are one block, in which the function is called.
  const rest = kept.length;
  const place = (block: number): number => (isKept.has(block) ? kept.indexOf(block) : rest);
  const description = (block: number, index: number): BasicBlock => ({ ...graph.blocks[block]!, index, successors: graph.blocks[block]!.successors.map(place) });
  const descriptions = kept.map(description);
  if (!descriptions.some(({ successors }) => successors.includes(rest))) return undefined;
  const called: Block = { nodes: [], exit: { kind: "jump" } };
  const predecessors = [...kept, undefined].map((block, i) =>
    block === undefined
      ? descriptions.filter(({ successors }) => successors.includes(i)).map(({ index }) => index)
      : graph.predecessors[block]!.map(place),
  );
  const fn: SsaFunction = {
    entry,
    start,
    arity,
    graph: { blocks: [...descriptions, { ...graph.blocks[0]!, index: rest, successors: [] }], predecessors },
    // The function itself may be changed before this is copied.
    blocks: [...kept.map((i) => ({ nodes: [...blocks[i]!.nodes], exit: blocks[i]!.exit })), called],
    handlers: new Set(),
    nextId,
  };
  const fates: Fate[] = [...kept.map(() => "inlined" as const), "called"];
  return { fn, fates, order: dominators(fn.graph).order, decidedBy: decidingParameters(kept.map((i) => blocks[i]!)) };
}
