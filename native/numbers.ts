/** Integers and unboxed doubles (third part of the lowering). */
import binaryen from "binaryen";
import type { Expr } from "../bytecode/interpreter/registers.ts";
import * as words from "../bytecode/interpreter/words.ts";
import { TAG_CUSTOM, TAG_DOUBLE, WORD } from "../runtime/layout.ts";
import type { ArithOp, FloatOp, FloatUnaryOp } from "../bytecode/instructions/semantics.ts";
import { AllocationLowering } from "./allocation.ts";
import type { Int64Op, Node } from "./ir.ts";

const { f64 } = binaryen;

export class NumberLowering extends AllocationLowering {
  private int64Arithmetic(op: Int64Op, x: Node, y: Node): Expr {
    if (op === "div" || op === "rem") return words.divide(this.e, op, () => this.value(x), () => this.value(y));
    return this.e.module.i64[op](this.value(x), this.value(y));
  }

  /** Emit a node that computes with numbers. */
  protected lowerNumber(node: Node): void {
    const { e } = this;
    const m = e.module;
    const [x, y, z] = node.inputs;
    switch (node.operation) {
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
        this.set(node, m.i64.add(this.value(x!), e.c64(2 * (node.immediates[0] as number))));
        break;
      case "unbox":
        this.set(node, m.f64.load(0, 8, this.address(x!)));
        break;
      case "box": {
        const p = this.allocate(node, TAG_DOUBLE);
        this.initialiseFloat(p, 0, this.double(x!));
        this.finishBlock(node, p);
        break;
      }
      case "floatArithmetic":
        this.set(node, m.f64[node.immediates[0] as FloatOp](this.double(x!), this.double(y!)));
        break;
      case "floatUnary":
        this.set(node, m.f64[node.immediates[0] as FloatUnaryOp](this.double(x!)));
        break;
      case "math": {
        const name = this.native.mathFunction(node.immediates[0] as string, node.inputs.length);
        this.set(node, m.call(name, node.inputs.map((input) => this.double(input)), f64));
        break;
      }
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
      case "unboxInteger":
        this.set(node, e.load64(this.address(x!), WORD));
        break;
      case "boxInteger": {
        const p = this.allocate(node, TAG_CUSTOM);
        this.initialise(p, 0, e.c64(node.immediates[0] as number));
        this.initialise(p, 1, this.value(x!));
        this.finishBlock(node, p);
        break;
      }
      case "untag":
        this.set(node, words.untag(e, this.value(x!)));
        break;
      case "tag":
        this.set(node, words.tag(e, this.value(x!)));
        break;
      case "int64Arithmetic":
        this.set(node, this.int64Arithmetic(node.immediates[0] as Int64Op, x!, y!));
        break;
      case "signExtend32":
        this.set(node, m.i64.extend32_s(this.value(x!)));
        break;
      case "zeroExtend32":
        this.set(node, e.extend(e.wrap(this.value(x!))));
        break;
      case "int64OfFloat":
        this.set(node, words.truncate(e, node.immediates[0] as 32 | 64, () => this.double(x!)));
        break;
      case "floatOfInt64":
        this.set(node, m.f64.convert_s.i64(this.value(x!)));
        break;
      case "bitsOfFloat":
        this.set(node, m.i64.reinterpret(this.double(x!)));
        break;
      case "floatOfBits":
        this.set(node, m.f64.reinterpret(this.value(x!)));
        break;
      case "bitsOfSingle":
        this.set(node, m.i64.extend_s(m.i32.reinterpret(m.f32.demote(this.double(x!)))));
        break;
      case "singleOfBits":
        this.set(node, m.f64.promote(m.f32.reinterpret(e.wrap(this.value(x!)))));
        break;
      case "loadBytes":
        this.set(node, words.loadBytes(e, node.immediates[0] as number, this.value(x!), this.value(y!)));
        break;
      case "storeBytes":
        this.code.push(
          words.storeBytes(e, node.immediates[0] as number, this.value(x!), this.value(y!), this.value(z!)),
        );
        break;
      default:
        throw new Error(`${node.operation} is not about numbers`);
    }
  }
}
