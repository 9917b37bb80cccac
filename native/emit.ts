/**
 * A function as structured WebAssembly, from its dominator tree (Ramsey: Beyond Relooper, ICFP 2022): the code of a block
 * holds that of the blocks that it dominates; where several ways join, the code follows a wasm block that they leave.
 */
import binaryen from "binaryen";
import type { Expr } from "../bytecode/interpreter/registers.ts";
import { nativeParameters } from "../bytecode/interpreter/native-calls.ts";
import * as words from "../bytecode/interpreter/words.ts";
import { CELL_EXN, CELL_NATIVE_LIMIT, WORD } from "../runtime/layout.ts";
import { CallLowering } from "./calls.ts";
import { type DominatorTree, dominates, dominators } from "./dominators.ts";
import { UNCHECKED_WORDS } from "./frames.ts";
import type { HandlerEdge, Node, SsaFunction } from "./ir.ts";
import { interrupts, isConstant, isFloat } from "./liveness.ts";
import { edgeInputs, handlerInputs, phisOf } from "./phis.ts";
import type { CompiledUnit } from "./unit.ts";

const { f64, i32, i64 } = binaryen;

/** The function's own loop: tail calls of itself go there. */
const START = "start";

export class FunctionEmitter extends CallLowering {
  private readonly tree: DominatorTree;
  private readonly loops = new Set<number>();
  private readonly joins = new Set<number>();
  private callsItself = false;
  private readonly maxHeight: number;

  /** `maxHeight`: words of the interpreter's frame. */
  constructor(unit: CompiledUnit, fn: SsaFunction, maxHeight: number) {
    super(unit, fn);
    this.maxHeight = maxHeight;
    this.tree = dominators(fn.graph);
    this.classify();
  }

  /** Loop headers, and the blocks that need a label. Throws if a loop has two entries, which no compiler makes. */
  private classify(): void {
    const { graph, blocks, handlers } = this.fn;
    graph.blocks.forEach((block, from) => {
      const { exit } = blocks[from]!;
      for (const to of block.successors) {
        if (this.isBackward(from, to)) {
          if (!dominates(this.tree, to, from)) throw new Error(`a loop at word ${graph.blocks[to]!.start} has two entries`);
          this.loops.add(to);
        } else if (graph.predecessors[to]!.length > 1 || exit.kind === "switch" || handlers.has(to)) this.joins.add(to);
      }
      // Both ways of a conditional can lead to one block.
      if (exit.kind === "if" && block.successors[0] === block.successors[1]) this.joins.add(block.successors[0]!);
    });
    handlers.forEach((block) => this.joins.add(block));
  }

  private isBackward(from: number, to: number): boolean {
    return this.tree.position[to]! <= this.tree.position[from]!;
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
    if (this.loops.has(block)) code = [m.loop(this.loopLabel(block), m.block(null, code))];
    return code;
  }

  /** The block's own code, in the wasm blocks that lead to the joins it dominates, the last one outermost. */
  private within(block: number, joins: readonly number[]): Expr[] {
    if (joins.length === 0) return this.own(block);
    const m = this.e.module;
    const last = joins.at(-1)!;
    return [m.block(this.label(last), this.within(block, joins.slice(0, -1))), ...this.subtree(last)];
  }

  private own(block: number): Expr[] {
    return this.emitted(() => this.emitBlock(block));
  }

  private emitBlock(block: number): void {
    const { nodes, exit } = this.fn.blocks[block]!;
    for (const node of nodes) if (!this.lower(node)) this.lowerCall(node);
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
      case "raise":
        this.code.push(this.e.setCell64(CELL_EXN, this.value(exit.value)));
        if (exit.how !== "notrace") this.code.push(this.stash(exit.at, exit.how, exit.handler !== undefined));
        this.code.push(...this.raiseOn(exit.handler));
    }
  }

  /** Go from a block to one of its successors. */
  private branch(from: number, to: number): Expr[] {
    const m = this.e.module;
    const code = this.assignPhis(to, edgeInputs(this.fn, from, to));
    if (this.isBackward(from, to)) return [...code, m.br(this.loopLabel(to))];
    if (this.joins.has(to)) return [...code, m.br(this.label(to))];
    return [...code, ...this.subtree(to)];
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
      if (!isTarget(node)) after.push(e.set(local, this.copied(node)));
      else if (this.local(node) !== local) {
        const type = isFloat(node) ? f64 : i64;
        const copy = this.newLocal(type);
        before.push(e.set(copy, this.copied(node)));
        after.push(e.set(local, e.module.local.get(copy, type)));
      }
    });
    return [...before, ...after];
  }

  private copied(node: Node): Expr {
    return isFloat(node) ? this.double(node) : this.value(node);
  }

  protected enterHandler({ block, input }: HandlerEdge): Expr[] {
    const e = this.e;
    const code = this.assignPhis(block, handlerInputs(this.fn.blocks[block]!, input));
    const caught = this.fn.blocks[block]!.nodes.find((node) => node.operation === "caught");
    if (caught) code.push(e.set(this.local(caught), e.cell64(CELL_EXN)));
    return [...code, e.module.br(this.label(block))];
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
    if (f!.operation === "environment" && args.length === this.fn.arity) {
      this.callsItself = true;
      const locals = args.map((_, i) => i);
      this.code.push(...this.assign(locals, args), this.e.module.br(START));
      return;
    }
    const call = this.applyTo(f!, args, () => this.e.get32(this.spLocal), true);
    this.code.push(call);
  }

  // ---- The function -----------------------------------------------------------------------------------------------------------

  /** Define the wasm function `name`. */
  emit(name: string): void {
    const m = this.e.module;
    const body = this.subtree(0);
    const code = [...this.pollAtEntry(), ...body];
    const looped = this.callsItself ? [m.loop(START, m.block(null, code))] : code;
    m.addFunction(
      name,
      nativeParameters(this.parameters),
      i64,
      this.locals,
      m.block(null, [...this.checkStack(), ...looped, m.unreachable()]),
    );
  }

  private parameterValues(): Expr[] {
    return [
      ...Array.from({ length: this.parameters + 1 }, (_, i) => this.e.get64(i)),
      this.e.get32(this.spLocal),
    ];
  }

  /** Functions that call others need stack, the engine's too. */
  private checkStack(): Expr[] {
    const e = this.e;
    const m = e.module;
    if (!this.fn.blocks.some(({ nodes }) => nodes.some(interrupts))) return [];
    // The interpreter's frame must have room, too.
    const frame = Math.max(this.frameWords, this.maxHeight);
    const words = frame > UNCHECKED_WORDS ? frame : 0;
    const lowest = e.add32(e.get32(this.spLocal), -words * WORD);
    const leave = e.call(`leave_entry_${this.parameters}`, this.parameterValues(), i64);
    return [e.if(m.i32.lt_u(lowest, e.cell32(CELL_NATIVE_LIMIT)), [m.return(leave)])];
  }

  /** Functions that end by calling others may do so for ever. */
  private pollAtEntry(): Expr[] {
    const e = this.e;
    const m = e.module;
    if (!this.fn.blocks.some(({ exit }) => exit.kind === "tailCall")) return [];
    const n = this.parameters;
    const argv = (): Expr => e.add32(e.get32(this.spLocal), -(n + 1) * WORD);
    const all = Array.from({ length: n + 1 }, (_, i) => i);
    const slow = [
      ...all.map((i) => e.store64(argv(), i * WORD, e.get64(i))),
      e.if(m.i32.eqz(e.call("native_poll_at_entry", [e.c32(n), e.get32(this.spLocal)], i32)), [m.return(e.c64(0))]),
      ...all.map((i) => e.set(i, e.load64(argv(), i * WORD))),
    ];
    return this.useFuel(slow);
  }
}
