/** Integers, floats and conditions (third part of the interpreter's builder). */
import binaryen from "binaryen";
import { TAG_DOUBLE } from "../../runtime/layout.ts";
import type { ArithOp, CompareOp, FloatCompareOp, FloatOp, FloatUnaryOp } from "../instructions/semantics.ts";
import { BlockBuilder } from "./blocks.ts";
import { type Expr } from "./registers.ts";
import type { Num } from "./sequence.ts";
import * as calls from "./runtime-calls.ts";
import * as words from "./words.ts";

export class ArithmeticBuilder extends BlockBuilder {
  // ---- Arithmetic ----------------------------------------------------------------------------------------------------------

  arith(op: ArithOp, x: Expr, y: Expr): Expr {
    return words.arith(this.emit, op, x, y);
  }

  negate(x: Expr): Expr {
    return words.negate(this.emit, x);
  }

  not(x: Expr): Expr {
    return words.not(this.emit, x);
  }

  offset(x: Expr, n: Num): Expr {
    return this.emit.module.i64.add(x, this.doubled(n));
  }

  divide(op: "div" | "mod", x: Expr, y: Expr): Expr {
    const e = this.emit;
    const m = e.module;
    const dividend = this.temp(words.untag(e, x));
    const divisor = this.temp(words.untag(e, y));
    this.commitHere();
    this.code.push(
      e.if(m.i64.eqz(e.get64(divisor)), calls.raiseConstant(this, "raise_zero_divide")),
    );
    // Untagged operands have 63 bits, so the one overflow of i64.div_s cannot happen.
    const quotient = op === "div" ? m.i64.div_s : m.i64.rem_s;
    const result = quotient(e.get64(dividend), e.get64(divisor));
    return words.tag(e, result);
  }

  compare(op: CompareOp, x: Expr, y: Expr): Expr {
    return words.compare(this.emit, op, x, y);
  }

  both(x: Expr, y: Expr): Expr {
    return this.emit.module.i32.and(x, y);
  }

  hasOtherTag(block: Expr, tag: number): Expr {
    return words.hasOtherTag(this.emit, block, tag);
  }

  stringLength(s: Expr): Expr {
    const { code, length } = words.stringLength(this.emit, s, this.scratch.newI32(), this.scratch.newI32());
    this.code.push(...code);
    return length;
  }

  // ---- Floats ---------------------------------------------------------------------------------------------------------------

  unbox(x: Expr): Expr {
    return this.emit.module.f64.load(0, 8, this.emit.wrap(x));
  }

  /** The double is computed before room is made for it: an allocation that fails executes the sequence again. */
  box(x: Expr): Expr {
    const e = this.emit;
    const double = this.scratch.newF64();
    this.code.push(e.set(double, x));
    const p = this.allocate(1, { known: TAG_DOUBLE });
    this.code.push(e.module.f64.store(0, 8, e.get32(p), e.module.local.get(double, binaryen.f64)));
    return e.extend(e.get32(p));
  }

  floatField(block: Expr, i: Num): Expr {
    const [base, offset] = this.scaled(this.emit.wrap(block), i);
    return this.box(this.emit.module.f64.load(offset, 8, base));
  }

  floatArith(op: FloatOp, x: Expr, y: Expr): Expr {
    return this.emit.module.f64[op](x, y);
  }

  floatUnary(op: FloatUnaryOp, x: Expr): Expr {
    return this.emit.module.f64[op](x);
  }

  compareFloats(op: FloatCompareOp, x: Expr, y: Expr): Expr {
    return this.emit.module.f64[op](x, y);
  }

  floatOfInt(x: Expr): Expr {
    return this.emit.module.f64.convert_s.i64(words.untag(this.emit, x));
  }

  floatItem(block: Expr, index: Expr): Expr {
    return this.emit.module.f64.load(0, 8, this.emit.add32(words.itemAddress(this.emit, block, index), -4));
  }

  setFloatItem(block: Expr, index: Expr, x: Expr): void {
    const address = this.emit.add32(words.itemAddress(this.emit, block, index), -4);
    this.code.push(this.emit.module.f64.store(0, 8, address, x));
    this.changed = true;
  }

  isFalse(v: Expr): Expr {
    return this.emit.module.i64.eq(v, this.unit());
  }

  isInt(x: Expr): Expr {
    return words.isInt(this.emit, x);
  }

  boolean(c: Expr): Expr {
    return words.boolean(this.emit, c);
  }
}
