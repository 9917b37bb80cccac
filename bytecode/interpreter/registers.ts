/**
 * The interpreter function's frame: its registers as wasm locals, scratch locals, and the labels that handlers branch
 * to. A thin layer over binaryen's expression constructors.
 */
import binaryen from "binaryen";

export type Expr = binaryen.ExpressionRef;

/** Locals of the interpreter function. */
export const PC = 0; // i32, biased (layout.ts: CODE_BIAS)
export const SP = 1; // i32
export const ACCU = 2; // i64
export const ENV = 3; // i64
export const EXTRA = 4; // i32: extra_args
export const FUEL = 5; // i32
export const LIMIT = 6; // i32: CELL_STACK_LIMIT of the current segment
/** What a failed allocation asks for (words). */
export const WANT = 7; // i32
const FIRST_I32 = 8;
const SCRATCH_I32 = 24;
const FIRST_I64 = FIRST_I32 + SCRATCH_I32;
const SCRATCH_I64 = 32;
const FIRST_F64 = FIRST_I64 + SCRATCH_I64;
const SCRATCH_F64 = 8;

export const LOCALS: binaryen.Type[] = [
  binaryen.i32,
  binaryen.i32,
  binaryen.i64,
  binaryen.i64,
  ...Array<binaryen.Type>(4 + SCRATCH_I32).fill(binaryen.i32),
  ...Array<binaryen.Type>(SCRATCH_I64).fill(binaryen.i64),
  ...Array<binaryen.Type>(SCRATCH_F64).fill(binaryen.f64),
];

/** Labels outside the handlers, from anywhere inside the dispatch loop. */
export const LABEL = {
  /** Fetch and execute the instruction at pc. */
  next: "next",
  /** A function was entered: check stack and fuel, then next. */
  entered: "entered",
  /** Fuel check alone. */
  poll: "poll",
  /** Collect so that a block of WANT words fits, then execute the instruction at pc again. */
  collect: "collect",
  /** A primitive returned 0. */
  failed: "failed",
  /** Leave native code (which has called) with the state before the instruction at pc. */
  leave: "leave",
  /** Native code has been left; its state is on the stack. */
  left: "left",
  /** Raise accu, recording a backtrace from pc. */
  raise: "raise",
  reraise: "reraise",
  raiseOn: "raise_on",
  /** Raise accu. */
  raiseNotrace: "raise_notrace",
  /** Leave the function with the code in WANT; registers are published. */
  exit: "exit",
} as const;

/** Scratch locals, handed out one after the other; each handler starts anew. */
export class Scratch {
  private i32 = 0;
  private i64 = 0;
  private f64 = 0;

  newI32(): number {
    if (this.i32 === SCRATCH_I32) throw new Error("an instruction needs more i32 scratch locals");
    return FIRST_I32 + this.i32++;
  }

  newI64(): number {
    if (this.i64 === SCRATCH_I64) throw new Error("an instruction needs more i64 scratch locals");
    return FIRST_I64 + this.i64++;
  }

  newF64(): number {
    if (this.f64 === SCRATCH_F64) throw new Error("an instruction needs more f64 scratch locals");
    return FIRST_F64 + this.f64++;
  }
}

/** binaryen's constructors under the names that the generator reads best with. */
export class Emit {
  readonly module: binaryen.Module;
  private readonly functions: { get(name: string): string | undefined };

  /** `functions`: exported name → internal name of the functions of core.wasm. */
  constructor(module: binaryen.Module, functions: { get(name: string): string | undefined }) {
    this.module = module;
    this.functions = functions;
  }

  get32(local: number): Expr {
    return this.module.local.get(local, binaryen.i32);
  }
  get64(local: number): Expr {
    return this.module.local.get(local, binaryen.i64);
  }
  set(local: number, value: Expr): Expr {
    return this.module.local.set(local, value);
  }
  c32(n: number): Expr {
    return this.module.i32.const(n);
  }
  c64(n: number): Expr {
    return this.module.i64.const(BigInt(n));
  }
  load32(base: Expr, offset = 0): Expr {
    return this.module.i32.load(offset, 4, base);
  }
  load64(base: Expr, offset = 0): Expr {
    return this.module.i64.load(offset, 8, base);
  }
  store32(base: Expr, offset: number, value: Expr): Expr {
    return this.module.i32.store(offset, 4, base, value);
  }
  store64(base: Expr, offset: number, value: Expr): Expr {
    return this.module.i64.store(offset, 8, base, value);
  }
  /** A cell of the VM (layout.ts: CELL_*). */
  cell32(cell: number): Expr {
    return this.load32(this.c32(0), cell);
  }
  cell64(cell: number): Expr {
    return this.load64(this.c32(0), cell);
  }
  setCell32(cell: number, value: Expr): Expr {
    return this.store32(this.c32(0), cell, value);
  }
  setCell64(cell: number, value: Expr): Expr {
    return this.store64(this.c32(0), cell, value);
  }
  add32(x: Expr, n: number): Expr {
    return n === 0 ? x : this.module.i32.add(x, this.c32(n));
  }
  wrap(x: Expr): Expr {
    return this.module.i32.wrap(x);
  }
  extend(x: Expr): Expr {
    return this.module.i64.extend_u(x);
  }
  if(condition: Expr, then: Expr[], otherwise?: Expr[]): Expr {
    const m = this.module;
    return m.if(condition, m.block(null, then), otherwise && m.block(null, otherwise));
  }
  /** The first instruction of an `if`'s first arm: whether that is nearly always or seldom taken (native/branch-hints.ts). */
  hint(taken: boolean): Expr {
    return this.module.drop(this.c32(Number(taken)));
  }
  /** if, whose condition seldom holds. */
  unlikely(condition: Expr, then: Expr[], otherwise?: Expr[]): Expr {
    return this.if(condition, [this.hint(false), ...then], otherwise);
  }
  /** if, whose condition nearly always holds. */
  likely(condition: Expr, then: Expr[], otherwise?: Expr[]): Expr {
    return this.if(condition, [this.hint(true), ...then], otherwise);
  }
  /** Call an exported function of core.wasm. */
  call(name: string, operands: Expr[], result: binaryen.Type): Expr {
    const internal = this.functions.get(name);
    if (internal === undefined) throw new Error(`core.wasm does not export ${name}`);
    return this.module.call(internal, operands, result);
  }
}
