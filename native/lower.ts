/** Operations on words and blocks (fourth part of the lowering). Calls are in calls.ts, control flow in emit.ts. */
import binaryen from "binaryen";
import type { Expr } from "../bytecode/interpreter/registers.ts";
import { OPCODE_BYTES } from "../bytecode/interpreter/sequence.ts";
import * as words from "../bytecode/interpreter/words.ts";
import { CELL_GLOBAL_DATA, CODE_BIAS, WORD } from "../runtime/layout.ts";
import type { CompareOp } from "../bytecode/instructions/semantics.ts";
import { OF_ANY } from "./invariants.ts";
import type { Node } from "./ir.ts";
import { NumberLowering } from "./numbers.ts";

const { i32, i64 } = binaryen;

export class NodeLowering extends NumberLowering {
  // ---- Nodes ------------------------------------------------------------------------------------------------------------------

  private modify(address: Expr, v: Expr): void {
    const field = this.newLocal(i32);
    const value = this.newLocal(i64);
    this.code.push(this.e.set(field, address), this.e.set(value, v), words.modify(this.e, field, value));
  }

  private globalAddress(i: number): Expr {
    return this.e.module.i32.add(this.e.cell32(CELL_GLOBAL_DATA), this.native.globalOffset(i));
  }

  /** A length, of what may be an integer if the node says so. */
  private length(node: Node, emit: () => void): void {
    if (node.immediates[0] !== OF_ANY) return emit();
    const none = this.emitted(() => this.set(node, this.constant(0)));
    this.code.push(this.e.if(words.isInt(this.e, this.value(node.inputs[0]!)), none, this.emitted(emit)));
  }

  /** `slow` where the node's fast path is not taken. */
  protected unlessFast(node: Node, slow: Expr[]): void {
    const { fast } = node;
    if (!fast) return void this.code.push(...slow);
    const quick = this.emitted(() => {
      for (const inner of fast.nodes) this.lower(inner);
      this.set(node, this.value(fast.value));
    });
    this.code.push(this.e.if(this.condition(fast.condition), quick, slow));
  }

  /** compare_values, and without a call for two integers. */
  private structuralOrder(how: string, x: Node, y: Node): Expr {
    const e = this.e;
    const m = e.module;
    const compare = (op: CompareOp): Expr => words.compare(e, op, this.value(x), this.value(y));
    const integers = how === "equality" ? compare("ne") : m.i32.sub(compare("gt"), compare("lt"));
    const call = e.call("compare_values", [this.value(x), this.value(y), e.c32(Number(how === "total"))], i32);
    const both = m.i32.and(words.isInt(e, this.value(x)), words.isInt(e, this.value(y)));
    return m.if(both, integers, call);
  }

  /** The cache is that of the instruction. */
  private publicMethod(node: Node, object: Node, tag: number): void {
    const e = this.e;
    const locals = { methods: this.newLocal(i32), offset: this.newLocal(i32) };
    const cache = (): Expr =>
      e.add32(this.native.code(this.unit.partAt(node.at)), (node.at + 2) * OPCODE_BYTES + CODE_BIAS);
    this.code.push(
      ...words.publicMethod(e, this.local(node), locals, this.value(object), () => this.constant(tag), cache),
    );
  }

  private leaf(node: Node): void {
    const primitive = this.unit.primitives[node.immediates[0] as number]!;
    const args = node.inputs.map((input) => this.value(input));
    const call = this.e.module.call(this.native.corePrimitive(primitive), args, i64);
    this.unlessFast(node, this.emitted(() => this.set(node, call)));
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
      case "floatPhi":
      case "int64Phi":
      case "boxed":
      case "float":
      case "int64":
      case "caught":
      case "integer":
      case "atom":
      case "framePart":
      case "truth":
      case "compare":
      case "inBounds":
      case "isInt":
      case "isFalse":
      case "both":
      case "negation":
      case "hasOtherTag":
      case "compareFloats":
      case "compareInt64":
      case "isBoxedInteger":
        break; // where they are used
      case "global":
        this.set(node, e.load64(this.globalAddress(i)));
        break;
      case "setGlobal":
        this.modify(this.globalAddress(i), this.value(x!));
        break;
      case "field":
        this.set(node, e.load64(this.address(x!), WORD * i));
        break;
      case "floatField":
        this.set(node, m.f64.load(WORD * i, 8, this.address(x!)));
        break;
      case "setField":
        this.modify(e.add32(this.address(x!), WORD * i), this.value(y!));
        break;
      case "setFloatField":
        this.code.push(m.f64.store(WORD * i, 8, this.address(x!), this.double(y!)));
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
        this.length(node, () => this.set(node, words.vectLength(e, this.value(x!))));
        break;
      case "makeBlock":
        this.makeBlock(node);
        break;
      case "makeFloatBlock":
        this.makeFloatBlock(node);
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
      case "partialApplication":
        this.partialApplication(node);
        break;
      case "offsetClosure":
        this.set(node, m.i64.add(this.value(x!), e.c64(WORD * i)));
        break;
      case "method":
        this.set(node, words.item(e, e.load64(this.address(x!)), this.value(y!)));
        break;
      case "publicMethod":
        this.publicMethod(node, x!, i);
        break;
      case "dynamicMethod":
        this.set(node, e.call("find_method", [e.wrap(e.load64(this.address(x!))), this.value(y!)], i64));
        break;
      case "stringLength":
        this.length(node, () => {
          const { code, length } = words.stringLength(e, this.value(x!), this.newLocal(i32), this.newLocal(i32));
          this.code.push(...code);
          this.set(node, length);
        });
        break;
      case "leaf":
        this.leaf(node);
        break;
      case "structuralOrder":
        this.set(node, e.module.i64.extend_s(this.structuralOrder(node.immediates[0] as string, x!, y!)));
        break;
      case "guard":
      case "guardCall":
      case "expect":
      case "checkDivisor":
      case "divide":
      case "apply":
      case "primitive":
      case "poll":
      case "leave":
      case "perform":
      case "resume":
      case "realElement":
      case "integerElement":
      case "numberElement":
      case "setRealElement":
      case "setIntegerElement":
      case "setNumberElement":
        return false;
      default:
        this.lowerNumber(node);
    }
    return true;
  }
}
