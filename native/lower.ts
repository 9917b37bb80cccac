/** From nodes to WebAssembly: values, blocks of the heap, allocation. Calls are in calls.ts, control flow in emit.ts. */
import binaryen from "binaryen";
import { Emit, type Expr } from "../bytecode/interpreter/registers.ts";
import * as words from "../bytecode/interpreter/words.ts";
import {
  ATOM0,
  CELL_GLOBAL_DATA,
  CELL_SP,
  CELL_YOUNG_LIMIT,
  CELL_YOUNG_PTR,
  CLOSINFO_ARITY_SHIFT,
  HEADER_WOSIZE_SHIFT,
  PLAIN_ENVIRONMENT,
  TAG_CLOSURE,
  TAG_DOUBLE,
  TAG_DOUBLE_ARRAY,
  TAG_INFIX,
  WORD,
} from "../runtime/layout.ts";
import type { ArithOp, CompareOp, FloatCompareOp, FloatOp, FloatUnaryOp } from "../bytecode/instructions/semantics.ts";
import { type Frame, frameOf } from "./frames.ts";
import { canMove, isConstant, isWord, type Liveness, liveness } from "./liveness.ts";
import type { Node, SsaFunction } from "./ir.ts";
import { GLOBALS } from "./code.ts";
import type { NativeModule } from "./module.ts";
import type { CompiledUnit } from "./unit.ts";

const { f64, i32, i64 } = binaryen;

export class NodeLowering {
  protected readonly unit: CompiledUnit;
  protected readonly native: NativeModule;
  protected readonly e: Emit;
  protected readonly fn: SsaFunction;
  protected readonly live: Liveness;
  /** Types of the locals after the parameters. */
  protected readonly locals: binaryen.Type[] = [];
  /** What is emitted now goes here. */
  protected code: Expr[] = [];
  /** Largest frame so far, in words. */
  protected frameWords = 0;
  private readonly places = new Map<Node, number>();

  constructor(unit: CompiledUnit, fn: SsaFunction) {
    this.unit = unit;
    this.native = unit.native;
    this.e = unit.native.emit;
    this.fn = fn;
    this.live = liveness(fn);
  }

  // ---- Locals -------------------------------------------------------------------------------------------------------------

  /** Parameters of the wasm function: one for each argument (one for code that takes none), the closure, sp. */
  get parameters(): number {
    return Math.max(this.fn.arity, 1);
  }
  protected get closureLocal(): number {
    return this.parameters;
  }
  protected get spLocal(): number {
    return this.parameters + 1;
  }

  protected newLocal(type: binaryen.Type): number {
    return this.parameters + 2 + this.locals.push(type) - 1;
  }

  protected local(node: Node): number {
    let local = this.places.get(node);
    if (local === undefined) {
      if (node.operation === "parameter") local = node.immediates[0] as number;
      else if (node.operation === "environment") local = this.closureLocal;
      else local = this.newLocal(isWord(node) ? i64 : f64);
      this.places.set(node, local);
    }
    return local;
  }

  /** The value of a node, as an OCaml word. */
  value(node: Node): Expr {
    switch (node.operation) {
      case "integer":
        return this.constant(node.immediates[0] as number);
      case "atom":
        return this.e.c64(ATOM0 + WORD * (node.immediates[0] as number));
      default:
        return this.e.get64(this.local(node));
    }
  }

  /** The value of a node that is an unboxed double. */
  private double(node: Node): Expr {
    return this.e.module.local.get(this.local(node), f64);
  }

  protected constant(n: number): Expr {
    return this.e.module.i64.const((BigInt(n) << 1n) | 1n);
  }

  protected address(node: Node): Expr {
    return this.e.wrap(this.value(node));
  }

  protected set(node: Node, value: Expr): void {
    this.code.push(this.e.set(this.local(node), value));
  }

  /** The condition that a node stands for, as an i32. */
  protected condition(node: Node): Expr {
    const [x, y] = node.inputs;
    switch (node.operation) {
      case "compare":
        return words.compare(this.e, node.immediates[0] as CompareOp, this.value(x!), this.value(y!));
      case "isInt":
        return words.isInt(this.e, this.value(x!));
      case "isFalse":
        return this.e.module.i64.eq(this.value(x!), this.constant(0));
      case "both":
        return this.e.module.i32.and(this.condition(x!), this.condition(y!));
      case "hasOtherTag":
        return words.hasOtherTag(this.e, this.value(x!), node.immediates[0] as number);
      case "compareFloats":
        return this.e.module.f64[node.immediates[0] as FloatCompareOp](this.double(x!), this.double(y!));
      default:
        throw new Error(`${node.operation} is no condition`);
    }
  }

  // ---- Frames ---------------------------------------------------------------------------------------------------------------

  protected frame(node: Node): Frame {
    const frame = frameOf(node, this.live);
    this.frameWords = Math.max(this.frameWords, frame.words);
    return frame;
  }

  /** The address of the bottom word of a frame of so many words. */
  protected bottom(words: number): Expr {
    return this.e.add32(this.e.get32(this.spLocal), -words * WORD);
  }

  /** Store what a collection must find, at least: what is live, and `also`. CELL_SP is set. What is to be read again. */
  private storeLive(node: Node, also: readonly Node[]): { code: Expr[]; reload: Expr[] } {
    const values = new Set(this.live.after.get(node)!);
    for (const value of also) if (!isConstant(value)) values.add(value);
    const list = [...values].filter(canMove);
    this.frameWords = Math.max(this.frameWords, list.length);
    const e = this.e;
    const code = list.map((value, i) => e.store64(this.bottom(list.length), i * WORD, this.value(value)));
    code.push(e.setCell32(CELL_SP, this.bottom(list.length)));
    const reload = list.map((value, i) => e.set(this.local(value), e.load64(this.bottom(list.length), i * WORD)));
    return { code, reload };
  }

  // ---- Allocation -------------------------------------------------------------------------------------------------------------

  /** A block in the minor heap for a node: the local with its address. `holds`: what it will be filled with. */
  protected allocate(node: Node, wosize: number, tag: number, holds: readonly Node[]): number {
    const e = this.e;
    const m = e.module;
    const p = this.newLocal(i32);
    const { code, reload } = this.storeLive(node, holds);
    this.code.push(
      e.set(p, e.add32(e.cell32(CELL_YOUNG_PTR), -(wosize + 1) * WORD)),
      e.if(
        m.i32.lt_u(e.get32(p), e.cell32(CELL_YOUNG_LIMIT)),
        [...code, e.set(p, e.add32(e.call("alloc_small", [e.c32(wosize), e.c32(tag)], i32), -WORD)), ...reload],
        [e.setCell32(CELL_YOUNG_PTR, e.get32(p)), e.store64(e.get32(p), 0, e.c64((wosize << HEADER_WOSIZE_SHIFT) | tag))],
      ),
    );
    return p;
  }

  /** Store into field i of the block whose header local p points to. */
  protected initialise(p: number, i: number, value: Expr): void {
    this.code.push(this.e.store64(this.e.get32(p), (i + 1) * WORD, value));
  }

  private finishBlock(node: Node, p: number): void {
    this.set(node, this.e.extend(this.e.add32(this.e.get32(p), WORD)));
  }

  private makeBlock(node: Node): void {
    const p = this.allocate(node, node.inputs.length, node.immediates[0] as number, node.inputs);
    node.inputs.forEach((input, i) => this.initialise(p, i, this.value(input)));
    this.finishBlock(node, p);
  }

  private makeFloatBlock(node: Node): void {
    const p = this.allocate(node, node.inputs.length, TAG_DOUBLE_ARRAY, node.inputs);
    node.inputs.forEach((input, i) => this.initialise(p, i, this.e.load64(this.address(input))));
    this.finishBlock(node, p);
  }

  private boxField(node: Node): void {
    const [block] = node.inputs;
    const p = this.allocate(node, 1, TAG_DOUBLE, [block!]);
    this.initialise(p, 0, this.e.load64(this.address(block!), WORD * (node.immediates[0] as number)));
    this.finishBlock(node, p);
  }

  /** Code word and closinfo of a closure of the function at word `entry`. */
  private initialiseClosure(p: number, i: number, entry: number, startOfEnvironment: number): void {
    const e = this.e;
    const m = e.module;
    const native = this.unit.functions.get(entry);
    const index = native ? native.index : 0;
    const base = m.global.get(native ? GLOBALS.closures : GLOBALS.code, native ? i64 : i32);
    const offset = (BigInt(index) << 32n) + BigInt(4 * entry);
    this.initialise(p, i, native ? m.i64.add(base, m.i64.const(offset)) : e.extend(e.add32(base, 4 * entry)));
    const arity = BigInt(native ? native.arity : 0) << BigInt(CLOSINFO_ARITY_SHIFT);
    this.initialise(p, i + 1, m.i64.const(arity | BigInt((startOfEnvironment << 1) | 1)));
  }

  private closure(node: Node): void {
    const p = this.allocate(node, PLAIN_ENVIRONMENT + node.inputs.length, TAG_CLOSURE, node.inputs);
    this.initialiseClosure(p, 0, node.immediates[0] as number, PLAIN_ENVIRONMENT);
    node.inputs.forEach((input, i) => this.initialise(p, PLAIN_ENVIRONMENT + i, this.value(input)));
    this.finishBlock(node, p);
  }

  private recursiveClosures(node: Node): void {
    const entries = node.immediates as readonly number[];
    const start = 3 * entries.length - 1;
    const p = this.allocate(node, start + node.inputs.length, TAG_CLOSURE, node.inputs);
    entries.forEach((entry, i) => {
      if (i > 0) this.initialise(p, 3 * i - 1, this.e.c64((3 * i << HEADER_WOSIZE_SHIFT) | TAG_INFIX));
      this.initialiseClosure(p, 3 * i, entry, start - 3 * i);
    });
    node.inputs.forEach((input, i) => this.initialise(p, start + i, this.value(input)));
    this.finishBlock(node, p);
  }

  // ---- Nodes ------------------------------------------------------------------------------------------------------------------

  private modify(address: Expr, v: Expr): void {
    const field = this.newLocal(i32);
    const value = this.newLocal(i64);
    this.code.push(this.e.set(field, address), this.e.set(value, v), words.modify(this.e, field, value));
  }

  private globalAddress(i: number): Expr {
    return this.e.add32(this.e.cell32(CELL_GLOBAL_DATA), WORD * i);
  }

  /** Emit a node that is no call. false: it is one. */
  protected lower(node: Node): boolean {
    const { e } = this;
    const m = e.module;
    const [x, y, z] = node.inputs;
    const i = node.immediates[0] as number;
    switch (node.operation) {
      case "parameter":
      case "environment":
      case "phi":
      case "caught":
      case "integer":
      case "atom":
      case "framePart":
      case "compare":
      case "isInt":
      case "isFalse":
      case "both":
      case "hasOtherTag":
      case "compareFloats":
        break; // where they are used
      case "global":
        this.set(node, e.load64(e.cell32(CELL_GLOBAL_DATA), WORD * i));
        break;
      case "setGlobal":
        this.modify(this.globalAddress(i), this.value(x!));
        break;
      case "field":
        this.set(node, e.load64(this.address(x!), WORD * i));
        break;
      case "floatField":
        this.boxField(node);
        break;
      case "setField":
        this.modify(e.add32(this.address(x!), WORD * i), this.value(y!));
        break;
      case "setFloatField":
        this.code.push(e.store64(this.address(x!), WORD * i, e.load64(this.address(y!))));
        break;
      case "item":
        this.set(node, words.item(e, this.value(x!), this.value(y!)));
        break;
      case "setItem":
        this.modify(e.add32(words.itemAddress(e, this.value(x!), this.value(y!)), -4), this.value(z!));
        break;
      case "byte":
        this.set(node, words.byte(e, this.value(x!), this.value(y!)));
        break;
      case "setByte":
        this.code.push(words.setByte(e, this.value(x!), this.value(y!), this.value(z!)));
        break;
      case "offsetRef":
        this.code.push(
          e.store64(this.address(x!), 0, m.i64.add(e.load64(this.address(x!)), e.c64(2 * i))),
        );
        break;
      case "vectLength":
        this.set(node, words.vectLength(e, this.value(x!)));
        break;
      case "makeBlock":
        this.makeBlock(node);
        break;
      case "makeFloatBlock":
        this.makeFloatBlock(node);
        break;
      case "arithmetic":
        this.set(node, words.arith(e, node.immediates[0] as ArithOp, this.value(x!), this.value(y!)));
        break;
      case "negate":
        this.set(node, words.negate(e, this.value(x!)));
        break;
      case "not":
        this.set(node, words.not(e, this.value(x!)));
        break;
      case "offset":
        this.set(node, m.i64.add(this.value(x!), e.c64(2 * i)));
        break;
      case "boolean":
        this.set(node, words.boolean(e, this.condition(x!)));
        break;
      case "closure":
        this.closure(node);
        break;
      case "recursiveClosures":
        this.recursiveClosures(node);
        break;
      case "offsetClosure":
        this.set(node, m.i64.add(this.value(x!), e.c64(WORD * i)));
        break;
      case "method":
        this.set(node, words.item(e, e.load64(this.address(x!)), this.value(y!)));
        break;
      case "publicMethod":
        this.set(node, e.call("find_method", [e.wrap(e.load64(this.address(x!))), this.constant(i)], i64));
        break;
      case "dynamicMethod":
        this.set(node, e.call("find_method", [e.wrap(e.load64(this.address(x!))), this.value(y!)], i64));
        break;
      case "stringLength": {
        const { code, length } = words.stringLength(e, this.value(x!), this.newLocal(i32), this.newLocal(i32));
        this.code.push(...code);
        this.set(node, length);
        break;
      }
      case "unbox":
        this.set(node, m.f64.load(0, 8, this.address(x!)));
        break;
      case "box": {
        const p = this.allocate(node, 1, TAG_DOUBLE, []);
        this.code.push(m.f64.store(WORD, 8, e.get32(p), this.double(x!)));
        this.finishBlock(node, p);
        break;
      }
      case "floatArithmetic":
        this.set(node, m.f64[node.immediates[0] as FloatOp](this.double(x!), this.double(y!)));
        break;
      case "floatUnary":
        this.set(node, m.f64[node.immediates[0] as FloatUnaryOp](this.double(x!)));
        break;
      case "floatOfInt":
        this.set(node, m.f64.convert_s.i64(words.untag(e, this.value(x!))));
        break;
      case "floatItem":
        this.set(node, m.f64.load(0, 8, e.add32(words.itemAddress(e, this.value(x!), this.value(y!)), -4)));
        break;
      case "setFloatItem":
        this.code.push(
          m.f64.store(0, 8, e.add32(words.itemAddress(e, this.value(x!), this.value(y!)), -4), this.double(z!)),
        );
        break;
      case "guard":
      case "divide":
      case "apply":
      case "primitive":
      case "poll":
      case "leave":
        return false;
    }
    return true;
  }
}
