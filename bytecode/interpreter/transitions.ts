/**
 * Where the interpreter leaves its own code for long: partial applications, recursive closures, segments, native code, its end. The runtime's side of each is in runtime/core/ (stack.ts, callback.ts, interp.ts, native.ts).
 */
import binaryen from "binaryen";
import {
  CELL_ACCU,
  CELL_ACTIONS,
  CELL_ENV,
  CELL_EXTRA_ARGS,
  CELL_EXN,
  CELL_INTERPRETER_BASE,
  CELL_SP,
  CELL_TRAP_SP,
  CELL_STACK_LIMIT,
  CELL_PC,
  CLOSURE_ARITY,
  CLOSURE_INDEX,
  CODE_BIAS,
  EXIT_RAISE,
  EXIT_STOP,
  HEADER_WOSIZE_SHIFT,
  MAX_APPLY_REST,
  SITE_FRAME_WORDS,
  STACK_SLACK_WORDS,
  TAG_CLOSURE,
  WORD,
} from "../../runtime/layout.ts";
import type { StubName } from "../instructions/semantics.ts";
import type { ControlBuilder } from "./control.ts";
import { RETURN_FRAME, TRAP_FRAME } from "../stack-effects.ts";
import { ACCU, ENV, EXTRA, type Expr, FUEL, LABEL, LIMIT, PC, SP, WANT } from "./registers.ts";
import { leaveFiber } from "./fibers.ts";
import { publishAll } from "./runtime-calls.ts";
import { OPCODE_BYTES } from "./sequence.ts";
import * as words from "./words.ts";

/** newsp = sp + slots - n; slide the top n words there (APPTERM). */
export function slide(b: ControlBuilder, n: Expr, slots: Expr): void {
  const e = b.emit;
  const m = e.module;
  const count = b.scratch.newI32();
  const to = b.scratch.newI32();
  b.code.push(
    e.set(count, n),
    e.set(to, m.i32.add(e.get32(SP), m.i32.shl(m.i32.sub(slots, e.get32(count)), e.c32(3)))),
    m.memory.copy(e.get32(to), e.get32(SP), m.i32.shl(e.get32(count), e.c32(3))),
    e.set(SP, e.get32(to)),
  );
}

/** RESTART: push the arguments that the partial application env holds. */
export function restart(b: ControlBuilder): void {
  const e = b.emit;
  const m = e.module;
  const count = b.scratch.newI32();
  const from = b.scratch.newI32();
  const to = b.scratch.newI32();
  b.commitHere();
  const header = e.load64(e.add32(e.wrap(e.get64(ENV)), -WORD));
  b.code.push(
    e.set(count, e.add32(e.wrap(m.i64.shr_u(header, e.c64(HEADER_WOSIZE_SHIFT))), -3)),
    e.set(SP, m.i32.sub(e.get32(SP), m.i32.shl(e.get32(count), e.c32(3)))),
    e.set(EXTRA, m.i32.add(e.get32(EXTRA), e.get32(count))),
    e.set(from, e.add32(e.wrap(e.get64(ENV)), 3 * WORD)),
    e.set(to, e.get32(SP)),
  );
  b.copyWords(to, from, count);
  b.code.push(e.set(ENV, e.load64(e.wrap(e.get64(ENV)), 2 * WORD)));
  b.markChanged();
}

/** GRAB without enough arguments: return a closure over them whose code is the RESTART before. */
export function partialApplication(b: ControlBuilder): void {
  const e = b.emit;
  const m = e.module;
  b.code.push(
    e.if(
      m.i32.or(m.i32.gt_s(e.get32(EXTRA), e.c32(240)), e.load32(e.wrap(e.get64(ENV)), CLOSURE_INDEX)),
      [
        ...publishAll(b),
        e.setCell32(CELL_EXTRA_ARGS, e.get32(EXTRA)),
        e.set(ACCU, e.call("make_partial_application", [], binaryen.i64)),
        m.br(LABEL.failed, m.i64.eqz(e.get64(ACCU))),
        ...b.reload(),
        e.set(SP, e.add32(m.i32.add(e.get32(SP), m.i32.shl(e.get32(EXTRA), e.c32(3))), WORD)),
        ...b.returnToFrame(),
        m.br(LABEL.next),
      ],
    ),
  );
  const block = b.allocateSized(e.add32(e.get32(EXTRA), 4), e.c32(TAG_CLOSURE));
  const to = b.scratch.newI32();
  b.code.push(
    e.store64(e.get32(block.p), 0, e.extend(e.add32(e.get32(PC), -OPCODE_BYTES))),
    e.store64(e.get32(block.p), WORD, e.c64((2 << 1) | 1)),
    e.store64(e.get32(block.p), 2 * WORD, e.get64(ENV)),
    e.set(to, e.add32(e.get32(block.p), 3 * WORD)),
    e.set(block.n, e.add32(e.get32(block.n), -3)),
  );
  b.copyWords(to, SP, block.n);
  b.code.push(e.set(ACCU, e.extend(e.get32(block.p))), ...b.returnToFrame());
  b.goTo(LABEL.next);
}

/** Let the runtime execute an instruction that makes closures. `call` gives the address of the next one, or 0 when it raises. */
function byRuntime(b: ControlBuilder, call: Expr): Expr[] {
  const e = b.emit;
  return [
    ...publishAll(b),
    e.set(WANT, call),
    e.module.br(LABEL.failed, e.module.i32.eqz(e.get32(WANT))),
    ...b.reload(),
    e.set(ACCU, e.cell64(CELL_ACCU)),
    e.set(SP, e.cell32(CELL_SP)),
    e.set(PC, e.get32(WANT)),
    e.module.br(LABEL.next),
  ];
}

/** NATIVE_CLOSURE, NATIVE_CLOSUREREC. */
function nativeClosures(name: string): (b: ControlBuilder) => void {
  return (b) => {
    b.commitHere();
    b.code.push(...byRuntime(b, b.emit.call(name, [b.emit.get32(PC)], binaryen.i32)));
    b.end();
  };
}

/** CLOSUREREC. One function over a few values is made here, the rest by the runtime. */
export function closureRec(b: ControlBuilder): void {
  const e = b.emit;
  const m = e.module;
  const single = m.i32.and(
    m.i32.eq(b.operandValue(0), e.c32(1)),
    m.i32.lt_u(b.operandValue(1), e.c32(240)),
  );
  b.code.push(
    e.if(m.i32.eqz(single), byRuntime(b, e.call("make_recursive_closures", [e.get32(PC)], binaryen.i32))),
  );
  const block = b.allocateSized(e.add32(b.operandValue(1), 2), e.c32(TAG_CLOSURE));
  const to = b.scratch.newI32();
  b.code.push(
    e.store64(e.get32(block.p), 0, e.extend(b.target(2))),
    e.store64(e.get32(block.p), WORD, e.c64((2 << 1) | 1)),
    e.set(to, e.add32(e.get32(block.p), 2 * WORD)),
    e.if(
      m.i32.gt_s(e.get32(block.n), e.c32(2)),
      [
        e.store64(e.get32(to), 0, e.get64(ACCU)),
        e.set(to, e.add32(e.get32(to), WORD)),
        e.set(block.n, e.add32(e.get32(block.n), -3)),
      ],
      [e.set(block.n, e.c32(0))],
    ),
  );
  b.copyWords(to, SP, block.n);
  b.code.push(
    e.set(ACCU, e.extend(e.get32(block.p))),
    e.set(SP, e.add32(e.get32(SP), -WORD)),
    e.store64(e.get32(SP), 0, e.get64(ACCU)),
    e.set(PC, e.add32(e.get32(PC), 4 * OPCODE_BYTES)),
  );
  b.goTo(LABEL.next);
}

/** GETPUBMET, with the cache in operand 1. */
export function publicMethod(b: ControlBuilder): void {
  const e = b.emit;
  b.push(b.accu());
  b.commitHere();
  const locals = { methods: b.scratch.newI32(), offset: b.scratch.newI32() };
  const tag = b.scratch.newI64();
  const method = b.scratch.newI64();
  const cache = (): Expr => e.add32(e.get32(PC), 2 * OPCODE_BYTES + CODE_BIAS);
  b.code.push(
    e.set(tag, b.integer(b.operand(0))),
    ...words.publicMethod(e, method, locals, e.get64(ACCU), () => e.get64(tag), cache),
  );
  b.markChanged();
  b.setAccu(e.get64(method));
}

// ---- The machine --------------------------------------------------------------------------------------------------------

function exit(b: ControlBuilder, cell: number, code: number): void {
  const e = b.emit;
  b.code.push(
    e.setCell32(CELL_SP, e.get32(SP)),
    e.setCell64(cell, e.get64(ACCU)),
    e.set(WANT, e.c32(code)),
  );
  b.goTo(LABEL.exit);
}

export function stop(b: ControlBuilder): void {
  exit(b, CELL_ACCU, EXIT_STOP);
}

/** Call a runtime function that moves to another segment of the stack, and read SP and LIMIT again. */
function changeSegment(b: ControlBuilder, name: string): Expr[] {
  const e = b.emit;
  return [
    e.setCell32(CELL_SP, e.get32(SP)),
    e.call(name, [], binaryen.none),
    e.set(SP, e.cell32(CELL_SP)),
    e.set(LIMIT, e.cell32(CELL_STACK_LIMIT)),
  ];
}

/** A closure with native code was entered: if it has all the arguments that it wants, call that. */
export function enterNative(b: ControlBuilder): Expr[] {
  const e = b.emit;
  const m = e.module;
  const arity = m.i32.load8_u(CLOSURE_ARITY, 1, e.wrap(e.get64(ENV)));
  const want = b.scratch.newI32();
  const nargs = (): Expr => e.add32(e.get32(EXTRA), 1);
  const above = m.i32.add(e.get32(SP), m.i32.shl(nargs(), e.c32(3)));
  return [
    e.set(want, arity),
    // More arguments than it wants: its result is applied to the others.
    e.if(m.i32.and(m.i32.lt_u(e.get32(want), nargs()), m.i32.le_u(nargs(), e.c32(MAX_APPLY_REST))), [
      e.set(SP, e.call("push_rest", [nargs(), e.get32(want), above], binaryen.i32)),
      e.set(EXTRA, e.add32(e.get32(want), -1)),
    ]),
    e.if(m.i32.eq(e.get32(want), nargs()), [
      e.setCell32(CELL_SP, e.get32(SP)),
      ...nativeResult(b, e.call("enter_native", [e.get64(ENV), e.get32(SP)], binaryen.i64)),
      e.set(SP, m.i32.add(e.get32(SP), m.i32.shl(e.add32(e.get32(EXTRA), 1), e.c32(3)))),
      ...b.returnToFrame(),
      e.if(e.cell32(CELL_ACTIONS), [e.set(FUEL, e.c32(0))]),
      m.br(LABEL.next),
    ]),
  ];
}

/** accu := what a native function returns; `call`: the call that gives it. */
function nativeResult(b: ControlBuilder, call: Expr): Expr[] {
  const e = b.emit;
  const m = e.module;
  const result = b.scratch.newI64();
  return [
    e.set(result, call),
    e.if(m.i64.eqz(e.get64(result)), [
      m.br(LABEL.left, m.i64.eqz(e.cell64(CELL_EXN))),
      e.set(ACCU, e.cell64(CELL_EXN)),
      m.br(LABEL.raiseNotrace),
    ]),
    e.set(ACCU, e.get64(result)),
  ];
}

/** NATIVE_CONTINUE: native code goes on in the native frame above sp. */
function continueNative(b: ControlBuilder): void {
  const e = b.emit;
  const m = e.module;
  const site = (): Expr => e.add32(e.get32(PC), CODE_BIAS);
  b.code.push(
    e.set(SP, e.add32(e.get32(SP), -RETURN_FRAME * WORD)),
    e.setCell32(CELL_SP, e.get32(SP)),
    ...nativeResult(b, e.call("continue_native", [site(), e.get64(ACCU)], binaryen.i64)),
    e.set(SP, m.i32.add(e.get32(SP), m.i32.shl(e.load32(site(), SITE_FRAME_WORDS), e.c32(3)))),
    ...b.returnToFrame(),
    e.if(e.cell32(CELL_ACTIONS), [e.set(FUEL, e.c32(0))]),
  );
  b.goTo(LABEL.next);
}

/** Go on in the native frame above sp, which becomes one of the interpreter's. */
function resumeNative(name: string, popped: number): (b: ControlBuilder) => void {
  return (b) => {
    const e = b.emit;
    b.code.push(
      e.setCell32(CELL_SP, e.add32(e.get32(SP), -popped * WORD)),
      e.setCell64(CELL_ACCU, e.get64(ACCU)),
      e.call(name, [e.add32(e.get32(PC), CODE_BIAS)], binaryen.none),
      e.set(SP, e.cell32(CELL_SP)),
      e.set(ACCU, e.cell64(CELL_ACCU)),
      e.set(ENV, e.cell64(CELL_ENV)),
      e.set(PC, e.cell32(CELL_PC)),
      e.set(EXTRA, e.c32(0)),
    );
    b.goTo(LABEL.next);
  };
}

/** Leave the interpreter if native code has entered it with the frame at address `base`. */
function leaveIfBase(b: ControlBuilder, base: Expr, cell: number, code: number): Expr {
  const e = b.emit;
  return e.if(e.module.i32.eq(base, e.cell32(CELL_INTERPRETER_BASE)), [
    e.setCell32(CELL_SP, e.get32(SP)),
    e.setCell64(cell, e.get64(ACCU)),
    e.set(WANT, e.c32(code)),
    e.module.br(LABEL.exit),
  ]);
}

export const stubs: Readonly<Record<StubName, (b: ControlBuilder) => void>> = {
  stopRaise: (b) => exit(b, CELL_EXN, EXIT_RAISE),
  segmentReturn: (b) => {
    b.code.push(...changeSegment(b, "segment_return"), ...b.returnToFrame());
    b.goTo(LABEL.next);
  },
  segmentRaise: (b) => {
    b.code.push(...changeSegment(b, "segment_raise"));
    b.goTo(LABEL.raiseOn);
  },
  fiberReturn: leaveFiber("fiber_return"),
  fiberRaise: leaveFiber("fiber_raise"),
  // The frame was popped; the trap above it is to be.
  nativeReturn: (b) => {
    const e = b.emit;
    b.code.push(
      e.setCell32(CELL_TRAP_SP, e.add32(e.load32(e.get32(SP), WORD), -1)),
      leaveIfBase(b, e.add32(e.get32(SP), -RETURN_FRAME * WORD), CELL_ACCU, EXIT_STOP),
      e.set(SP, e.add32(e.get32(SP), TRAP_FRAME * WORD)),
      ...b.returnToFrame(),
    );
    b.goTo(LABEL.next);
  },
  nativeRaise: (b) => {
    const e = b.emit;
    b.code.push(leaveIfBase(b, e.add32(e.get32(SP), -(RETURN_FRAME + TRAP_FRAME) * WORD), CELL_EXN, EXIT_RAISE));
    b.goTo(LABEL.raiseOn);
  },
  nativeResume: resumeNative("resume_frame", RETURN_FRAME),
  nativeContinue: continueNative,
  nativeHandler: resumeNative("resume_handler", TRAP_FRAME),
  nativeClosure: nativeClosures("make_native_closure"),
  nativeClosureRec: nativeClosures("make_native_closures"),
  restore: (b) => {
    b.code.push(...b.popState());
    b.goTo(LABEL.next);
  },
  // Trace.invoke_traced_function (runtime/meta.c): the code address comes as a nativeint. The frame holds the three
  // arguments of the wrapper under the two operands; its one argument for the code remains.
  invokeTraced: (b) => {
    const e = b.emit;
    const arg = b.scratch.newI64();
    b.code.push(
      e.set(arg, e.load64(e.get32(SP), WORD)),
      e.set(ENV, e.load64(e.get32(SP))),
      e.set(PC, e.load32(e.wrap(e.get64(ACCU)), WORD)),
      e.set(SP, e.add32(e.get32(SP), 4 * WORD)),
      e.store64(e.get32(SP), 0, e.get64(arg)),
      e.set(EXTRA, e.c32(0)),
    );
    b.goTo(LABEL.entered);
  },
  ensureStack: (b) => {
    const e = b.emit;
    const m = e.module;
    const lowest = m.i32.sub(e.get32(SP), m.i32.shl(b.operandValue(0), e.c32(3)));
    b.code.push(
      e.if(m.i32.lt_s(lowest, e.add32(e.get32(LIMIT), -STACK_SLACK_WORDS * WORD)), [
        ...publishAll(b),
        m.br(
          LABEL.failed,
          m.i32.eqz(
            e.call("grow_stack_or_raise", [m.i32.add(b.operandValue(1), e.get32(EXTRA)), b.operandValue(0)], binaryen.i32),
          ),
        ),
        e.set(SP, e.cell32(CELL_SP)),
        e.set(LIMIT, e.cell32(CELL_STACK_LIMIT)),
      ]),
    );
    b.markChanged();
  },
};
