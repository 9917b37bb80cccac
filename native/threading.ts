/**
 * Jump threading: where a block does nothing but test a value that the ways to it bring, and the way tells the result, control goes
 * on at once to where the test leads (Mueller and Whalley: Avoiding Conditional Branches by Code Replication, PLDI 1995). OCaml's
 * bytecode makes a bool of `a && b` and then tests it; so do inlined functions that return one.
 */
import type { CompareOp } from "../bytecode/instructions/semantics.ts";
import { dominators, isBackward } from "./dominators.ts";
import { Editing } from "./editing.ts";
import { compareIntegers, opposite } from "./folding.ts";
import { type Exit, Node, OPERATIONS, type SsaFunction } from "./ir.ts";
import { allInputs, exitInputs, frameStates, isPhi, phisOf, simplifyPhis, stateNodes } from "./phis.ts";
import { dropUnreachable } from "./pruning.ts";

/** What a block tests: whether a phi of it is false, or how it compares with an integer. */
interface Test {
  readonly phi: Node;
  /** Whether the first successor is next for an integer. */
  readonly holdsFor: (n: number) => boolean;
}

function testOf(condition: Node, block: readonly Node[]): Test | undefined {
  const [x, y] = condition.inputs;
  const isHere = (node: Node | undefined): node is Node => node?.operation === "phi" && block.includes(node);
  switch (condition.operation) {
    case "negation": {
      const test = testOf(x!, block);
      return test && { phi: test.phi, holdsFor: (n) => !test.holdsFor(n) };
    }
    case "isFalse":
      return isHere(x) ? { phi: x, holdsFor: (n) => n === 0 } : undefined;
    case "compare": {
      const op = condition.immediates[0] as CompareOp;
      if (isHere(x) && y!.operation === "integer") return { phi: x, holdsFor: (n) => compareIntegers(op, n, y!.immediates[0] as number) };
      if (isHere(y) && x!.operation === "integer") return { phi: y, holdsFor: (n) => compareIntegers(op, x!.immediates[0] as number, n) };
      return undefined;
    }
    default:
      return undefined;
  }
}

class Threading extends Editing {
  /** Nodes that something else than conditions uses, or another block than their own; phis of a block's successors apart. */
  private readonly elsewhere = new Set<Node>();
  private changed = false;

  run(): boolean {
    this.noteUses();
    const tree = dominators(this.fn.graph);
    this.blocks.forEach(({ exit }, block) => {
      const isHeader = this.predecessors[block]!.some((from) => isBackward(tree, from, block));
      if (exit.kind === "if" && !isHeader && !this.fn.handlers.has(block) && this.testsOnly(block)) this.thread(block, exit.condition);
    });
    if (this.changed) this.finish();
    return this.changed;
  }

  private noteUses(): void {
    const blockOf = new Map<Node, number>();
    this.blocks.forEach(({ nodes }, block) => nodes.forEach((node) => blockOf.set(node, block)));
    this.blocks.forEach((block, index) => {
      const use = (node: Node): void => void (blockOf.get(node) !== index && this.elsewhere.add(node));
      for (const node of block.nodes) {
        const from = this.fn.handlers.has(index) ? [] : this.predecessors[index]!;
        if (isPhi(node)) node.inputs.forEach((input, i) => from[i] !== blockOf.get(input) && this.elsewhere.add(input));
        else allInputs(node).forEach(use);
      }
      exitInputs(block.exit).forEach(use);
      for (const state of frameStates(block)) stateNodes(state).forEach((node) => this.elsewhere.add(node));
    });
  }

  /** Whether a block computes nothing that anything but its own exit needs. */
  private testsOnly(block: number): boolean {
    return this.blocks[block]!.nodes.every((node) => {
      const { effect, raises } = OPERATIONS[node.operation];
      return effect === "none" && !raises && !node.fast && node.operation !== "caught" && !this.elsewhere.has(node);
    });
  }

  private thread(block: number, condition: Node): void {
    const { nodes } = this.blocks[block]!;
    const test = testOf(condition, nodes);
    const { successors } = this.descriptions[block]!;
    if (!test || successors[0] === successors[1] || successors.includes(block)) return;
    // What it computes from its phis cannot go with them into those of its successors.
    const computed = nodes.filter((node) => !isPhi(node));
    if (successors.some((to) => this.inputsFrom(block, to).some((input) => computed.includes(input)))) return;
    for (const from of [...this.predecessors[block]!]) this.threadFrom(from, block, test);
  }

  private inputsFrom(from: number, to: number): Node[] {
    const i = this.predecessors[to]!.indexOf(from);
    return phisOf(this.blocks[to]!).map((phi) => phi.inputs[i]!);
  }

  private threadFrom(from: number, block: number, { phi, holdsFor }: Test): void {
    const { exit } = this.blocks[from]!;
    const { successors } = this.descriptions[from]!;
    const targets = this.descriptions[block]!.successors;
    const value = phi.inputs[this.predecessors[block]!.indexOf(from)]!;
    if (successors.filter((to) => to === block).length > 1 || this.fn.handlers.has(from)) return;
    const known = knownOn(exit, successors.indexOf(block), value);
    if (known !== undefined) return this.retarget(from, block, exit, [targets[holdsFor(known) ? 0 : 1]!]);
    if (value.operation !== "boolean" || exit.kind !== "jump") return;
    const [whenTrue, whenFalse] = [holdsFor(1), holdsFor(0)];
    if (whenTrue === whenFalse) return this.retarget(from, block, exit, [targets[whenTrue ? 0 : 1]!]);
    const condition = whenTrue ? value.inputs[0]! : opposite(this.fn, value.inputs[0]!);
    if (condition !== value.inputs[0]) this.blocks[from]!.nodes.push(condition);
    this.retarget(from, block, { kind: "if", condition }, targets);
  }

  /** Let a block go to others instead of `block`, which leads there. */
  private retarget(from: number, block: number, exit: Exit, targets: readonly number[]): void {
    const description = this.descriptions[from]!;
    // A phi has one value for each block that it is reached from.
    if (targets.some((to) => this.predecessors[to]!.includes(from) && phisOf(this.blocks[to]!).length > 0)) return;
    const i = this.predecessors[block]!.indexOf(from);
    const phis = phisOf(this.blocks[block]!);
    const brought = (input: Node): Node => (phis.includes(input) ? input.inputs[i]! : input);
    for (const to of targets) {
      const values = this.inputsFrom(block, to).map(brought);
      if (this.predecessors[to]!.includes(from)) continue;
      this.predecessors[to]!.push(from);
      phisOf(this.blocks[to]!).forEach((phi, p) => phi.inputs.push(values[p]!));
    }
    this.dropPredecessor(block, from);
    this.blocks[from]!.exit = exit;
    this.descriptions[from] = {
      ...description,
      successors: targets.length > 1 ? targets : description.successors.map((to) => (to === block ? targets[0]! : to)),
    };
    this.changed = true;
  }
}

/** The integer that a value is known to be where a block is left that way. */
function knownOn(exit: Exit, way: number, value: Node): number | undefined {
  if (value.operation === "integer") return value.immediates[0] as number;
  if (value.operation !== "boolean" || exit.kind !== "if") return undefined;
  const [condition] = value.inputs;
  if (exit.condition === condition) return way === 0 ? 1 : 0;
  const negates = (x: Node, y: Node): boolean => x.operation === "negation" && x.inputs[0] === y;
  return negates(exit.condition, condition!) || negates(condition!, exit.condition) ? way : undefined;
}

/** Let control go on at once where the way to a test tells its result. */
export function threadJumps(fn: SsaFunction): void {
  while (new Threading(fn).run()) {
    dropUnreachable(fn);
    simplifyPhis(fn.blocks);
  }
}
