/** Where the interpreter calls the runtime and goes on: primitives, exceptions that it raises, large blocks. */
import binaryen from "binaryen";
import { CELL_ACCU } from "../../runtime/layout.ts";
import { ACCU, type Expr, LABEL, PC, SP } from "./registers.ts";
import { OPCODE_BYTES, type SequenceBuilder } from "./sequence.ts";

/** Go to LABEL.failed if the i64 in `local` is 0. */
function orFail(b: SequenceBuilder, local: number): Expr {
  const m = b.emit.module;
  return m.br(LABEL.failed, m.i64.eqz(b.emit.get64(local)));
}

/** accu := the result of a primitive's call, which was published before. */
export function callPrimitive(b: SequenceBuilder, call: Expr): void {
  const result = b.scratch.newI64();
  b.code.push(b.emit.set(result, call), orFail(b, result), ...b.reload());
  b.setAccu(b.emit.get64(result));
  b.markChanged();
}

/** Registers and accu, for runtime functions that take accu from its cell. */
export function publishAll(b: SequenceBuilder): Expr[] {
  return [...b.publish(), b.emit.setCell64(CELL_ACCU, b.emit.get64(ACCU))];
}

/** Code that raises the exception that core function `name` makes. */
export function raiseConstant(b: SequenceBuilder, name: string): Expr[] {
  const e = b.emit;
  return [...publishAll(b), e.module.drop(e.call(name, [], binaryen.i64)), e.module.br(LABEL.failed)];
}

/** Call core function `name`, which makes a block of accu and `popped` slots, and go to the next instruction. */
function largeAllocation(
  b: SequenceBuilder,
  name: string,
  operands: Expr[],
  popped: Expr,
  length: number,
): Expr[] {
  const e = b.emit;
  const m = e.module;
  const result = b.scratch.newI64();
  return [
    ...publishAll(b),
    e.set(result, e.call(name, operands, binaryen.i64)),
    orFail(b, result),
    ...b.reload(),
    e.set(ACCU, e.get64(result)),
    e.set(SP, m.i32.add(e.get32(SP), m.i32.shl(popped, e.c32(3)))),
    e.set(PC, e.add32(e.get32(PC), length)),
    m.br(LABEL.next),
  ];
}

export function largeBlock(b: SequenceBuilder, size: Expr, again: Expr, tag: Expr): Expr[] {
  return largeAllocation(b, "make_large_block", [size, tag], b.emit.add32(again, -1), 3 * OPCODE_BYTES);
}

export function largeClosure(b: SequenceBuilder, vars: Expr, again: Expr, code: Expr): Expr[] {
  return largeAllocation(b, "make_large_closure", [vars, code], b.emit.add32(again, -1), 3 * OPCODE_BYTES);
}

export function floatBlock(b: SequenceBuilder, size: Expr): void {
  b.code.push(...publishAll(b));
  callPrimitive(b, b.emit.call("make_float_block", [size], binaryen.i64));
}
