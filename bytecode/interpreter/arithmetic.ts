/** Integers, floats and conditions (third part of the interpreter's builder). */
import binaryen from "binaryen";
import { HEADER_WOSIZE_SHIFT, TAG_DOUBLE, WORD } from "../../runtime/layout.ts";
import type { ArithOp, CompareOp, FloatCompareOp, FloatOp, FloatUnaryOp } from "../instructions/semantics.ts";
import { BlockBuilder } from "./blocks.ts";
import { type Expr } from "./registers.ts";
import type { Num } from "./sequence.ts";
import * as calls from "./runtime-calls.ts";

export class ArithmeticBuilder extends BlockBuilder {
  // ---- Arithmetic ----------------------------------------------------------------------------------------------------------

  arith(op: ArithOp, x: Expr, y: Expr): Expr {
    const m = this.emit.module;
    const one = (): Expr => this.emit.c64(1);
    const untag = (v: Expr): Expr => m.i64.shr_s(v, one());
    switch (op) {
      case "add":
        return m.i64.add(x, m.i64.sub(y, one()));
      case "sub":
        return m.i64.add(m.i64.sub(x, y), one());
      case "mul":
        return m.i64.add(m.i64.mul(m.i64.sub(x, one()), untag(y)), one());
      case "and":
        return m.i64.and(x, y);
      case "or":
        return m.i64.or(x, y);
      case "xor":
        return m.i64.or(m.i64.xor(x, y), one());
      case "lsl":
        return m.i64.add(m.i64.shl(m.i64.sub(x, one()), untag(y)), one());
      case "lsr":
        return m.i64.or(m.i64.shr_u(x, untag(y)), one());
      case "asr":
        return m.i64.or(m.i64.shr_s(x, untag(y)), one());
    }
  }

  negate(x: Expr): Expr {
    return this.emit.module.i64.sub(this.emit.c64(2), x);
  }

  not(x: Expr): Expr {
    return this.emit.module.i64.sub(this.emit.c64(4), x);
  }

  offset(x: Expr, n: Num): Expr {
    return this.emit.module.i64.add(x, this.doubled(n));
  }

  divide(op: "div" | "mod", x: Expr, y: Expr): Expr {
    const e = this.emit;
    const m = e.module;
    const untag = (v: Expr): Expr => m.i64.shr_s(v, e.c64(1));
    const dividend = this.temp(untag(x));
    const divisor = this.temp(untag(y));
    this.commitHere();
    this.code.push(
      e.if(m.i64.eqz(e.get64(divisor)), calls.raiseConstant(this, "raise_zero_divide")),
    );
    // Untagged operands have 63 bits, so the one overflow of i64.div_s cannot happen.
    const quotient = op === "div" ? m.i64.div_s : m.i64.rem_s;
    const result = quotient(e.get64(dividend), e.get64(divisor));
    return m.i64.or(m.i64.shl(result, e.c64(1)), e.c64(1));
  }

  compare(op: CompareOp, x: Expr, y: Expr): Expr {
    const m = this.emit.module.i64;
    switch (op) {
      case "eq":
        return m.eq(x, y);
      case "ne":
        return m.ne(x, y);
      case "lt":
        return m.lt_s(x, y);
      case "le":
        return m.le_s(x, y);
      case "gt":
        return m.gt_s(x, y);
      case "ge":
        return m.ge_s(x, y);
      case "ult":
        return m.lt_u(x, y);
      case "uge":
        return m.ge_u(x, y);
    }
  }

  both(x: Expr, y: Expr): Expr {
    return this.emit.module.i32.and(x, y);
  }

  hasOtherTag(block: Expr, tag: number): Expr {
    const m = this.emit.module;
    return m.i32.ne(m.i32.load8_u(0, 1, this.emit.add32(this.emit.wrap(block), -WORD)), this.emit.c32(tag));
  }

  stringLength(s: Expr): Expr {
    const e = this.emit;
    const m = e.module;
    const p = this.scratch.newI32();
    const last = this.scratch.newI32();
    this.code.push(e.set(p, e.wrap(s)));
    const wosize = e.wrap(m.i64.shr_u(e.load64(e.add32(e.get32(p), -WORD)), e.c64(HEADER_WOSIZE_SHIFT)));
    this.code.push(e.set(last, e.add32(m.i32.shl(wosize, e.c32(3)), -1)));
    const padding = m.i32.load8_u(0, 1, m.i32.add(e.get32(p), e.get32(last)));
    const length = e.extend(m.i32.sub(e.get32(last), padding));
    return m.i64.or(m.i64.shl(length, e.c64(1)), e.c64(1));
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
    const m = this.emit.module;
    return m.f64.convert_s.i64(m.i64.shr_s(x, this.emit.c64(1)));
  }

  floatItem(block: Expr, index: Expr): Expr {
    return this.emit.module.f64.load(0, 8, this.emit.add32(this.itemAddress(block, index), -4));
  }

  setFloatItem(block: Expr, index: Expr, x: Expr): void {
    const address = this.emit.add32(this.itemAddress(block, index), -4);
    this.code.push(this.emit.module.f64.store(0, 8, address, x));
    this.changed = true;
  }

  isFalse(v: Expr): Expr {
    return this.emit.module.i64.eq(v, this.unit());
  }

  isInt(x: Expr): Expr {
    return this.emit.module.i32.and(this.emit.wrap(x), this.emit.c32(1));
  }

  boolean(c: Expr): Expr {
    const m = this.emit.module;
    return m.i64.or(m.i64.shl(m.i64.extend_u(c), this.emit.c64(1)), this.emit.c64(1));
  }
}
