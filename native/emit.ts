/**
 * A region of a function as structured WebAssembly, from its dominator tree (Ramsey: Beyond Relooper, ICFP 2022): the code of a block
 * holds that of the blocks that it dominates; where several ways join, the code follows a wasm block that they leave.
 */
import binaryen from "binaryen";
import type { Expr } from "../bytecode/interpreter/registers.ts";
import { nativeParameters } from "../bytecode/interpreter/native-calls.ts";
import * as words from "../bytecode/interpreter/words.ts";
import { CELL_EXN, CELL_NATIVE_LIMIT, WORD } from "../runtime/layout.ts";
import { BigarrayLowering } from "./bigarray-access.ts";
import { type DominatorTree, dominates, exitsOf, isBackward } from "./dominators.ts";
import { frameLeft, UNCHECKED_WORDS } from "./frames.ts";
import type { HandlerEdge, Node } from "./ir.ts";
import { interrupts, isConstant } from "./liveness.ts";
import { edgeInputs, handlerInputs, phisOf } from "./phis.ts";
import { continuationLabel, functionLabel } from "./piece.ts";
import { firstPoll, type Region, regionInputs, type Regions } from "./regions.ts";
import { type Spilled, planSpilling } from "./spilling.ts";
import type { CompiledUnit } from "./unit.ts";
import { typeOf } from "./values.ts";

const { i32, i64 } = binaryen;

/** A wasm function that was defined. */
export interface Emitted {
  readonly label: string;
  /** Words that its frames take at most. */
  readonly frameWords: number;
  readonly parameters: number;
  /** Locals besides them. */
  readonly locals: number;
  /** Whether frames have words that only stand for the engine's. */
  readonly padded: boolean;
}

/** What the regions of a function share. */
export interface FunctionContext extends Spilled {
  readonly regions: Regions;
  /** Number of the function. */
  readonly index: number;
  /** By call: the number of its continuation. */
  readonly continuations: ReadonlyMap<Node, number>;
}

export class RegionEmitter extends BigarrayLowering {
  private readonly context: FunctionContext;
  private readonly region: Region;
  private readonly tree: DominatorTree;
  private readonly loops = new Set<number>();
  private readonly joins = new Set<number>();
  private readonly padded: boolean;
  /** The block whose own code is emitted. */
  private block = 0;

  constructor(unit: CompiledUnit, context: FunctionContext, region: Region) {
    const { fn, live } = context;
    const spilling = planSpilling(context, region);
    super(unit, fn, live, spilling, region.after ? [region.after] : region.entry === 0 ? undefined : regionInputs(fn, live, region.entry));
    this.context = context;
    this.padded = [...spilling.frames.values()].some(({ padded }) => padded);
    this.region = region;
    this.tree = region.tree;
    this.classify();
  }

  /** Loop headers, and the blocks that need a label. Throws if a loop has two entries, which no compiler makes. */
  private classify(): void {
    const { graph, blocks, handlers } = this.fn;
    for (const from of this.tree.order) {
      const { exit } = blocks[from]!;
      const { successors } = graph.blocks[from]!;
      // Where a loop is entered inside a try, the handler may be before it.
      for (const to of exitsOf(graph, from)) {
        if (!this.isInside(to)) continue;
        if (isBackward(this.tree, from, to)) {
          if (!dominates(this.tree, to, from)) throw new Error(`a loop at word ${graph.blocks[to]!.start} has two entries`);
          this.loops.add(to);
        } else if (graph.predecessors[to]!.length > 1 || exit.kind === "switch" || handlers.has(to)) this.joins.add(to);
      }
      // Both ways of a conditional can lead to one block.
      if (exit.kind === "if" && successors[0] === successors[1]) this.joins.add(successors[0]!);
    }
    handlers.forEach((block) => this.joins.add(block));
  }

  private isInside(block: number): boolean {
    return this.tree.position[block] !== -1;
  }

  private label(block: number): string {
    return `block${block}`;
  }
  private loopLabel(block: number): string {
    return `loop${block}`;
  }

  // ---- Structure ------------------------------------------------------------------------------------------------------------

  /** The code of a block and of all that it dominates. */
  private subtree(block: number): Expr[] {
    const m = this.e.module;
    const joins = this.tree.children[block]!.filter((child) => this.joins.has(child));
    let code = this.within(block, joins);
    if (this.loops.has(block)) code = [...this.emitted(() => this.storeBefore(block)), m.loop(this.loopLabel(block), m.block(null, code))];
    return code;
  }

  /** The block's own code, in the wasm blocks that lead to the joins it dominates, the last one outermost. */
  private within(block: number, joins: readonly number[]): Expr[] {
    let code = this.own(block);
    for (const join of joins) code = [this.e.module.block(this.label(join), code), ...this.subtree(join)];
    return code;
  }

  private own(block: number): Expr[] {
    const outer = this.block;
    this.block = block;
    const code = this.emitted(() => this.emitBlock(block));
    this.block = outer;
    return code;
  }

  private emitBlock(block: number): void {
    const { nodes, exit } = this.fn.blocks[block]!;
    this.combineAllocations(nodes);
    for (const node of nodes) if (!this.lower(node)) this.lowerCall(node);
    if (nodes.at(-1)?.operation === "perform") return; // what follows is in its continuation only
    const m = this.e.module;
    const { successors } = this.fn.graph.blocks[block]!;
    switch (exit.kind) {
      case "jump":
        this.code.push(...this.branch(block, successors[0]!));
        break;
      case "if":
        this.code.push(
          this.e.if(this.condition(exit.condition), this.branch(block, successors[0]!), this.branch(block, successors[1]!)),
        );
        break;
      case "switch":
        this.switch(block, exit.value, exit.constants);
        break;
      case "return":
        this.code.push(m.return(this.value(exit.value)));
        break;
      case "tailCall":
        this.tailCall(exit.inputs);
        break;
      case "switchFiber":
        this.switchFiber(exit);
        break;
      case "raise":
        this.code.push(this.e.setCell64(CELL_EXN, this.value(exit.value)));
        if (exit.how !== "notrace") this.code.push(this.stash(exit.at, exit.how, exit.handler !== undefined));
        this.code.push(...this.raiseOn(exit.handler));
    }
  }

  /** Go from a block to one of its successors. */
  private branch(from: number, to: number): Expr[] {
    const inputs = edgeInputs(this.fn, from, to);
    if (!this.isInside(to)) return [this.enterRegion(to, inputs)];
    const code = this.assignPhis(to, inputs);
    if (isBackward(this.tree, from, to) || this.joins.has(to)) return [...code, this.jump(from, to)];
    return [...code, ...this.subtree(to)];
  }

  /** Go to a block that has a label. */
  private jump(from: number, to: number): Expr {
    return this.e.module.br(isBackward(this.tree, from, to) ? this.loopLabel(to) : this.label(to));
  }

  /** Tail call of the region at a block, whose phis have these values. */
  private enterRegion(entry: number, phis: readonly Node[]): Expr {
    const values = [...phis, ...regionInputs(this.fn, this.live, entry).slice(phis.length)];
    const operands = [...values.map((node) => this.valueOf(node)), this.e.get64(this.closureLocal), this.e.get32(this.spLocal)];
    return this.e.module.return_call(this.regionLabel(entry), operands, i64);
  }

  private regionLabel(entry: number): string {
    return functionLabel(this.context.index, entry);
  }

  protected continuationOf(node: Node): number | undefined {
    return this.context.continuations.get(node);
  }

  protected goOnAfresh(poll: Node): Expr[] {
    for (const entry of this.context.regions.loopEntries.keys()) {
      const block = this.fn.blocks[entry]!;
      if (firstPoll(block) === poll) return [this.enterRegion(entry, phisOf(block))];
    }
    return [];
  }

  /** All phis of a block at once. */
  private assignPhis(block: number, inputs: readonly Node[]): Expr[] {
    const locals = phisOf(this.fn.blocks[block]!).map((phi) => this.local(phi));
    return this.assign(locals, inputs);
  }

  /** locals := nodes, at once. */
  private assign(locals: readonly number[], nodes: readonly Node[]): Expr[] {
    const e = this.e;
    const targets = new Set(locals);
    const isTarget = (node: Node): boolean => !isConstant(node) && targets.has(this.local(node));
    const before: Expr[] = [];
    const after: Expr[] = [];
    nodes.forEach((node, i) => {
      const local = locals[i]!;
      if (!isTarget(node)) after.push(e.set(local, this.valueOf(node)));
      else if (this.local(node) !== local) {
        const type = typeOf(node);
        const copy = this.newLocal(type);
        before.push(e.set(copy, this.valueOf(node)));
        after.push(e.set(local, e.module.local.get(copy, type)));
      }
    });
    return [...before, ...after];
  }

  protected enterHandler({ block, input }: HandlerEdge): Expr[] {
    const inputs = handlerInputs(this.fn.blocks[block]!, input);
    if (!this.isInside(block)) return [this.enterRegion(block, inputs)];
    return [...this.assignPhis(block, inputs), ...this.takeException(block), this.jump(this.block, block)];
  }

  /** What a handler's block finds in CELL_EXN. */
  private takeException(block: number): Expr[] {
    const caught = this.fn.blocks[block]!.nodes.find((node) => node.operation === "caught");
    return caught ? [this.e.set(this.local(caught), this.e.cell64(CELL_EXN))] : [];
  }

  private switch(block: number, value: Node, constants: number): void {
    const e = this.e;
    const m = e.module;
    const { successors } = this.fn.graph.blocks[block]!;
    // A target takes the same values from this block for each of its cases.
    const targets = [...new Set(successors)];
    const name = (target: number): string => `${this.label(block)}to${target}`;
    const table = (from: number, to: number, index: Expr): Expr => {
      const labels = successors.slice(from, to).map(name);
      return labels.length > 0 ? m.switch(labels, labels.at(-1)!, index) : m.unreachable();
    };
    const integer = e.wrap(m.i64.shr_s(this.value(value), e.c64(1)));
    const tag = words.blockTag(e, this.value(value));
    const onBlock = (): Expr => table(constants, successors.length, tag);
    const dispatch =
      constants === 0
        ? [onBlock()]
        : constants === successors.length
          ? [table(0, constants, integer)]
          : [e.if(words.isInt(e, this.value(value)), [table(0, constants, integer)], [onBlock()])];
    let code = dispatch;
    for (const target of targets) {
      code = [m.block(name(target), code), ...this.branch(block, target)];
    }
    this.code.push(...code);
  }

  private tailCall(inputs: readonly Node[]): void {
    const [f, ...args] = inputs;
    const call = this.applyTo(f!, args, () => this.e.get32(this.spLocal), true);
    this.code.push(call);
  }

  // ---- The function -----------------------------------------------------------------------------------------------------------

  /** Define the wasm function of a continuation: of the result, a word that means nothing, and the address above the frame. */
  private emitContinuation(after: Node): Emitted {
    const { entry } = this.region;
    const { framed, slots, leastFrame, live, index } = this.context;
    const frame = frameLeft(after, framed.get(after)!, slots, leastFrame);
    const values = [...live.atStart[entry]!].filter((value) => value !== after);
    const code = [...this.restore(frame, values), ...this.subtree(entry)];
    return this.define(nativeParameters(1), code, continuationLabel(index, entry));
  }

  /** Define the wasm function of a region after the first. */
  emitRegion(): Emitted {
    const { entry, after } = this.region;
    if (after) return this.emitContinuation(after);
    const types = regionInputs(this.fn, this.live, entry).map(typeOf);
    return this.define(binaryen.createType([...types, i64, i32]), [...this.takeException(entry), ...this.subtree(entry)]);
  }

  /** Define the wasm function of the function itself. `others`: words that the frames of its other regions take. */
  emitFunction(others: number): Emitted {
    const body = this.subtree(0);
    return this.define(nativeParameters(this.parameters), [...this.checkStack(others), ...this.pollAtEntry(), ...body]);
  }

  private define(parameters: binaryen.Type, code: Expr[], label = this.regionLabel(this.region.entry)): Emitted {
    this.native.define(label, parameters, this.locals, code);
    return { label, frameWords: this.frameWords, parameters: this.parameters + 2, locals: this.locals.length, padded: this.padded };
  }

  private parameterValues(): Expr[] {
    return [
      ...Array.from({ length: this.parameters + 1 }, (_, i) => this.e.get64(i)),
      this.e.get32(this.spLocal),
    ];
  }

  /** Functions that call others need stack, the engine's too. */
  private checkStack(others: number): Expr[] {
    const e = this.e;
    const m = e.module;
    if (!this.fn.blocks.some(({ nodes }) => nodes.some(interrupts))) return [];
    const frame = Math.max(this.frameWords, others);
    const words = frame > UNCHECKED_WORDS ? frame : 0;
    const lowest = e.add32(e.get32(this.spLocal), -words * WORD);
    const grow = e.call(`grow_entry_${this.parameters}`, this.parameterValues(), i64);
    return [e.unlikely(m.i32.lt_u(lowest, e.cell32(CELL_NATIVE_LIMIT)), [m.return(grow)])];
  }

  /** Functions that end by calling others may do so for ever. */
  private pollAtEntry(): Expr[] {
    const e = this.e;
    const m = e.module;
    if (!this.fn.blocks.some(({ exit }) => exit.kind === "tailCall" || exit.kind === "switchFiber")) return [];
    const n = this.parameters;
    const argv = (): Expr => e.add32(e.get32(this.spLocal), -(n + 1) * WORD);
    const all = Array.from({ length: n + 1 }, (_, i) => i);
    const slow = [
      ...all.map((i) => e.store64(argv(), i * WORD, e.get64(i))),
      e.unlikely(m.i32.eqz(e.call("native_poll_at_entry", [e.c32(n), e.get32(this.spLocal)], i32)), [m.return(e.c64(0))]),
      ...all.map((i) => e.set(i, e.load64(argv(), i * WORD))),
    ];
    return this.useFuel(slow);
  }
}
