/**
 * Numbers that stay unboxed where ways join: a phi of boxed numbers becomes one of numbers when each of its inputs is at hand
 * unboxed and some input is boxed. Frame states say how to box (`boxed`), so what would be boxed for them only is not boxed.
 * (As the unboxed let-bound variables of ocamlopt, asmcomp/cmmgen.ml.)
 */
import { BOXED_DOUBLE } from "../runtime/layout.ts";
import { type DominatorTree, dominators, isDoneBefore } from "./dominators.ts";
import { Editing } from "./editing.ts";
import { type Block, type HandlerEdge, Node, type Operation, type SsaFunction } from "./ir.ts";
import { allInputs, allStates, boxKind, boxOf, dropUnused, exitInputs, isBox, isPhi, isUnbox, mapExit, mapNode, mapState, phisOf, replaceNodes, withFast } from "./phis.ts";

/** A number in a global from the start: CUSTOM_* or BOXED_DOUBLE, and its value (an int64 in decimal). */
export interface BoxedConstant {
  readonly kind: number;
  readonly value: number | string;
}
/** By number of the global. */
export type NumberGlobals = ReadonlyMap<number, BoxedConstant>;

interface Sorted {
  readonly phi: Operation;
  readonly constant: Operation;
}
const FLOAT: Sorted = { phi: "floatPhi", constant: "float" };
const INT64: Sorted = { phi: "int64Phi", constant: "int64" };

const sortOfKind = (kind: number): Sorted => (kind === BOXED_DOUBLE ? FLOAT : INT64);

class Unboxing {
  private readonly fn: SsaFunction;
  private readonly globals: NumberGlobals;
  private readonly tree: DominatorTree;
  private readonly blockOf = new Map<Node, number>();
  /** Where each boxed number is unboxed; in a fast path, undefined. */
  private readonly unboxed = new Map<Node, { block: number | undefined; node: Node }[]>();
  /** The unboxed phis, and what boxes them. */
  private readonly numbers = new Map<Node, { phi: Node; kind: number }>();

  constructor(fn: SsaFunction, globals: NumberGlobals) {
    this.fn = fn;
    this.globals = globals;
    this.tree = dominators(fn.graph);
  }

  run(): void {
    this.fold();
    this.note();
    for (const [phi, kind] of this.candidates()) this.numbers.set(phi, { phi: this.node(sortOfKind(kind).phi, []), kind });
    if (this.numbers.size > 0) this.replacePhis();
    this.unboxConstants();
    dropUnused(this.fn.blocks);
    this.sinkBoxes();
    dropUnused(this.fn.blocks);
    this.unboxStates();
    dropUnused(this.fn.blocks);
  }

  private node(operation: Operation, inputs: Node[], ...immediates: (number | string)[]): Node {
    return new Node(this.fn.nextId++, operation, inputs, immediates);
  }

  /** What has been boxed is not unboxed. */
  private fold(): void {
    const replaced = new Map<Node, Node>();
    for (const { nodes } of this.fn.blocks) {
      for (const node of nodes) {
        for (const part of withFast(node)) if (isUnbox(part) && isBox(part.inputs[0]!)) replaced.set(part, part.inputs[0]!.inputs[0]!);
      }
    }
    replaceNodes(this.fn.blocks, replaced);
  }

  private note(): void {
    this.fn.blocks.forEach(({ nodes }, block) => {
      for (const node of nodes) {
        for (const part of withFast(node)) {
          if (isPhi(part)) this.blockOf.set(part, block);
          if (!isUnbox(part)) continue;
          const others = this.unboxed.get(part.inputs[0]!) ?? [];
          this.unboxed.set(part.inputs[0]!, others);
          others.push({ block: part === node ? block : undefined, node: part });
        }
      }
    });
  }

  // ---- Which phis -----------------------------------------------------------------------------------------------------------

  /** The phis to be unboxed, with the kinds of their boxes. */
  private candidates(): Map<Node, number> {
    // Those whose numbers are asked for, and the phis that go into them; all of their inputs are at hand.
    const wanted = new Set([...this.blockOf.keys()].filter((phi) => this.unboxed.has(phi)));
    for (const phi of wanted) for (const input of phi.inputs) if (isPhi(input)) wanted.add(input);
    retain(wanted, (phi) => {
      const sources = this.sources(this.blockOf.get(phi)!);
      return phi.inputs.every((input, i) => wanted.has(input) || this.isAtHand(input, sources?.[i]));
    });
    // Without a box that it saves, a phi would only be boxed more often.
    const kinds = new Map<Node, number>();
    for (let changed = true; changed; ) {
      changed = false;
      for (const phi of wanted) {
        if (kinds.has(phi)) continue;
        const box = phi.inputs.find(isBox);
        const kind = box ? boxKind(box) : phi.inputs.map((input) => kinds.get(input)).find((k) => k !== undefined);
        if (kind === undefined) continue;
        kinds.set(phi, kind);
        changed = true;
      }
    }
    const saving = new Set(kinds.keys());
    retain(saving, (phi) => phi.inputs.every((input) => !wanted.has(input) || saving.has(input)));
    return new Map([...kinds].filter(([phi]) => saving.has(phi)));
  }

  /** Blocks that control comes from, for each input of the phis of a block; undefined: from within blocks, by exceptions. */
  private sources(block: number): readonly number[] | undefined {
    return this.fn.handlers.has(block) ? undefined : this.fn.graph.predecessors[block]!;
  }

  /** Whether the number of a word is known where control leaves block `from`. */
  private isAtHand(word: Node, from: number | undefined): boolean {
    return isBox(word) || this.constant(word) !== undefined || this.unboxedBefore(word, from) !== undefined;
  }

  private constant({ operation, immediates }: Node): BoxedConstant | undefined {
    return operation === "global" ? this.globals.get(immediates[0] as number) : undefined;
  }

  private unboxedBefore(word: Node, from: number | undefined): Node | undefined {
    if (from === undefined) return undefined;
    const known = ({ block }: { block: number | undefined }): boolean => block !== undefined && isDoneBefore(this.fn.graph, this.tree, block, from);
    return this.unboxed.get(word)?.find(known)?.node;
  }

  // ---- Replacing them ---------------------------------------------------------------------------------------------------------

  private replacePhis(): void {
    const { blocks } = this.fn;
    const replaced = new Map<Node, Node>();
    for (const [phi, { phi: number }] of this.numbers) {
      const sources = this.sources(this.blockOf.get(phi)!);
      number.inputs = phi.inputs.map((input, i) => this.number(input, sources?.[i]));
      for (const { node } of this.unboxed.get(phi) ?? []) replaced.set(node, number);
    }
    replaceNodes(blocks, replaced);
    for (const state of allStates(blocks)) mapState(state, (node) => this.boxedInState(node));
    blocks.forEach((block, index) => this.boxUses(block, index));
    for (const { nodes } of blocks) nodes.splice(0, nodes.length, ...nodes.map((node) => this.numbers.get(node)?.phi ?? node));
  }

  /** The number of a phi's input. */
  private number(input: Node, from: number | undefined): Node {
    const phi = this.numbers.get(input);
    if (phi) return phi.phi;
    if (isBox(input)) return input.inputs[0]!;
    const constant = this.constant(input);
    return constant ? this.constantNode(constant) : this.unboxedBefore(input, from)!;
  }

  private constantNode({ kind, value }: BoxedConstant): Node {
    const node = this.node(sortOfKind(kind).constant, [], value);
    this.fn.blocks[0]!.nodes.unshift(node);
    return node;
  }

  private boxedInState(node: Node): Node {
    const number = this.numbers.get(node);
    return number ? this.node("boxed", [number.phi], number.kind) : node;
  }

  /** Box the phis that are used as words, before their first use in a block. */
  private boxUses(block: Block, index: number): void {
    const boxes = new Map<Node, Node>();
    const result: Node[] = [];
    const change = (node: Node): Node => {
      const number = this.numbers.get(node);
      if (!number) return node;
      let box = boxes.get(node);
      if (!box) {
        box = boxOf(this.fn, number.phi, number.kind);
        boxes.set(node, box);
        result.push(box);
      }
      return box;
    };
    for (const node of block.nodes) {
      if (!isPhi(node)) {
        mapNode(node, change);
        if (node.handler) this.boxRaised(node.handler, change);
      }
      result.push(node);
    }
    block.exit = mapExit(block.exit, change);
    if (block.exit.kind === "raise" && block.exit.handler) this.boxRaised(block.exit.handler, change);
    block.nodes.splice(0, block.nodes.length, ...result);
    for (const to of new Set(this.fn.graph.blocks[index]!.successors)) if (!this.fn.handlers.has(to)) this.boxOnEdge(index, to);
  }

  /** Box what goes from a block into phis of another that remain words; sinkBoxes places that where there are several ways. */
  private boxOnEdge(from: number, to: number): void {
    const i = this.fn.graph.predecessors[to]!.indexOf(from);
    const boxes = new Map<Node, Node>();
    for (const phi of this.wordPhis(to)) {
      const input = phi.inputs[i]!;
      const number = this.numbers.get(input);
      if (!number) continue;
      const box = boxes.get(input) ?? boxOf(this.fn, number.phi, number.kind);
      boxes.set(input, box);
      phi.inputs[i] = box;
    }
    if (this.fn.graph.blocks[from]!.successors.length === 1) this.fn.blocks[from]!.nodes.push(...boxes.values());
  }

  private boxRaised({ block, input }: HandlerEdge, change: (node: Node) => Node): void {
    for (const phi of this.wordPhis(block)) phi.inputs[input] = change(phi.inputs[input]!);
  }

  /** Phis of a block that remain words. */
  private wordPhis(block: number): Node[] {
    return phisOf(this.fn.blocks[block]!).filter((phi) => phi.operation === "phi" && !this.numbers.has(phi));
  }

  // ---- Boxes for phis only -----------------------------------------------------------------------------------------------------

  /** What is boxed for phis of one way out of a block is boxed on that way. */
  private sinkBoxes(): void {
    const { blocks, graph, handlers } = this.fn;
    const otherwise = this.usedBy((node) => !isPhi(node));
    const editing = new Editing(this.fn);
    for (const { index, successors } of graph.blocks) {
      if (successors.length < 2) continue;
      for (const to of new Set(successors)) {
        if (handlers.has(to)) continue;
        const i = graph.predecessors[to]!.indexOf(index);
        const boxes = new Map<Node, Node>();
        for (const phi of phisOf(blocks[to]!)) {
          const box = phi.inputs[i]!;
          if (!isBox(box) || otherwise.has(box)) continue;
          const sunk = boxes.get(box) ?? boxOf(this.fn, box.inputs[0]!, boxKind(box));
          boxes.set(box, sunk);
          phi.inputs[i] = sunk;
        }
        if (boxes.size > 0) editing.split(index, to, [...boxes.values()]);
      }
    }
    editing.finish();
  }

  /** What certain nodes and the exits of blocks use. */
  private usedBy(users: (node: Node) => boolean): Set<Node> {
    const used = new Set<Node>();
    for (const { nodes, exit } of this.fn.blocks) {
      for (const node of nodes) if (users(node)) for (const input of allInputs(node)) used.add(input);
      for (const node of exitInputs(exit)) used.add(node);
    }
    return used;
  }

  // ---- Constants and states ----------------------------------------------------------------------------------------------------

  private unboxConstants(): void {
    const replaced = new Map<Node, Node>();
    for (const [word, uses] of this.unboxed) {
      const constant = this.constant(word);
      if (!constant) continue;
      const node = this.constantNode(constant);
      for (const use of uses) replaced.set(use.node, node);
    }
    replaceNodes(this.fn.blocks, replaced);
  }

  /** States box by themselves what is boxed for states only. */
  private unboxStates(): void {
    const used = this.usedBy(() => true);
    const change = (node: Node): Node =>
      isBox(node) && !used.has(node) ? this.node("boxed", [node.inputs[0]!], boxKind(node)) : node;
    for (const state of allStates(this.fn.blocks)) mapState(state, change);
  }
}

/** Remove what does not fulfil a condition that depends on the others. */
function retain(nodes: Set<Node>, condition: (node: Node) => boolean): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of nodes) {
      if (condition(node)) continue;
      nodes.delete(node);
      changed = true;
    }
  }
}

/** Unbox what can be unboxed in a function. */
export function unboxNumbers(fn: SsaFunction, globals: NumberGlobals): void {
  new Unboxing(fn, globals).run();
}
