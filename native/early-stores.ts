/**
 * What is stored before a loop: values that do not change in it and that a call in every round must find in its frame. They
 * stay in their slots, so the loop does not store them again and again.
 */
import { dominates, exitsOf, isBackward } from "./dominators.ts";
import type { Frame, Framed } from "./frames.ts";
import type { Node, SsaFunction } from "./ir.ts";
import type { Liveness } from "./liveness.ts";
import { type Loop, naturalLoops } from "./loops.ts";
import type { Region } from "./regions.ts";

/** By header of a loop of the region: what to store when it is entered. `frames`: as they are without this. */
export function earlyStores(
  { graph, blocks }: SsaFunction,
  live: Liveness,
  framed: ReadonlyMap<Node, Framed>,
  frames: ReadonlyMap<Node, Frame>,
  { tree }: Region,
): ReadonlyMap<number, ReadonlySet<Node>> {
  const early = new Map<number, Set<Node>>();
  const loops = naturalLoops(graph, tree);
  if (loops.length === 0) return early;
  const innermost = new Map<number, Loop>();
  for (const loop of loops) for (const block of loop.body) innermost.set(block, loop);
  const inEachRound = ({ header, body }: Loop, block: number): boolean =>
    [...body].every((from) => !exitsOf(graph, from).includes(header) || !isBackward(tree, from, header) || dominates(tree, block, from));
  const around = ({ header }: Loop): Loop | undefined =>
    loops.findLast(({ header: outer, body }) => outer !== header && body.has(header));

  for (const block of tree.order) {
    for (const node of blocks[block]!.nodes) {
      const stores = framed.get(node)?.framing === "always" ? frames.get(node)!.stores : [];
      if (stores.length === 0) continue;
      let from = block;
      for (let loop = innermost.get(block); loop && inEachRound(loop, from); loop = around(loop)) {
        from = loop.header;
        for (const value of stores) {
          if (!live.atStart[from]!.has(value)) continue;
          const values = early.get(from);
          if (values) values.add(value);
          else early.set(from, new Set([value]));
        }
      }
    }
  }
  return early;
}
