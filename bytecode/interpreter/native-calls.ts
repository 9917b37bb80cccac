/**
 * Calls between native functions, for each number of arguments (DESIGN D6). A native function of n arguments has the
 * signature (argument 1, …, argument n, closure: i64, sp: i32) → i64. The exports:
 *
 * - `natives`: the table of native functions; up to MAX_PARTIAL_INDEX (layout.ts) it is the code of partial applications;
 * - `apply_n`: applies any closure to n arguments;
 * - `apply_memory`: applies any closure to the arguments below sp;
 * - `resume_fiber`: runs another fiber;
 * - `leave_entry_n`: has the interpreter enter a function instead;
 * - `grow_entry_n`: the same, or enters it in a new segment of the stack.
 *
 * All calls in tail position are tail calls, but for those of functions without native code.
 */
import binaryen from "binaryen";
import type { CoreExports } from "../../runtime/core-exports.ts";
import {
  CELL_ACCU,
  CLOSURE_ARITY,
  CLOSURE_INDEX,
  CODE_BIAS,
  MAX_HELD_DIRECTLY,
  MAX_NATIVE_ARITY,
  MAX_PARTIAL_INDEX,
  PLAIN_ENVIRONMENT,
  WORD,
} from "../../runtime/layout.ts";
import { opcode } from "../instructions/table.ts";
import type { Emit, Expr } from "./registers.ts";

const { i32, i64 } = binaryen;

export const NATIVES = "natives" satisfies keyof CoreExports;

/** Parameters of a native function of n arguments. */
export function nativeParameters(n: number): binaryen.Type {
  return binaryen.createType([...Array<binaryen.Type>(n + 1).fill(i64), i32]);
}

const arities = Array.from({ length: MAX_NATIVE_ARITY }, (_, i) => i + 1);

/** `invoke` is the internal name of the import that runtime/core/native.ts calls native code with. */
export function addNativeCalls(e: Emit, invoke: string): void {
  const m = e.module;
  m.addTable(NATIVES, MAX_PARTIAL_INDEX + 1, -1);
  m.addTableExport(NATIVES, NATIVES);
  addInvoke(e, invoke);
  addApplyMemory(e, invoke);
  addResumeFiber(e);
  for (const n of arities) {
    addApply(e, n);
    addRestart(e, n, invoke);
    addAtEntry(e, n, `leave_entry_${n}`, "leave_at_entry");
    addAtEntry(e, n, `grow_entry_${n}`, "grow_at_entry");
  }
  const restarts = arities.map((n) => restart(n));
  for (let held = 1; held <= MAX_HELD_DIRECTLY; held++) {
    for (const n of arities) {
      if (isDirect(n, held)) addDirectRestart(e, n, held);
      restarts.push(restart(n, isDirect(n, held) ? held : undefined));
    }
  }
  m.addActiveElementSegment(NATIVES, "restarts", restarts, e.c32(1));
}

/** Store parameters 0…n - 1 below sp, the first one lowest. */
function storeArguments(e: Emit, n: number): Expr[] {
  const sp = n + 1;
  const base = n + 2;
  return [
    e.set(base, e.add32(e.get32(sp), -n * WORD)),
    ...Array.from({ length: n }, (_, i) => e.store64(e.get32(base), i * WORD, e.get64(i))),
  ];
}

function addFunction(e: Emit, name: string, params: binaryen.Type, locals: binaryen.Type[], body: Expr[]): void {
  const m = e.module;
  m.addFunction(name, params, i64, locals, m.block(null, [...body, m.unreachable()]));
}

/** invoke(index, arity, argv, closure, sp). */
function addInvoke(e: Emit, invoke: string): void {
  const m = e.module;
  m.removeFunction(invoke);
  let body: Expr = m.block("arity1", [
    m.switch(["none", ...arities.map((n) => `arity${n}`)], "none", e.get32(1)),
  ]);
  for (const n of arities) {
    const args = Array.from({ length: n }, (_, i) => e.load64(e.get32(2), i * WORD));
    const call = m.return_call_indirect(NATIVES, e.get32(0), [...args, e.get64(3), e.get32(4)], nativeParameters(n), i64);
    body = m.block(n === MAX_NATIVE_ARITY ? "none" : `arity${n + 1}`, [body, call]);
  }
  addFunction(e, invoke, binaryen.createType([i32, i32, i32, i64, i32]), [], [body]);
}

/** apply_memory(closure, nargs, sp): to the nargs words below sp. */
function addApplyMemory(e: Emit, invoke: string): void {
  const m = e.module;
  const [f, nargs, sp, index, arity, argv] = [0, 1, 2, 3, 4, 5];
  const address = (): Expr => e.wrap(e.get64(f));
  const isPartial = m.i32.eq(e.load32(e.load32(address()), CODE_BIAS), e.c32(opcode("RESTART")));
  const call = (at: Expr, to: Expr): Expr[] => [e.get32(index), e.get32(arity), at, e.get64(f), to];
  addFunction(e, "apply_memory", binaryen.createType([i64, i32, i32]), [i32, i32, i32], [
    e.set(index, e.load32(address(), CLOSURE_INDEX)),
    e.if(m.i32.eqz(e.get32(index)), [m.return(e.call("call_interpreter", [e.get64(f), e.get32(nargs), e.get32(sp)], i64))]),
    e.set(arity, m.i32.load8_u(CLOSURE_ARITY, 1, address())),
    e.if(m.i32.lt_u(e.get32(nargs), e.get32(arity)), [
      m.return(e.call("apply_partially", [e.get64(f), isPartial, e.get32(nargs), e.get32(sp)], i64)),
    ]),
    e.if(m.i32.eq(e.get32(nargs), e.get32(arity)), [
      m.return_call(invoke, call(m.i32.sub(e.get32(sp), m.i32.shl(e.get32(nargs), e.c32(3))), e.get32(sp)), i64),
    ]),
    e.set(argv, e.call("push_rest", [e.get32(nargs), e.get32(arity), e.get32(sp)], i32)),
    m.local.set(
      f,
      m.call(invoke, call(e.get32(argv), m.i32.add(e.get32(argv), m.i32.shl(e.get32(arity), e.c32(3)))), i64),
    ),
    e.if(m.i64.eqz(e.get64(f)), [m.return(e.c64(0))]),
    m.return_call("apply_memory", [e.get64(f), m.i32.sub(e.get32(nargs), e.get32(arity)), e.get32(sp)], i64),
  ]);
  m.addFunctionExport("apply_memory", "apply_memory");
}

/** resume_fiber(stack, function, argument, tail, sp): RESUME (runtime/core/native-fibers.ts); the handler is called in its place. */
function addResumeFiber(e: Emit): void {
  const m = e.module;
  const [sp, nargs] = [4, 5];
  const operands = [0, 1, 2, 3].map((i) => e.get64(i));
  addFunction(e, "resume_fiber", binaryen.createType([i64, i64, i64, i64, i32]), [i32], [
    e.set(nargs, e.call("run_fiber", [...operands, e.get32(sp)], i32)),
    e.if(m.i32.eqz(e.get32(nargs)), [m.return(e.c64(0))]),
    m.return_call("apply_memory", [e.cell64(CELL_ACCU), e.get32(nargs), e.get32(sp)], i64),
  ]);
  m.addFunctionExport("resume_fiber", "resume_fiber");
}

function addApply(e: Emit, n: number): void {
  const m = e.module;
  const [f, sp] = [n, n + 1];
  const address = (): Expr => e.wrap(e.get64(f));
  const all = [...Array.from({ length: n }, (_, i) => e.get64(i)), e.get64(f), e.get32(sp)];
  addFunction(e, `apply_${n}`, nativeParameters(n), [i32], [
    e.if(m.i32.eq(m.i32.load8_u(CLOSURE_ARITY, 1, address()), e.c32(n)), [
      e.if(e.load32(address(), CLOSURE_INDEX), [
        m.return_call_indirect(NATIVES, e.load32(address(), CLOSURE_INDEX), all, nativeParameters(n), i64),
      ]),
    ]),
    ...storeArguments(e, n),
    m.return_call("apply_memory", [e.get64(f), e.c32(n), e.get32(sp)], i64),
  ]);
  m.addFunctionExport(`apply_${n}`, `apply_${n}`);
}

/** Their code: of those that hold `held` arguments, if it is given. */
const restart = (n: number, held?: number): string => (held === undefined ? `restart_${n}` : `restart_${n}_${held}`);
/** Table index of the code of partial applications that hold `held` arguments and want `rest` more (runtime/core/values.ts). */
export const partialIndex = (held: number, rest: number): number =>
  held <= MAX_HELD_DIRECTLY ? rest + held * MAX_NATIVE_ARITY : rest;
const isDirect = (n: number, held: number): boolean => held > 0 && n + held <= MAX_NATIVE_ARITY;

/**
 * Has the interpreter restart the partial application in local f if its function, in local `applied`, is redirected
 * (bytecode/redirection.ts).
 */
function unlessRedirected(e: Emit, n: number, applied: number): Expr {
  const m = e.module;
  const all = Array.from({ length: n + 1 }, (_, i) => e.get64(i));
  const isRedirected = m.i32.eqz(e.load32(e.wrap(e.get64(applied)), CLOSURE_INDEX));
  return e.if(isRedirected, [m.return_call(`leave_entry_${n}`, [...all, e.get32(n + 1)], i64)]);
}

/** The code of partial applications that hold `held` arguments and want n more: applies their function. */
function addDirectRestart(e: Emit, n: number, held: number): void {
  const m = e.module;
  const [f, sp, applied] = [n, n + 1, n + 2];
  const field = (i: number): Expr => e.load64(e.wrap(e.get64(f)), (PLAIN_ENVIRONMENT + i) * WORD);
  const heldArguments = Array.from({ length: held }, (_, i) => field(1 + i));
  const given = Array.from({ length: n }, (_, i) => e.get64(i));
  const index = e.load32(e.wrap(e.get64(applied)), CLOSURE_INDEX);
  const operands = [...heldArguments, ...given, e.get64(applied), e.get32(sp)];
  addFunction(e, restart(n, held), nativeParameters(n), [i64], [
    e.set(applied, field(0)),
    unlessRedirected(e, n, applied),
    m.return_call_indirect(NATIVES, index, operands, nativeParameters(held + n), i64),
  ]);
}

/** The code of partial applications that hold more arguments than that, and want n more. */
function addRestart(e: Emit, n: number, invoke: string): void {
  const m = e.module;
  const [f, sp, applied, total] = [n, n + 1, n + 3, n + 4]; // and what storeArguments needs
  const argv = m.i32.sub(e.get32(sp), m.i32.shl(e.get32(total), e.c32(3)));
  const index = e.load32(e.wrap(e.get64(applied)), CLOSURE_INDEX);
  addFunction(e, restart(n), nativeParameters(n), [i32, i64, i32], [
    e.set(applied, e.load64(e.wrap(e.get64(f)), PLAIN_ENVIRONMENT * WORD)),
    unlessRedirected(e, n, applied),
    ...storeArguments(e, n),
    e.set(total, e.call("push_held_arguments", [e.get64(f), e.c32(n), e.get32(sp)], i32)),
    m.return_call(invoke, [index, e.get32(total), argv, e.get64(applied), e.get32(sp)], i64),
  ]);
}

/** `name`: core function `call` of a closure, the number of its arguments, and the address above them. */
function addAtEntry(e: Emit, n: number, name: string, call: string): void {
  const m = e.module;
  addFunction(e, name, nativeParameters(n), [i32], [
    ...storeArguments(e, n),
    m.return(e.call(call, [e.get64(n), e.c32(n), e.get32(n + 1)], i64)),
  ]);
  m.addFunctionExport(name, name);
}
