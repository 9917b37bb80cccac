/** A function while a pass changes its control-flow graph. */
import type { BasicBlock } from "./cfg.ts";
import type { Block, Node, SsaFunction } from "./ir.ts";
import { phisOf } from "./phis.ts";

export class Editing {
  readonly fn: SsaFunction;
  readonly blocks: Block[];
  readonly descriptions: BasicBlock[];
  readonly predecessors: number[][];

  constructor(fn: SsaFunction) {
    this.fn = fn;
    this.blocks = [...fn.blocks];
    this.descriptions = [...fn.graph.blocks];
    this.predecessors = fn.graph.predecessors.map((list) => [...list]);
  }

  /** Put a block of these nodes on the edge from a block to another. */
  split(from: number, to: number, nodes: Node[]): void {
    const index = this.blocks.length;
    const description = this.descriptions[from]!;
    this.blocks.push({ nodes, exit: { kind: "jump" } });
    this.descriptions[from] = { ...description, successors: description.successors.map((s) => (s === to ? index : s)) };
    this.descriptions.push({ ...description, index, successors: [to], handler: this.descriptions[to]!.handler });
    const list = this.predecessors[to]!;
    list[list.indexOf(from)] = index;
    this.predecessors.push([from]);
    this.addHandled(index);
  }

  /** Let the nodes from `position` on, and the exit, be in a block of their own. Its number. */
  splitBlock(from: number, position: number): number {
    const index = this.blocks.length;
    const block = this.blocks[from]!;
    const description = this.descriptions[from]!;
    this.blocks.push({ nodes: block.nodes.splice(position), exit: block.exit });
    block.exit = { kind: "jump" };
    this.descriptions[from] = { ...description, successors: [index] };
    this.descriptions.push({ ...description, index });
    for (const to of new Set(description.successors)) {
      const list = this.predecessors[to]!;
      list[list.indexOf(from)] = index;
    }
    this.predecessors.push([from]);
    this.addHandled(from);
    this.addHandled(index);
    return index;
  }

  /** Note that a block is in the handler that its description says. */
  addHandled(index: number): void {
    const { handler } = this.descriptions[index]!;
    if (handler !== undefined && !this.predecessors[handler]!.includes(index)) this.predecessors[handler]!.push(index);
  }

  /** Let exceptions go nowhere from a block, in which there are none. */
  dropHandler(index: number): void {
    const { handler, ...description } = this.descriptions[index]!;
    if (handler === undefined || description.successors.includes(handler)) return;
    this.descriptions[index] = { ...description, handler: undefined };
    const list = this.predecessors[handler]!;
    list.splice(list.indexOf(index), 1);
  }

  /** Let a block, which is no handler, not be reached from another any more: what its phis took from there goes. */
  dropPredecessor(block: number, from: number): void {
    const list = this.predecessors[block]!;
    const i = list.indexOf(from);
    list.splice(i, 1);
    for (const phi of phisOf(this.blocks[block]!)) phi.inputs = phi.inputs.filter((_, input) => input !== i);
  }

  /** Let the function be as it has been changed. */
  finish(): void {
    this.fn.blocks = this.blocks;
    this.fn.graph = { blocks: this.descriptions, predecessors: this.predecessors };
  }
}
