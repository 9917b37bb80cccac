/**
 * The language in which the meaning of each instruction is written (DESIGN D4).
 *
 * An instruction's meaning is a function over a `Semantics`: the interpreter's builder emits WebAssembly that works on
 * the memory stack and reads operands at run time; a compiler's builder runs the same function on a symbolic stack with
 * known operands; the verifier's runs it on stack depths alone.
 *
 * `V` is an OCaml word (accumulator, stack slot, field); `N` a small integer that steers the instruction (operand,
 * index, size); `C` a condition. Stack indices count from the top, 0 being the top, as in runtime/interp.c's `sp[i]`.
 * The order of calls is the order of effects.
 */
export interface Semantics<V, N, C> {
  // ---- Operands and constants ----
  /** Operand i of the instruction. */
  operand(i: number): N;
  number(n: number): N;
  /** n + k. */
  plus(n: N, k: number): N;
  /** The OCaml integer n (tagged). */
  integer(n: N): V;
  unit(): V;
  atom(tag: N): V;

  // ---- Registers and stack ----
  accu(): V;
  setAccu(v: V): void;
  env(): V;
  stack(i: N): V;
  setStack(i: N, v: V): void;
  push(v: V): void;
  /** Drop n slots. */
  pop(n: N): void;

  // ---- Blocks ----
  field(block: V, i: N): V;
  /** Field at an OCaml integer index. */
  item(block: V, index: V): V;
  /** Store into a field, with the write barrier. */
  modifyField(block: V, i: N, v: V): void;
  modifyItem(block: V, index: V, v: V): void;
  /** Add n to the OCaml integer in field 0. */
  offsetRef(block: V, n: N): void;
  floatField(block: V, i: N): V;
  setFloatField(block: V, i: N, v: V): void;
  /** The length of an array (of floats too), as an OCaml integer. */
  vectLength(block: V): V;
  byte(bytes: V, index: V): V;
  setByte(bytes: V, index: V, v: V): void;
  global(i: N): V;
  setGlobal(i: N, v: V): void;
  /** A block of `size` ≥ 1 fields: accu, then the top size - 1 slots, which are popped. Becomes accu. */
  makeBlock(size: N, tag: N): void;
  makeFloatBlock(size: N): void;

  // ---- Arithmetic on OCaml integers ----
  arith(op: ArithOp, x: V, y: V): V;
  negate(x: V): V;
  not(x: V): V;
  offset(x: V, n: N): V;
  /** x / y or x mod y; raises Division_by_zero. */
  divide(op: "div" | "mod", x: V, y: V): V;
  compare(op: CompareOp, x: V, y: V): C;
  isInt(x: V): C;
  boolean(c: C): V;

  // ---- Control; targets are operand indices, their values relative to the operand's own address ----
  branch(target: number): void;
  /** Go to the target if c holds, else to the next instruction. */
  branchIf(c: C, target: number): void;
  isFalse(v: V): C;
  /** SWITCH: operand 0 holds the sizes, the table follows. */
  switch(): void;
  /** Poll for signals and the like. */
  poll(): void;

  // ---- Functions ----
  pushReturnAddress(target: number): void;
  /** Call the closure in accu with the top n slots; `pushFrame`: with a return frame to be slipped below them first. */
  apply(n: N, pushFrame: boolean): void;
  /** Tail call with the top n slots; `slots` is the frame's size with them. */
  applyTail(n: N, slots: N): void;
  /** Pop n slots and return accu, or apply it to the remaining arguments. */
  return(n: N): void;
  restart(): void;
  grab(required: N): void;
  /** Closure over the top `vars` values (accu first, if any) whose code is at operand `target`. */
  closure(vars: N, target: number): void;
  /** CLOSUREREC: operands nfuncs, nvars, then nfuncs targets. */
  closureRec(): void;
  /** The closure at distance n words from env in its block. */
  offsetClosure(n: N): V;

  // ---- Exceptions ----
  pushTrap(target: number): void;
  popTrap(): void;
  raise(kind: "raise" | "reraise" | "notrace"): void;

  // ---- Primitives, objects, effects ----
  /** Call a primitive of n arguments: accu and the top n - 1 slots, which are popped. */
  call(n: number, primitive: number): void;
  /** The same for any number of arguments. */
  callN(n: number, primitive: number): void;
  method(object: V, label: V): V;
  /** GETPUBMET: operand 0 the tag, operand 1 the cache. Pushes accu, the object; accu becomes the method. */
  publicMethod(): void;
  dynamicMethod(object: V, tag: V): V;
  perform(): void;
  resume(): void;
  resumeTail(slots: N): void;
  reperformTail(slots: N): void;

  // ---- The machine itself ----
  stop(): void;
  /** One of the VM's own stubs (runtime/core/stack.ts, callback.ts). */
  stub(name: StubName): void;
}

/** What the meanings of primitives (inlined.ts) are written in besides; `F` is an unboxed double. */
export interface PrimitiveSemantics<V, N, C, F> extends Semantics<V, N, C> {
  /** What follows holds if c does; otherwise the primitive itself is called. */
  fastWhen(c: C): void;
  /** Both conditions, evaluated. */
  both(x: C, y: C): C;
  /** Whether the block's tag is not `tag`. */
  hasOtherTag(block: V, tag: number): C;
  /** Length in bytes, as an OCaml integer. */
  stringLength(s: V): V;

  // ---- Floats ----
  unbox(x: V): F;
  box(x: F): V;
  floatArith(op: FloatOp, x: F, y: F): F;
  floatUnary(op: FloatUnaryOp, x: F): F;
  compareFloats(op: FloatCompareOp, x: F, y: F): C;
  floatOfInt(x: V): F;
  /** Element of a float array at an OCaml integer index. */
  floatItem(block: V, index: V): F;
  setFloatItem(block: V, index: V, x: F): void;
}

export type ArithOp = "add" | "sub" | "mul" | "and" | "or" | "xor" | "lsl" | "lsr" | "asr";
export type CompareOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "ult" | "uge";
export type FloatOp = "add" | "sub" | "mul" | "div" | "copysign";
export type FloatUnaryOp = "neg" | "abs" | "sqrt" | "ceil" | "floor" | "trunc";
export type FloatCompareOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";
export type StubName =
  | "stopRaise"
  | "segmentReturn"
  | "segmentRaise"
  | "fiberReturn"
  | "fiberRaise"
  | "restore"
  | "ensureStack"
  | "invokeTraced"
  | "nativeReturn"
  | "nativeRaise"
  | "nativeResume"
  | "nativeContinue"
  | "nativeHandler"
  | "nativeClosure"
  | "nativeClosureRec";

/** A meaning, for any builder. */
export type Meaning = <V, N, C>(b: Semantics<V, N, C>) => void;

/** The meaning of a primitive, for any builder. */
export type PrimitiveMeaning = <V, N, C, F>(b: PrimitiveSemantics<V, N, C, F>) => void;
