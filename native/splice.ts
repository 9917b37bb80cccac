/** The body of a function in the place of a call (inlining.ts says of which). */
import type { BasicBlock } from "./cfg.ts";
import { Editing } from "./editing.ts";
import { type Block, type Exit, Node, type SsaFunction } from "./ir.ts";
import { isConstant } from "./liveness.ts";
import { dropUnused, isPhi, mapExit, phisOf, replaceNodes, replacement } from "./phis.ts";

/** What becomes of a block of an inlined function. */
export type Fate = "inlined" | "called";

/** A function that can be inlined. */
export interface Body {
  readonly fn: SsaFunction;
  readonly fates: readonly Fate[];
  /** Its blocks in an order in which values are made before they are used. */
  readonly order: readonly number[];
}

/** How large blocks are that are to be copied. */
export const nodeCount = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { nodes }) => sum + nodes.filter((node) => !isConstant(node) && !isPhi(node)).length, 0);

/** Whether the call of a node can be left to a call of the function, when its condition does not hold. */
export const raisesOnly = ({ operation }: Node): boolean => operation === "guard" || operation === "checkDivisor";

/** A function while others are inlined into it. */
export class Target extends Editing {
  /** Calls that have been replaced, and their results. */
  readonly replaced = new Map<Node, Node>();
  /** Calls of functions of which what can be inlined there has been. */
  readonly remaining = new Set<Node>();

  readonly resolve = (node: Node): Node => replacement(this.replaced, node);

  override finish(): void {
    super.finish();
    replaceNodes(this.blocks, this.replaced);
    dropUnused(this.blocks);
  }
}

/** One call that is replaced by the body of the function. */
export class Splice {
  private readonly target: Target;
  private readonly index: number;
  private readonly position: number;
  private readonly call: Node;
  private readonly body: Body;
  private readonly copies = new Map<Node, Node>();

  constructor(target: Target, index: number, position: number, body: Body) {
    this.target = target;
    this.index = index;
    this.position = position;
    this.call = target.blocks[index]!.nodes[position]!;
    this.body = body;
  }

  /** Replace the call. Whether what follows it is in another block now. */
  run(): boolean {
    const straight = this.body.fn.blocks.length === 1 && this.body.fn.blocks[0]!.exit.kind !== "tailCall";
    if (straight) this.inPlace();
    else this.acrossBlocks();
    return !straight;
  }

  private node(operation: Node["operation"], inputs: Node[], immediates: readonly (number | string)[]): Node {
    return new Node(this.target.fn.nextId++, operation, inputs, immediates);
  }

  /** The copy of a node of the function, or what takes its place. */
  private copy = (node: Node): Node => this.copies.get(node) ?? this.placeholder(node);

  private placeholder(node: Node): Node {
    throw new Error(`${node.operation} ${node.id} of the function at word ${this.body.fn.entry} is used before it is made`);
  }

  /** Copies of a block's nodes. */
  private copyNodes({ nodes }: Block, into: Node[]): void {
    const [closure, ...args] = this.call.inputs;
    for (const node of nodes) {
      if (node.operation === "parameter") this.copies.set(node, args[node.immediates[0] as number]!);
      else if (node.operation === "environment") this.copies.set(node, closure!);
      else if (!isPhi(node)) {
        const copy = this.copyOf(node);
        this.copies.set(node, copy);
        into.push(copy);
      }
    }
  }

  private copyOf(node: Node): Node {
    if (raisesOnly(node)) {
      const guard = this.node("guardCall", [this.copy(node.inputs[0]!), ...this.call.inputs], []);
      return this.likeCall(guard);
    }
    const copy = this.node(node.operation, node.inputs.map(this.copy), node.immediates);
    copy.at = this.call.at;
    copy.next = this.call.next;
    return copy;
  }

  /** A call in the place of the one that is replaced: control goes on where that one would. */
  private likeCall(node: Node): Node {
    node.state = this.call.state;
    node.handler = this.call.handler;
    node.at = this.call.at;
    node.next = this.call.next;
    return node;
  }

  // ---- A function of one block ------------------------------------------------------------------------------------------------

  private inPlace(): void {
    const [block] = this.body.fn.blocks;
    const { nodes } = this.target.blocks[this.index]!;
    const copies: Node[] = [];
    this.copyNodes(block!, copies);
    nodes.splice(this.position, 1, ...copies);
    if (block!.exit.kind === "return") this.target.replaced.set(this.call, this.copy(block!.exit.value));
  }

  // ---- A function of several blocks ---------------------------------------------------------------------------------------------

  private acrossBlocks(): void {
    const { target, index } = this;
    const { fn: callee, fates, order } = this.body;
    const before = target.blocks[index]!;
    const description = target.descriptions[index]!;
    const first = target.blocks.length;
    const rest = first + callee.blocks.length;
    const place = (block: number): number => first + block;
    // The rest of the caller's block.
    const after: Block = { nodes: before.nodes.splice(this.position).slice(1), exit: before.exit };
    before.exit = { kind: "jump" };
    const results: { from: number; value: Node }[] = [];
    const blocks: Block[] = [];
    const descriptions: BasicBlock[] = [];
    const phis: { copy: Node; original: Node; block: number }[] = [];
    for (const [i] of callee.blocks.entries()) {
      for (const phi of phisOf(callee.blocks[i]!)) {
        const copy = this.node(phi.operation, [], phi.immediates);
        this.copies.set(phi, copy);
        phis.push({ copy, original: phi, block: i });
      }
    }
    for (const i of order) {
      const original = callee.blocks[i]!;
      const nodes: Node[] = phis.filter(({ block }) => block === i).map(({ copy }) => copy);
      let exit: Exit = { kind: "jump" };
      let successors = [rest];
      const result = (value: Node): void => void results.push({ from: place(i), value });
      if (fates[i] === "called") {
        const call = this.addCall(nodes, this.call.inputs);
        target.remaining.add(call);
        result(call);
      } else {
        this.copyNodes(original, nodes);
        if (original.exit.kind === "return") result(this.copy(original.exit.value));
        else if (original.exit.kind === "tailCall") result(this.addCall(nodes, original.exit.inputs.map(this.copy)));
        else {
          exit = mapExit(original.exit, this.copy);
          successors = callee.graph.blocks[i]!.successors.map(place);
        }
      }
      blocks[i] = { nodes, exit };
      descriptions[i] = { ...description, index: place(i), successors };
    }
    for (const { copy, original, block } of phis) {
      copy.inputs = callee.graph.predecessors[block]!.map((_, i) => this.copy(original.inputs[i]!));
    }
    const value = results.length === 1 ? results[0]!.value : this.node("phi", results.map((r) => r.value), []);
    if (results.length > 1) after.nodes.unshift(value);
    target.replaced.set(this.call, value);
    // The graph.
    target.blocks.push(...blocks, after);
    target.descriptions[index] = { ...description, successors: [first] };
    target.descriptions.push(...descriptions, { ...description, index: rest });
    for (const to of new Set(description.successors)) {
      const list = target.predecessors[to]!;
      list[list.indexOf(index)] = rest;
    }
    callee.graph.predecessors.forEach((list, i) => target.predecessors.push(i === 0 ? [index] : list.map(place)));
    target.predecessors.push(results.map(({ from }) => from));
    for (const { index: added } of target.descriptions.slice(first)) target.addHandled(added);
  }

  private addCall(nodes: Node[], inputs: readonly Node[]): Node {
    const call = this.likeCall(this.node("apply", [...inputs], []));
    nodes.push(call);
    return call;
  }
}
