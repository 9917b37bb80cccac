/** The builder that makes the interpreter's code out of the meanings of instructions: all its parts. */
import binaryen from "binaryen";
import { CELL_SP, WORD } from "../../runtime/layout.ts";
import type { PrimitiveSemantics, StubName } from "../instructions/semantics.ts";
import { ControlBuilder } from "./control.ts";
import { ACCU, type Expr, SP } from "./registers.ts";
import type { Num } from "./sequence.ts";
import { callPrimitive } from "./runtime-calls.ts";
import * as words from "./words.ts";
import * as fibers from "./fibers.ts";
import * as transitions from "./transitions.ts";
import { OPCODE_BYTES } from "./sequence.ts";

export class InterpreterBuilder extends ControlBuilder implements PrimitiveSemantics<Expr, Num, Expr, Expr> {
  // ---- Primitives, objects, effects -------------------------------------------------------------------------------------------------

  call(n: number, primitive: number): void {
    const e = this.emit;
    this.commitHere();
    this.code.push(...this.publish());
    const args = [e.get64(ACCU), ...Array.from({ length: n - 1 }, (_, i) => e.load64(e.get32(SP), i * WORD))];
    const call =
      this.primitive === undefined
        ? e.module.call(`c_call${n}`, [this.value(this.operand(primitive)), ...args], binaryen.i64)
        : e.call(this.primitive, args, binaryen.i64);
    callPrimitive(this, call);
    this.pop({ known: n - 1 });
  }

  callN(n: number, primitive: number): void {
    const e = this.emit;
    const m = e.module;
    this.commitHere();
    const argv = e.add32(e.get32(SP), -WORD);
    const argn = this.value(this.operand(n));
    this.code.push(e.store64(argv, 0, e.get64(ACCU)));
    this.code.push(...this.publish());
    this.code.push(e.setCell32(CELL_SP, e.add32(e.get32(SP), -WORD)));
    const arguments_ = [this.value(this.operand(primitive)), e.add32(e.get32(SP), -WORD), argn];
    callPrimitive(this, m.call("c_calln", arguments_, binaryen.i64));
    this.pop(this.plus(this.operand(n), -1));
  }

  fastWhen(c: Expr): void {
    const e = this.emit;
    const { inlined } = this;
    if (!inlined) throw new Error("fastWhen is for primitives");
    const condition = this.scratch.newI32();
    this.code.push(e.set(condition, c));
    const slow = this.aside(() => {
      this.call(inlined.arity, 0);
      this.commit(this.at + 2 * OPCODE_BYTES);
    });
    this.code.push(e.if(e.module.i32.eqz(e.get32(condition)), slow));
  }

  method(object: Expr, label: Expr): Expr {
    const table = this.emit.load64(this.emit.wrap(object));
    return words.item(this.emit, table, label);
  }

  publicMethod(): void {
    transitions.publicMethod(this);
  }

  dynamicMethod(object: Expr, tag: Expr): Expr {
    const e = this.emit;
    return e.call("find_method", [e.wrap(e.load64(e.wrap(object))), tag], binaryen.i64);
  }

  perform(): void {
    this.commitHere();
    fibers.perform(this);
  }

  resume(): void {
    this.commitHere();
    fibers.resume(this);
  }

  resumeTail(slots: Num): void {
    this.commitHere();
    fibers.resumeTail(this, this.value(slots));
  }

  reperformTail(slots: Num): void {
    this.commitHere();
    fibers.reperformTail(this, this.value(slots));
  }

  stop(): void {
    this.commitHere();
    transitions.stop(this);
  }

  stub(name: StubName): void {
    this.commitHere();
    transitions.stubs[name](this);
  }
}
