/** Integers and unboxed doubles (third part of the lowering). */
import * as words from "../bytecode/interpreter/words.ts";
import { TAG_DOUBLE, WORD } from "../runtime/layout.ts";
import type { ArithOp, FloatOp, FloatUnaryOp } from "../bytecode/instructions/semantics.ts";
import { AllocationLowering } from "./allocation.ts";
import type { Node } from "./ir.ts";

export class NumberLowering extends AllocationLowering {
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
      default:
        throw new Error(`${node.operation} is not about numbers`);
    }
  }
}
