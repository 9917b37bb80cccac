/**
 * Inlining of small known functions (as Closure does, middle_end/closure). What is inlined has no frame of its own, so it must
 * not need one: it calls nothing but in tail position, where its frame is gone anyway, and what it would raise is left to a real
 * call of the function, which starts again and raises with the right backtrace. Nothing may have been changed before that.
 */
import type { Approximations } from "./approximations.ts";
import type { BasicBlock } from "./cfg.ts";
import { dominators, isBackward } from "./dominators.ts";
import { Editing } from "./editing.ts";
import { type Block, type Exit, type FrameState, Node, OPERATIONS, type SsaFunction } from "./ir.ts";
import { isConstant } from "./liveness.ts";
import { dropUnused, frameStates, isPhi, mapExit, mapNode, mapState, phisOf } from "./phis.ts";

/** Nodes of a function that is inlined, at most; and of one that grows by inlining. */
const MAX_NODES = 24;
const MAX_BLOCKS = 8;
const MAX_GROWTH = 2000;

/** What becomes of a block of an inlined function. */
type Fate = "inlined" | "called";

/** A function that can be inlined. */
interface Body {
  readonly fn: SsaFunction;
  readonly fates: readonly Fate[];
}

/** Whether the call of a node can be left to a call of the function, when its condition does not hold. */
const raisesOnly = (node: Node): boolean => node.operation === "guard";

function canBeInlined(node: Node): boolean {
  const { effect, raises } = OPERATIONS[node.operation];
  if (node.operation === "divide") return isConstant(node.inputs[1]!) && node.inputs[1]!.immediates[0] !== 0;
  return node.operation === "caught" ? false : effect !== "call" && !raises;
}

const nodeCount = ({ blocks }: SsaFunction): number =>
  blocks.reduce((sum, { nodes }) => sum + nodes.filter((node) => !isConstant(node) && !isPhi(node)).length, 0);

/** How a function can be inlined; undefined: not at all. */
function bodyOf(fn: SsaFunction): Body | undefined {
  const { blocks, graph } = fn;
  if (blocks.length > MAX_BLOCKS || fn.handlers.size > 0 || nodeCount(fn) > MAX_NODES) return undefined;
  const tree = dominators(graph);
  if (graph.blocks.some(({ index, successors }) => successors.some((to) => isBackward(tree, index, to)))) return undefined;
  const fates = blocks.map(({ nodes, exit }): Fate | undefined => {
    if (exit.kind === "raise") return "called";
    if (exit.kind === "tailCall" && exit.inputs[0]!.operation === "environment") return undefined;
    return nodes.every((node) => isPhi(node) || canBeInlined(node) || raisesOnly(node)) ? "inlined" : undefined;
  });
  if (fates.includes(undefined) || fates[0] === "called") return undefined;
  // Nothing may be changed before the function is called instead.
  const writes = blocks.some(({ nodes }) => nodes.some(({ operation }) => OPERATIONS[operation].effect === "write"));
  const starts = fates.includes("called") || blocks.some(({ nodes }) => nodes.some(raisesOnly));
  if (writes && starts && !writesLast(fn)) return undefined;
  return { fn, fates: fates as Fate[] };
}

/** Whether a function of one block changes things only after all that can raise. */
function writesLast({ blocks }: SsaFunction): boolean {
  if (blocks.length > 1) return false;
  const { nodes } = blocks[0]!;
  const write = nodes.findIndex(({ operation }) => OPERATIONS[operation].effect === "write");
  return !nodes.slice(write).some(raisesOnly);
}

/** Inlines into functions, those first that they call. */
export class Inliner {
  private readonly approximations: Approximations;
  private readonly functions: ReadonlyMap<number, SsaFunction>;
  private readonly bodies = new Map<number, Body | undefined>();
  private readonly done = new Set<SsaFunction>();
  /** Those that are being changed: they cannot be copied. */
  private readonly active = new Set<SsaFunction>();

  /** `functions`: those that will have native code, by entry. */
  constructor(functions: ReadonlyMap<number, SsaFunction>, approximations: Approximations) {
    this.functions = functions;
    this.approximations = approximations;
  }

  /** Inline what is worth it into a function. */
  inline(fn: SsaFunction): void {
    if (this.done.has(fn)) return;
    this.done.add(fn);
    this.active.add(fn);
    const target = new Target(fn);
    let growth = 0;
    for (let index = 0; index < target.blocks.length; index++) {
      const { nodes } = target.blocks[index]!;
      for (let i = 0; i < nodes.length; i++) {
        const node = nodes[i]!;
        if (node.operation !== "apply" || growth > MAX_GROWTH) continue;
        node.inputs = node.inputs.map(target.resolve);
        const partial = this.partialApplication(fn, node.inputs);
        if (partial) {
          nodes[i] = partial;
          target.replaced.set(node, partial);
          growth++;
          continue;
        }
        const body = this.bodyFor(fn, node);
        if (!body) continue;
        growth += nodeCount(body.fn);
        if (new Splice(target, index, i, body).run()) break; // the rest is in another block
        i--;
      }
    }
    for (const block of target.blocks) {
      if (block.exit.kind !== "tailCall") continue;
      const partial = this.partialApplication(fn, block.exit.inputs.map(target.resolve));
      if (!partial) continue;
      block.nodes.push(partial);
      block.exit = { kind: "return", value: partial };
    }
    if (target.replaced.size > 0) target.finish();
    this.active.delete(fn);
  }

  private callee(caller: SsaFunction, f: Node): SsaFunction | undefined {
    const callee = this.approximations.of(caller, f);
    return callee?.kind === "closure" ? this.functions.get(callee.entry) : undefined;
  }

  /** What applies a known function to fewer arguments than it wants. */
  private partialApplication(caller: SsaFunction, inputs: readonly Node[]): Node | undefined {
    const callee = this.callee(caller, inputs[0]!);
    const rest = callee ? callee.arity - (inputs.length - 1) : 0;
    return rest > 0 ? new Node(caller.nextId++, "partialApplication", [...inputs], [rest]) : undefined;
  }

  private bodyFor(caller: SsaFunction, { inputs }: Node): Body | undefined {
    const fn = this.callee(caller, inputs[0]!);
    if (!fn || this.active.has(fn) || Math.max(fn.arity, 1) !== inputs.length - 1) return undefined;
    if (!this.bodies.has(fn.entry)) {
      this.inline(fn);
      this.bodies.set(fn.entry, bodyOf(fn));
    }
    return this.bodies.get(fn.entry);
  }
}

/** A function while others are inlined into it. */
class Target extends Editing {
  /** Calls that have been replaced, and their results. */
  readonly replaced = new Map<Node, Node>();

  readonly resolve = (node: Node): Node => {
    let n = node;
    for (let r = this.replaced.get(n); r; r = this.replaced.get(n)) n = r;
    return n;
  };

  override finish(): void {
    const { blocks, resolve } = this;
    super.finish();
    const states = new Set<FrameState>();
    for (const block of blocks) {
      for (const node of block.nodes) mapNode(node, resolve);
      block.exit = mapExit(block.exit, resolve);
      for (const state of frameStates(block)) states.add(state);
    }
    for (const state of states) mapState(state, resolve);
    dropUnused(blocks);
  }
}

/** One call that is replaced by the body of the function. */
class Splice {
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
    const { fn: callee, fates } = this.body;
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
    // In an order in which values are made before they are used.
    for (const i of dominators(callee.graph).order) {
      const original = callee.blocks[i]!;
      const nodes: Node[] = phis.filter(({ block }) => block === i).map(({ copy }) => copy);
      let exit: Exit = { kind: "jump" };
      let successors = [rest];
      const result = (value: Node): void => void results.push({ from: place(i), value });
      if (fates[i] === "called") result(this.addCall(nodes, this.call.inputs));
      else {
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
