/**
 * Boxed numbers that loops start with. A variable that a loop computes unboxed starts with a word of which only its use in the
 * loop tells what it is: before the loop is entered, it is tested that it is such a number, and unboxed (unboxing.ts); native
 * code is left if it is not, which happens where a type parameter stands for several types (GADTs).
 */
import { BOXED_DOUBLE } from "../runtime/layout.ts";
import { dominates, dominators } from "./dominators.ts";
import { Editing } from "./editing.ts";
import { type FrameState, Node, type SsaFunction } from "./ir.ts";
import { naturalLoops, type Loop } from "./loops.ts";
import { boxKind, isBox, isPhi, isUnbox, phisOf } from "./phis.ts";
import { firstPoll } from "./regions.ts";

/** The kinds of the boxes of a loop's variables that are computed unboxed in each round. */
function numberVariables(fn: SsaFunction, { header, body }: Loop, inEachRound: (block: number) => boolean): Map<Node, number> {
  const phis = phisOf(fn.blocks[header]!).filter(({ operation }) => operation === "phi");
  const unboxed = new Set<Node>();
  for (const block of body) {
    if (!inEachRound(block)) continue;
    for (const node of fn.blocks[block]!.nodes) if (isUnbox(node)) unboxed.add(node.inputs[0]!);
  }
  const kinds = new Map<Node, number>();
  const predecessors = fn.graph.predecessors[header]!;
  for (let changed = true; changed; ) {
    changed = false;
    for (const phi of phis) {
      if (kinds.has(phi) || !unboxed.has(phi)) continue;
      const next = phi.inputs.filter((input, i) => input !== phi && body.has(predecessors[i]!));
      const found = next.map((input) => (isBox(input) ? boxKind(input) : kinds.get(input)));
      if (next.length === 0 || found.some((kind) => kind === undefined || kind !== found[0])) continue;
      kinds.set(phi, found[0]!);
      changed = true;
    }
  }
  return kinds;
}

class Expectations extends Editing {
  run(): void {
    const tree = dominators(this.fn.graph);
    for (const loop of naturalLoops(this.fn.graph, tree)) {
      const { header, body } = loop;
      const poll = firstPoll(this.fn.blocks[header]!);
      if (!poll || this.fn.handlers.has(header)) continue;
      const latches = this.fn.graph.predecessors[header]!.filter((block) => body.has(block));
      const kinds = numberVariables(this.fn, loop, (block) => latches.every((latch) => dominates(tree, block, latch)));
      if (kinds.size === 0) continue;
      for (const from of this.fn.graph.predecessors[header]!) if (!body.has(from)) this.expect(from, header, poll, kinds);
    }
    this.finish();
  }

  private node(operation: Node["operation"], inputs: Node[], ...immediates: number[]): Node {
    return new Node(this.fn.nextId++, operation, inputs, immediates);
  }

  /** Test the numbers on the edge from a block to a loop's header. */
  private expect(from: number, header: number, poll: Node, kinds: ReadonlyMap<Node, number>): void {
    const edge = this.predecessors[header]!.indexOf(from);
    const words = [...kinds].map(([phi, kind]) => ({ word: phi.inputs[edge]!, kind })).filter(({ word }) => !isBox(word));
    const unknown = words.filter(({ word }) => word.operation !== "global" && word.operation !== "phi");
    if (unknown.length === 0) return;
    const onEdge = (node: Node): Node =>
      isPhi(node) && this.fn.blocks[header]!.nodes.includes(node) ? node.inputs[edge]! : node;
    const nodes: Node[] = [];
    for (const { word, kind } of unknown) {
      const test = this.node("expect", [word], kind);
      test.state = mapped(poll.state!, onEdge);
      test.handler = poll.handler && this.raiseHere(poll.handler, onEdge);
      test.at = poll.at;
      test.next = poll.next;
      nodes.push(test, kind === BOXED_DOUBLE ? this.node("unbox", [word]) : this.node("unboxInteger", [word], kind));
    }
    this.split(from, header, nodes);
  }

  /** Another place from which the handler is entered. */
  private raiseHere(handler: NonNullable<Node["handler"]>, onEdge: (node: Node) => Node): Node["handler"] {
    let input = handler.input;
    for (const phi of phisOf(this.fn.blocks[handler.block]!)) {
      input = phi.inputs.length;
      phi.inputs.push(onEdge(phi.inputs[handler.input]!));
    }
    return { block: handler.block, input, state: mapped(handler.state, onEdge) };
  }
}

function mapped(state: FrameState, change: (node: Node) => Node): FrameState {
  const { pc, stack, env, accu } = state;
  return {
    pc,
    stack: stack.map((node) => node && change(node)),
    env: env && change(env),
    accu: accu && accu !== "result" ? change(accu) : accu,
  };
}

/** Test and unbox what the loops of a function start with. */
export function expectNumbers(fn: SsaFunction): void {
  new Expectations(fn).run();
}
