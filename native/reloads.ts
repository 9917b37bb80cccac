/**
 * What is read again after a call: a collection may have moved it, and it is in the frame. A value that is not used before the next
 * call, which finds it in the frame, is not read; so values that live across many calls cost nothing at each.
 */
import { type HandlerEdge, type Node, OPERATIONS, type SsaFunction } from "./ir.ts";
import type { Frame, Framed, FramePlan } from "./frames.ts";
import { addUsed, growSets, type Liveness } from "./liveness.ts";
import { allInputs, edgeInputs, exitInputs, handlerInputs, isPhi } from "./phis.ts";
import type { Region } from "./regions.ts";

/** For each node of a region with a frame: the values that must be in their locals after it (a backward analysis). */
export function planReloads(
  fn: SsaFunction,
  live: Liveness,
  framed: ReadonlyMap<Node, Framed>,
  { frames, storedBefore }: FramePlan,
  { tree }: Region,
): ReadonlyMap<Node, ReadonlySet<Node>> {
  const { graph, blocks } = fn;
  const reloads = new Map<Node, ReadonlySet<Node>>();
  /** By block: what must be in its local where it starts. */
  const atStart: ReadonlySet<Node>[] = blocks.map((_, block) => (tree.position[block] === -1 ? live.atStart[block]! : new Set()));

  const through = (block: number, note: boolean): Set<Node> => {
    let needed = new Set<Node>();
    const use = (node: Node): void => addUsed(needed, node);
    /** What an exception in this block needs, but for what is read from the frame then. */
    const catches = (handler: HandlerEdge | undefined, frame?: Frame): void => {
      if (!handler) return;
      for (const node of [...atStart[handler.block]!, ...handlerInputs(blocks[handler.block]!, handler.input)]) {
        if (!frame?.places.has(node)) use(node);
      }
    };
    const { nodes, exit } = blocks[block]!;
    for (const next of graph.blocks[block]!.successors) {
      atStart[next]!.forEach(use);
      edgeInputs(fn, block, next).forEach(use);
    }
    exitInputs(exit).forEach(use);
    if (exit.kind === "raise") catches(exit.handler);
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i]!;
      needed.delete(node);
      if (isPhi(node)) continue;
      const frame = frames.get(node);
      if (frame && note) reloads.set(node, new Set(needed));
      if (frame && framed.get(node)!.framing === "always") needed = new Set([...needed].filter((value) => !frame.places.has(value)));
      catches(node.handler, frame);
      frame?.stores.forEach(use);
      if (OPERATIONS[node.operation].sort !== "condition") allInputs(node).forEach(use);
    }
    storedBefore.get(block)?.forEach(use);
    return needed;
  };

  const order = [...tree.order].reverse();
  growSets(order, atStart, (block) => through(block, false));
  for (const block of order) through(block, true);
  return reloads;
}
