/**
 * Doubles that stay unboxed where ways join: a phi of boxed floats becomes one of doubles when each of its inputs is at hand as
 * a double and some input is boxed for it only. Frame states take doubles as they are (SOURCE_DOUBLE), so what is boxed for
 * them only is not boxed. (As ocamlopt's unboxed let-bound variables, asmcomp/cmmgen.ml, which are limited to lets.)
 */
import { type DominatorTree, dominates, dominators } from "./dominators.ts";
import { type Block, type FrameState, type HandlerEdge, Node, type SsaFunction } from "./ir.ts";
import { allInputs, dropUnused, frameStates, isPhi, mapExit, mapState, phisOf, exitInputs } from "./phis.ts";

/** Doubles of globals that hold boxed floats from the start, by number. */
export type FloatGlobals = ReadonlyMap<number, number>;

class Unboxing {
  private readonly fn: SsaFunction;
  private readonly globals: FloatGlobals;
  private readonly tree: DominatorTree;
  /** Unboxings of each boxed float, with their block. */
  private readonly unboxed = new Map<Node, { block: number; node: Node }[]>();
  /** The doubles of phis. */
  private readonly doubles = new Map<Node, Node>();
  private nextId: number;

  constructor(fn: SsaFunction, globals: FloatGlobals) {
    this.fn = fn;
    this.globals = globals;
    this.tree = dominators(fn.graph);
    this.nextId = 1 + Math.max(0, ...fn.blocks.flatMap(({ nodes }) => nodes.map((node) => node.id)));
  }

  run(): void {
    const { blocks } = this.fn;
    blocks.forEach(({ nodes }, block) => {
      for (const node of nodes) {
        for (const part of [node, ...(node.fast?.nodes ?? [])]) {
          if (part.operation !== "unbox") continue;
          const [boxed] = part.inputs;
          const others = this.unboxed.get(boxed!) ?? [];
          this.unboxed.set(boxed!, others);
          // Those of a fast path are not known outside of it.
          others.push({ block: part === node ? block : -1, node: part });
        }
      }
    });
    for (const phi of this.candidates()) this.doubles.set(phi, this.node("floatPhi", []));
    if (this.doubles.size > 0) this.replacePhis();
    this.unboxStates();
    dropUnused(blocks);
  }

  private node(operation: "floatPhi" | "float" | "box", inputs: Node[], ...immediates: number[]): Node {
    return new Node(this.nextId++, operation, inputs, immediates);
  }

  // ---- Which phis -----------------------------------------------------------------------------------------------------------

  /** Blocks that control comes from, for each input of the phis of a block; -1: from within a block, by an exception. */
  private sources(block: number): readonly number[] | undefined {
    return this.fn.handlers.has(block) ? undefined : this.fn.graph.predecessors[block]!;
  }

  private candidates(): Set<Node> {
    const blockOf = new Map<Node, number>();
    this.fn.blocks.forEach((block, i) => phisOf(block).forEach((phi) => blockOf.set(phi, i)));
    // Those whose doubles are asked for, and the phis that go into them.
    const wanted = new Set<Node>([...blockOf.keys()].filter((phi) => this.unboxed.has(phi)));
    for (const phi of wanted) for (const input of phi.inputs) if (isPhi(input)) wanted.add(input);
    for (let changed = true; changed; ) {
      changed = false;
      for (const phi of wanted) {
        const sources = this.sources(blockOf.get(phi)!);
        const ready = phi.inputs.every((input, i) => wanted.has(input) || this.isAtHand(input, sources?.[i]));
        if (ready) continue;
        wanted.delete(phi);
        changed = true;
      }
    }
    // Without a box that it saves, a phi would only be boxed more often.
    const saving = new Set([...wanted].filter((phi) => phi.inputs.some(({ operation }) => operation === "box")));
    for (let changed = true; changed; ) {
      changed = false;
      for (const phi of wanted) {
        if (saving.has(phi) || !phi.inputs.some((input) => saving.has(input))) continue;
        saving.add(phi);
        changed = true;
      }
    }
    for (let changed = true; changed; ) {
      changed = false;
      for (const phi of saving) {
        if (phi.inputs.every((input) => !wanted.has(input) || saving.has(input))) continue;
        saving.delete(phi);
        changed = true;
      }
    }
    return saving;
  }

  /** Whether the double of a word is known where control leaves block `from`. */
  private isAtHand(word: Node, from: number | undefined): boolean {
    return word.operation === "box" || this.constant(word) !== undefined || this.unboxedBefore(word, from) !== undefined;
  }

  private constant({ operation, immediates }: Node): number | undefined {
    return operation === "global" ? this.globals.get(immediates[0] as number) : undefined;
  }

  private unboxedBefore(word: Node, from: number | undefined): Node | undefined {
    if (from === undefined) return undefined;
    return this.unboxed.get(word)?.find(({ block }) => block >= 0 && dominates(this.tree, block, from))?.node;
  }

  // ---- Replacing them ---------------------------------------------------------------------------------------------------------

  private replacePhis(): void {
    const { blocks } = this.fn;
    blocks.forEach((block, index) => {
      const sources = this.sources(index);
      for (const phi of phisOf(block)) {
        const double = this.doubles.get(phi);
        if (double) double.inputs = phi.inputs.map((input, i) => this.double(input, sources?.[i]));
      }
    });
    // What is unboxed from them, and states.
    const replaced = new Map<Node, Node>();
    for (const [phi, double] of this.doubles) for (const { node } of this.unboxed.get(phi) ?? []) replaced.set(node, double);
    const change = (node: Node): Node => replaced.get(node) ?? node;
    for (const block of blocks) {
      for (const node of block.nodes) {
        for (const part of [node, ...(node.fast?.nodes ?? [])]) part.inputs = part.inputs.map(change);
        if (node.fast) node.fast = { ...node.fast, value: change(node.fast.value) };
      }
      block.exit = mapExit(block.exit, change);
      for (const state of frameStates(block)) mapState(state, (node) => this.doubles.get(node) ?? node);
    }
    blocks.forEach((block, index) => this.boxUses(block, index));
    for (const block of blocks) {
      const nodes = block.nodes.map((node) => this.doubles.get(node) ?? node);
      block.nodes.splice(0, nodes.length, ...nodes);
    }
  }

  /** The double of a phi's input. */
  private double(input: Node, from: number | undefined): Node {
    const phi = this.doubles.get(input);
    if (phi) return phi;
    if (input.operation === "box") return input.inputs[0]!;
    const constant = this.constant(input);
    if (constant === undefined) return this.unboxedBefore(input, from)!;
    const node = this.node("float", [], constant);
    this.fn.blocks[0]!.nodes.unshift(node);
    return node;
  }

  /** Box the phis that are used as words, before their first use in a block. */
  private boxUses(block: Block, index: number): void {
    const { nodes } = block;
    const boxes = new Map<Node, Node>();
    const boxed = (node: Node, result: Node[]): Node => {
      const double = this.doubles.get(node);
      if (!double) return node;
      let box = boxes.get(node);
      if (!box) {
        box = this.node("box", [double]);
        boxes.set(node, box);
        result.push(box);
      }
      return box;
    };
    const result: Node[] = [];
    for (const node of nodes) {
      if (!isPhi(node)) {
        const change = (input: Node): Node => boxed(input, result);
        for (const part of [node, ...(node.fast?.nodes ?? [])]) part.inputs = part.inputs.map(change);
        if (node.fast) node.fast = { ...node.fast, value: change(node.fast.value) };
        if (node.handler) this.boxRaised(node.handler, (input) => boxed(input, result));
      }
      result.push(node);
    }
    const change = (input: Node): Node => boxed(input, result);
    if (exitInputs(block.exit).some((node) => this.doubles.has(node))) block.exit = mapExit(block.exit, change);
    if (block.exit.kind === "raise" && block.exit.handler) this.boxRaised(block.exit.handler, change);
    const { successors } = this.fn.graph.blocks[index]!;
    for (const to of new Set(successors)) {
      const i = this.fn.graph.predecessors[to]!.indexOf(index);
      if (this.fn.handlers.has(to)) continue;
      for (const phi of this.wordPhis(to)) phi.inputs[i] = change(phi.inputs[i]!);
    }
    nodes.splice(0, nodes.length, ...result);
  }

  private boxRaised({ block, input }: HandlerEdge, change: (node: Node) => Node): void {
    for (const phi of this.wordPhis(block)) phi.inputs[input] = change(phi.inputs[input]!);
  }

  /** Phis of a block that remain words. */
  private wordPhis(block: number): Node[] {
    return phisOf(this.fn.blocks[block]!).filter((phi) => phi.operation === "phi" && !this.doubles.has(phi));
  }

  // ---- States -----------------------------------------------------------------------------------------------------------------

  /** States take the doubles of what is boxed for states only. */
  private unboxStates(): void {
    const used = new Set<Node>();
    for (const { nodes, exit } of this.fn.blocks) {
      for (const node of nodes) for (const input of allInputs(node)) used.add(input);
      for (const node of exitInputs(exit)) used.add(node);
    }
    const change = (node: Node): Node => (node.operation === "box" && !used.has(node) ? node.inputs[0]! : node);
    const changed = new Set<FrameState>();
    for (const block of this.fn.blocks) {
      for (const state of frameStates(block)) {
        if (!changed.has(state)) mapState(state, change);
        changed.add(state);
      }
    }
  }
}

/** Unbox what can be unboxed in a function. */
export function unboxFloats(fn: SsaFunction, globals: FloatGlobals): void {
  new Unboxing(fn, globals).run();
}
