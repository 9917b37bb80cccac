/** Effects in the interpreter: where it goes from fiber to fiber. The runtime's side is in runtime/core/ (stack.ts, native-fibers.ts). */
import binaryen from "binaryen";
import {
  CELL_ACCU,
  CELL_EXTRA_ARGS,
  CELL_FIBER,
  CELL_HOME,
  CELL_INTERPRETER_BASE,
  CELL_LEAVING_EXIT,
  CELL_PC,
  CELL_SP,
  CELL_STACK_LIMIT,
  EXIT_HOME,
  EXIT_PERFORM,
  WORD,
} from "../../runtime/layout.ts";
import type { ControlBuilder } from "./control.ts";
import { ACCU, ENV, EXTRA, type Expr, LABEL, LIMIT, PC, SP, WANT } from "./registers.ts";
import { publishAll, raiseConstant } from "./runtime-calls.ts";
import { OPCODE_BYTES } from "./sequence.ts";

/** Registers of the fiber that is now running: enter the closure in CELL_ACCU. */
function enterFiber(b: ControlBuilder): Expr[] {
  const e = b.emit;
  return [
    e.set(SP, e.cell32(CELL_SP)),
    e.set(LIMIT, e.cell32(CELL_STACK_LIMIT)),
    e.set(EXTRA, e.cell32(CELL_EXTRA_ARGS)),
    e.set(ACCU, e.cell64(CELL_ACCU)),
    e.set(ENV, e.get64(ACCU)),
    e.set(PC, e.load32(e.wrap(e.get64(ACCU)))),
    e.module.br(LABEL.entered),
  ];
}

/** The same of a fiber that another one returns to, or whose handler is called: native code may have resumed that one. */
function enterParent(b: ControlBuilder): Expr[] {
  return [exitAtHome(b), ...enterFiber(b)];
}

function exitAtHome({ emit: e }: ControlBuilder): Expr {
  const isHome = e.module.i32.eq(e.cell32(CELL_FIBER), e.cell32(CELL_HOME));
  return e.if(isHome, [e.set(WANT, e.c32(EXIT_HOME)), e.module.br(LABEL.exit)]);
}

/** The handler of an effect may be below native frames, which must be left first. */
function leaveNative(b: ControlBuilder): Expr {
  return b.emit.module.br(LABEL.leave, b.emit.cell32(CELL_INTERPRETER_BASE));
}

export function perform(b: ControlBuilder): void {
  const e = b.emit;
  const m = e.module;
  b.code.push(
    leaveNative(b),
    ...publishAll(b),
    e.setCell32(CELL_EXTRA_ARGS, e.get32(EXTRA)),
    e.setCell32(CELL_PC, e.add32(e.get32(PC), OPCODE_BYTES)),
    m.br(LABEL.failed, m.i32.eqz(e.call("fiber_perform", [], binaryen.i32))),
    ...enterParent(b),
  );
  b.end();
}

/** The operands of RESUME on the stack, and the fiber, which must not be taken yet. */
function resumeOperands(b: ControlBuilder): [fn: number, arg: number, tail: number] {
  const e = b.emit;
  const m = e.module;
  const locals = [b.scratch.newI64(), b.scratch.newI64(), b.scratch.newI64()] as [number, number, number];
  b.code.push(e.if(m.i64.eq(e.get64(ACCU), e.c64(1)), raiseConstant(b, "raise_continuation_already_resumed")));
  locals.forEach((local, i) => b.code.push(e.set(local, e.load64(e.get32(SP), i * WORD))));
  return locals;
}

function resumeFiber(b: ControlBuilder, [fn, arg, tail]: [number, number, number]): void {
  const e = b.emit;
  b.code.push(
    e.setCell32(CELL_SP, e.get32(SP)),
    e.call("fiber_resume", [e.get64(ACCU), e.get64(fn), e.get64(arg), e.get64(tail)], binaryen.none),
    ...enterFiber(b),
  );
  b.end();
}

export function resume(b: ControlBuilder): void {
  const e = b.emit;
  const operands = resumeOperands(b);
  b.storeFrame(0, e.add32(e.get32(PC), OPCODE_BYTES));
  b.code.push(e.setCell32(CELL_EXTRA_ARGS, e.c32(0)));
  resumeFiber(b, operands);
}

export function resumeTail(b: ControlBuilder, slots: Expr): void {
  const e = b.emit;
  const m = e.module;
  const operands = resumeOperands(b);
  b.code.push(
    e.set(SP, m.i32.add(e.get32(SP), m.i32.shl(slots, e.c32(3)))),
    e.setCell32(CELL_EXTRA_ARGS, e.get32(EXTRA)),
  );
  resumeFiber(b, operands);
}

export function reperformTail(b: ControlBuilder, slots: Expr): void {
  const e = b.emit;
  const m = e.module;
  const cont = b.scratch.newI64();
  const tail = b.scratch.newI64();
  b.code.push(
    leaveNative(b),
    e.set(cont, e.load64(e.get32(SP))),
    e.set(tail, e.load64(e.get32(SP), WORD)),
    e.set(SP, m.i32.add(e.get32(SP), m.i32.shl(slots, e.c32(3)))),
    e.setCell32(CELL_EXTRA_ARGS, e.get32(EXTRA)),
    ...publishAll(b),
    m.br(
      LABEL.failed,
      m.i32.eqz(e.call("fiber_reperform", [e.get64(cont), e.get64(tail)], binaryen.i32)),
    ),
    ...enterParent(b),
  );
  b.end();
}

/** FIBER_RETURN, FIBER_RAISE. */
export function leaveFiber(name: string): (b: ControlBuilder) => void {
  return (b) => {
    const e = b.emit;
    b.code.push(
      e.setCell64(CELL_ACCU, e.get64(ACCU)),
      e.setCell32(CELL_SP, e.get32(SP)),
      e.call(name, [], binaryen.none),
      ...enterParent(b),
    );
    b.end();
  };
}

/** LABEL.left: native code that was entered here has been left. */
export function left(b: ControlBuilder): Expr[] {
  const e = b.emit;
  const m = e.module;
  const performs = m.i32.ge_s(e.get32(WANT), e.c32(EXIT_PERFORM));
  return [
    e.set(WANT, e.cell32(CELL_LEAVING_EXIT)),
    m.br(LABEL.exit, m.i32.or(m.i32.eqz(performs), m.i32.ne(e.cell32(CELL_INTERPRETER_BASE), e.c32(0)))),
    e.set(WANT, e.call("finish_perform", [e.get32(WANT)], binaryen.i32)),
    m.br(LABEL.exit, m.i32.eq(e.get32(WANT), e.c32(EXIT_HOME))),
    e.set(SP, e.cell32(CELL_SP)),
    e.set(LIMIT, e.cell32(CELL_STACK_LIMIT)),
    ...b.popState(),
    m.br(LABEL.next),
  ];
}
