/** Ways that control cannot go: they are cut off, and the blocks go to which nothing leads any more. */
import { reversePostorder } from "./dominators.ts";
import { Editing } from "./editing.ts";
import type { Block, Exit, HandlerEdge, SsaFunction } from "./ir.ts";
import { phisOf } from "./phis.ts";

/** Let blocks have the successors given here, some of those they had. */
export function cutEdges(fn: SsaFunction, successors: ReadonlyMap<number, readonly number[]>): void {
  const editing = new Editing(fn);
  for (const [from, kept] of successors) {
    const description = editing.descriptions[from]!;
    for (const to of new Set(description.successors)) if (!kept.includes(to)) editing.dropPredecessor(to, from);
    editing.descriptions[from] = { ...description, successors: kept };
  }
  editing.finish();
  dropUnreachable(fn);
}

/** Drop the blocks that cannot be reached. */
export function dropUnreachable(fn: SsaFunction): void {
  const { blocks, graph } = fn;
  const reached = new Set(reversePostorder(graph));
  if (reached.size === blocks.length) return;
  const kept = blocks.map((_, i) => i).filter((i) => reached.has(i));
  const place = new Map(kept.map((block, i) => [block, i]));
  for (const block of kept) {
    if (fn.handlers.has(block)) continue; // its phis have an input for each place that raises
    const from = graph.predecessors[block]!;
    for (const phi of phisOf(blocks[block]!)) phi.inputs = phi.inputs.filter((_, i) => reached.has(from[i]!));
  }
  const edge = <E extends HandlerEdge | undefined>(handler: E): E => handler && { ...handler, block: place.get(handler.block)! };
  const moved = ({ nodes, exit }: Block): Block => {
    for (const node of nodes) node.handler = edge(node.handler);
    return { nodes, exit: exit.kind === "raise" ? ({ ...exit, handler: edge(exit.handler) } satisfies Exit) : exit };
  };
  fn.blocks = kept.map((block) => moved(blocks[block]!));
  fn.graph = {
    blocks: kept.map((block, index) => {
      const { start, end, successors, handler } = graph.blocks[block]!;
      return { index, start, end, successors: successors.map((to) => place.get(to)!), handler: handler === undefined ? undefined : place.get(handler)! };
    }),
    predecessors: kept.map((block) => graph.predecessors[block]!.filter((from) => reached.has(from)).map((from) => place.get(from)!)),
  };
  fn.handlers = new Set([...fn.handlers].filter((block) => reached.has(block)).map((block) => place.get(block)!));
  forgetRaised(fn);
}

/** What goes from dropped code to the handlers that are left is of no account. */
function forgetRaised(fn: SsaFunction): void {
  const used = new Map([...fn.handlers].map((block) => [block, new Set<number>()]));
  const note = (handler: HandlerEdge | undefined): void => void (handler && used.get(handler.block)!.add(handler.input));
  for (const { nodes, exit } of fn.blocks) {
    for (const node of nodes) note(node.handler);
    if (exit.kind === "raise") note(exit.handler);
  }
  for (const [block, inputs] of used) {
    for (const phi of phisOf(fn.blocks[block]!)) phi.inputs = phi.inputs.map((input, i) => (inputs.has(i) ? input : phi));
  }
}
