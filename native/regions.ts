/**
 * Which wasm functions the code of a function becomes: one, and more
 *
 * - for loops that run for long. V8 has no way from its baseline code into better code while a loop runs, but calls always go
 *   to the best code that there is. So a poll in a loop whose fuel is used up goes on by a tail call of a *loop entry*: a
 *   function of the values that are live there, which holds what can be reached from there.
 * - where the function is so large that copies of its parts are too much, or its dominator tree so deep that it cannot be
 *   gone down recursively. It is *cut* then: blocks get functions of their own, and are gone to by tail calls only.
 */
import { type DominatorTree, dominators, exitsOf, isBackward, isReducible } from "./dominators.ts";
import type { Block, Node, SsaFunction } from "./ir.ts";
import type { Liveness } from "./liveness.ts";
import { type Loop, naturalLoops, outermost } from "./loops.ts";
import { isPhi, phisOf } from "./phis.ts";

/** A part of a function that becomes a wasm function. */
export interface Region {
  readonly entry: number;
  /** What is in it: what can be reached from the entry without entering another region. */
  readonly tree: DominatorTree;
  /** The call that it goes on after, of a continuation. */
  readonly after?: Node;
}

export interface Regions {
  /** Those that the function consists of, by entry: that of block 0 first. */
  readonly parts: ReadonlyMap<number, Region>;
  /** Loop entries by entry; what they hold is also in a part. */
  readonly loopEntries: ReadonlyMap<number, Region>;
  /** By call: what is gone on with when something returns to its frame (continuations.ts); all of it is also in parts. */
  readonly continuations: ReadonlyMap<Node, Region>;
}

/** Nodes that the loop entries of a function may have together; those of larger ones are cut first. */
const MAX_COPIED_NODES = 2000;
/** Nodes of loop entries for each node of their function, at most. */
const MAX_COPIES = 4;
/** Levels of the dominator tree in one part. */
const MAX_DEPTH = 100;

/** The poll that a block starts with, if it does. */
export function firstPoll({ nodes }: Block): Node | undefined {
  const first = nodes.find((node) => !isPhi(node));
  return first?.operation === "poll" ? first : undefined;
}

/** Values that the function of a region at block `entry` takes: the block's phis, and what is live there. */
export function regionInputs(fn: SsaFunction, live: Liveness, entry: number): Node[] {
  const found = [...live.atStart[entry]!].filter(({ operation }) => operation !== "environment");
  return [...phisOf(fn.blocks[entry]!), ...found.sort((a, b) => a.id - b.id)];
}

const sizeOf = (fn: SsaFunction, { tree }: Region): number =>
  tree.order.reduce((size, block) => size + fn.blocks[block]!.nodes.length + 1, 0);

/** `following`: by call that can have a continuation, the block after it. */
export function planRegions(fn: SsaFunction, following: ReadonlyMap<Node, number> = new Map()): Regions {
  const { graph, blocks } = fn;
  const tree = dominators(graph);
  const whole: Region = { entry: 0, tree };
  const loops = naturalLoops(graph, tree);
  const polls = new Set(loops.flatMap(({ body }) => [...body].filter((block) => block !== 0 && firstPoll(blocks[block]!))));
  const size = sizeOf(fn, whole);
  const wanted = new Set(deepBlocks(tree));
  if (size * polls.size > MAX_COPIED_NODES) {
    for (const loop of outermost(loops)) if ([...loop.body].some((block) => polls.has(block))) cutAround(fn, loop, wanted);
  }
  const cuts = wanted.size === 0 ? wanted : singleEntries(fn, tree, wanted);
  const region = (entry: number): Region => ({ entry, tree: dominators(graph, entry, cuts) });
  const parts = new Map(cuts.size === 0 ? [[0, whole]] : [0, ...cuts].map((entry) => [entry, region(entry)]));
  const loopEntries = new Map<number, Region>();
  let left = Math.max(MAX_COPIED_NODES, MAX_COPIES * size);
  for (const block of polls) {
    if (cuts.has(block)) continue;
    const copy = region(block);
    left -= sizeOf(fn, copy);
    if (left < 0) break;
    if (isReducible(graph, copy.tree) && deepBlocks(copy.tree).length === 0) loopEntries.set(block, copy);
  }
  const continuations = new Map<Node, Region>();
  left = Math.max(MAX_COPIED_NODES, MAX_COPIES * size);
  for (const [after, block] of following) {
    if (tree.position[block] === -1) continue; // the handler of what does not raise
    const copy: Region = { ...region(block), after };
    left -= sizeOf(fn, copy);
    if (left < 0) break;
    if (isReducible(graph, copy.tree) && deepBlocks(copy.tree).length === 0) continuations.set(after, copy);
  }
  return { parts, loopEntries, continuations };
}

/** Blocks at every MAX_DEPTHth level of the dominator tree. */
function deepBlocks({ order, parent }: DominatorTree): number[] {
  const depth = new Map<number, number>();
  return order.filter((block, i) => {
    const level = i === 0 ? 0 : depth.get(parent[block]!)! + 1;
    depth.set(block, level);
    return level > 0 && level % MAX_DEPTH === 0;
  });
}

/** Let a loop be a part of its own, and what follows it. */
function cutAround({ graph }: SsaFunction, { header, body }: Loop, cuts: Set<number>): void {
  cuts.add(header);
  for (const block of body) for (const exit of exitsOf(graph, block)) if (!body.has(exit)) cuts.add(exit);
}

/** The cuts, and what more must be cut so that every part has one entry. */
function singleEntries({ graph }: SsaFunction, tree: DominatorTree, wanted: ReadonlySet<number>): Set<number> {
  const cuts = new Set(wanted);
  /** By block: the entry of its part. */
  const part = new Int32Array(graph.blocks.length);
  for (let before = -1; before !== cuts.size; ) {
    before = cuts.size;
    for (const block of tree.order.slice(1)) {
      const [first, ...others] = graph.predecessors[block]!.filter((p) => !isBackward(tree, p, block));
      if (others.some((p) => part[p] !== part[first!])) cuts.add(block);
      part[block] = cuts.has(block) ? block : part[first!]!;
    }
    for (const from of tree.order) {
      for (const to of exitsOf(graph, from)) if (isBackward(tree, from, to) && part[from] !== part[to]) cuts.add(to);
    }
  }
  return cuts;
}
