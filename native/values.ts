/** Values of nodes, their locals, and frames (first part of the lowering, from nodes to WebAssembly). */
import binaryen from "binaryen";
import { Emit, type Expr } from "../bytecode/interpreter/registers.ts";
import * as words from "../bytecode/interpreter/words.ts";
import { ATOM0, WORD } from "../runtime/layout.ts";
import type { CompareOp, FloatCompareOp } from "../bytecode/instructions/semantics.ts";
import type { NativeFunction } from "./code.ts";
import type { Frame } from "./frames.ts";
import type { Spilling } from "./spilling.ts";
import { isConstant, isFloat, isWord, type Liveness } from "./liveness.ts";
import { type Node, OPERATIONS, parameterCount, type Sort, type SsaFunction } from "./ir.ts";
import type { NativeModule } from "./module.ts";
import { slotsOf } from "./slots.ts";
import type { CompiledUnit } from "./unit.ts";

const { f64, i32, i64 } = binaryen;

/** What a node is in WebAssembly. */
const TYPES: Readonly<Record<Sort, binaryen.Type>> = { word: i64, condition: i32, float: f64, int64: i64 };

export const typeOf = ({ operation }: Node): binaryen.Type => TYPES[OPERATIONS[operation].sort];

export class ValueLowering {
  protected readonly unit: CompiledUnit;
  protected readonly native: NativeModule;
  protected readonly e: Emit;
  protected readonly fn: SsaFunction;
  /** The part of the code that the function is in. */
  protected readonly part: number;
  protected readonly live: Liveness;
  /** Types of the locals after the parameters. */
  protected readonly locals: binaryen.Type[] = [];
  /** What is emitted now goes here. */
  protected code: Expr[] = [];
  /** Largest frame so far, in words. */
  protected frameWords = 0;
  private readonly spilling: Spilling;
  /** Parameters of the wasm function: one for each value that it takes (one for code that takes none), then the closure, sp. */
  protected readonly parameters: number;
  private readonly places: Map<Node, number>;

  /** `inputs`: values that the wasm function takes; absent: the function's arguments. */
  constructor(unit: CompiledUnit, fn: SsaFunction, live: Liveness, spilling: Spilling, inputs?: readonly Node[]) {
    this.unit = unit;
    this.native = unit.native;
    this.e = unit.native.emit;
    this.fn = fn;
    this.part = unit.partAt(fn.entry);
    this.live = live;
    this.spilling = spilling;
    for (const { words } of spilling.frames.values()) this.frameWords = Math.max(this.frameWords, words);
    this.parameters = inputs ? inputs.length : parameterCount(fn);
    this.places = new Map(inputs?.map((input, i) => [input, i]));
  }

  /** The function with native code that a closure is known to be of. */
  protected knownFunction(closure: Node): NativeFunction | undefined {
    const entry = this.unit.approximations.entryOf(this.fn, closure);
    return entry === undefined ? undefined : this.unit.functions.get(entry);
  }

  // ---- Locals -------------------------------------------------------------------------------------------------------------

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
      else local = this.newLocal(typeOf(node));
      this.places.set(node, local);
    }
    return local;
  }

  /** Give a node a local of its own; the environment has one. */
  protected newPlace(node: Node): number {
    if (node.operation === "environment") return this.closureLocal;
    const local = this.newLocal(typeOf(node));
    this.places.set(node, local);
    return local;
  }

  /** The value of a node that is an OCaml word, or an integer of 64 bits. */
  value(node: Node): Expr {
    switch (node.operation) {
      case "integer":
        return this.constant(node.immediates[0] as number);
      case "int64":
        return this.e.module.i64.const(BigInt(node.immediates[0] as string));
      case "atom":
        return this.e.c64(ATOM0 + WORD * (node.immediates[0] as number));
      default:
        return this.e.get64(this.local(node));
    }
  }

  /** The value of a node that is an unboxed double. */
  protected double(node: Node): Expr {
    if (node.operation === "float") return this.e.module.f64.const(node.immediates[0] as number);
    return this.e.module.local.get(this.local(node), f64);
  }

  /** The value of any node but a condition. */
  protected valueOf(node: Node): Expr {
    return typeOf(node) === f64 ? this.double(node) : this.value(node);
  }

  protected constant(n: number): Expr {
    return this.e.module.i64.const((BigInt(n) << 1n) | 1n);
  }

  protected address(node: Node): Expr {
    return this.e.wrap(this.value(node));
  }

  /** What `emit` emits. */
  protected emitted(emit: () => void): Expr[] {
    const before = this.code;
    this.code = [];
    emit();
    const code = this.code;
    this.code = before;
    return code;
  }

  protected set(node: Node, value: Expr): void {
    this.code.push(this.e.set(this.local(node), value));
  }

  /** The condition that a node stands for, as an i32. */
  protected condition(node: Node): Expr {
    const [x, y] = node.inputs;
    switch (node.operation) {
      case "truth":
        return this.e.c32(node.immediates[0] as number);
      case "compare":
        return words.compare(this.e, node.immediates[0] as CompareOp, this.value(x!), this.value(y!));
      case "inBounds":
        return words.inBounds(this.e, this.value(x!), this.value(y!));
      case "isInt":
        return words.isInt(this.e, this.value(x!));
      case "isFalse":
        return this.e.module.i64.eq(this.value(x!), this.constant(0));
      case "negation":
        return this.e.module.i32.eqz(this.condition(x!));
      case "both":
        return this.e.module.i32.and(this.condition(x!), this.condition(y!));
      case "hasOtherTag":
        return words.hasOtherTag(this.e, this.value(x!), node.immediates[0] as number);
      case "compareInt64":
        return words.compare(this.e, node.immediates[0] as CompareOp, this.value(x!), this.value(y!));
      case "isBoxedInteger":
        return words.isBoxedInteger(this.e, this.value(x!), node.immediates[0] as number);
      case "compareFloats":
        return this.e.module.f64[node.immediates[0] as FloatCompareOp](this.double(x!), this.double(y!));
      default:
        throw new Error(`${node.operation} is no condition`);
    }
  }

  // ---- Frames ---------------------------------------------------------------------------------------------------------------

  protected frame(node: Node): Frame {
    const frame = this.spilling.frames.get(node);
    if (!frame) throw new Error(`${node.operation} ${node.id} has no frame`);
    return frame;
  }

  /** Store the values of a frame that are not in it yet. */
  protected storeValues(frame: Frame): void {
    const e = this.e;
    for (const value of frame.stores) this.storeValue(value, frame.words - frame.places.get(value)!);
    for (const word of frame.blanks) this.code.push(e.store64(this.bottom(frame.words), word * WORD, this.constant(0)));
  }

  /** Store what a loop finds in its slots. */
  protected storeBefore(header: number): void {
    const { storedBefore, slots } = this.spilling;
    for (const value of storedBefore.get(header) ?? []) this.storeValue(value, slots.get(value)! + slotsOf(value));
  }

  /** Store a value into the stack, so many words below sp. */
  private storeValue(value: Node, below: number): void {
    const values = isWord(value) ? [this.value(value)] : this.halves(value);
    values.forEach((word, i) => this.code.push(this.e.store64(this.bottom(below), i * WORD, word)));
  }

  /** A number as two OCaml integers, the low half first (NUMBER_PARTS). */
  private halves(value: Node): Expr[] {
    const e = this.e;
    const m = e.module;
    const bits = (): Expr => (isFloat(value) ? m.i64.reinterpret(this.double(value)) : this.value(value));
    return [words.tag(e, m.i64.and(bits(), m.i64.const(0xffffffffn))), words.tag(e, m.i64.shr_u(bits(), e.c64(32)))];
  }

  /** Read values from the frame that a call has left, into locals of their own. */
  protected restore({ words, places }: Pick<Frame, "words" | "places">, nodes: Iterable<Node>): Expr[] {
    const e = this.e;
    return [...nodes].map((node) => {
      const at = (part: number): Expr => e.load64(this.bottom(words), (places.get(node)! + part) * WORD);
      const value = isWord(node) ? at(0) : this.joined(node, at(0), at(1));
      return e.module.local.set(this.newPlace(node), value);
    });
  }

  /** The number of two halves. */
  private joined(node: Node, low: Expr, high: Expr): Expr {
    const m = this.e.module;
    const bits = m.i64.or(words.untag(this.e, low), m.i64.shl(words.untag(this.e, high), this.e.c64(32)));
    return isFloat(node) ? m.f64.reinterpret(bits) : bits;
  }

  /** What must be read again after a node with a frame. */
  protected readAgain(node: Node): ReadonlySet<Node> {
    return this.spilling.reloads.get(node)!;
  }

  /** Read those of the nodes again that are words in a frame. */
  protected reload(frame: Frame, nodes: Iterable<Node>): Expr[] {
    const e = this.e;
    const places = [...nodes].filter((node) => isWord(node) && frame.places.has(node) && !isConstant(node));
    return places.map((node) => e.set(this.local(node), e.load64(this.bottom(frame.words), frame.places.get(node)! * WORD)));
  }

  /** The address of the bottom word of a frame of so many words. */
  protected bottom(words: number): Expr {
    return this.e.add32(this.e.get32(this.spLocal), -words * WORD);
  }
}
