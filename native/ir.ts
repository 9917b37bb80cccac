/**
 * The intermediate representation: one function in SSA form. Nodes without effects float in their block in the order in
 * which they were made; nodes with effects keep that order. Values are OCaml words (tagged) unless an operation says
 * otherwise; conditions are their own sort and are used by `if` and `boolean` only.
 */
import { MAX_YOUNG_WOSIZE } from "../runtime/layout.ts";
import type { ControlFlowGraph } from "./cfg.ts";

/** What an operation does besides computing its value. */
export type Effect =
  /** Nothing: it can be moved, shared and dropped. */
  | "none"
  /** Depends on the heap. */
  | "read"
  /** Changes the heap. */
  | "write"
  /** Makes a block; may collect. */
  | "allocate"
  /** Runs code that may do anything: collect, raise, poll. */
  | "call";

/** What a node stands for: an OCaml word, a condition (an i32), an unboxed double, an integer of 64 bits that is not tagged. */
export type Sort = "word" | "condition" | "float" | "int64";

/** On integers of 64 bits: shifts by the low 6 bits, "div" and "rem" by other than 0; all of them wrap. */
export type Int64Op = "add" | "sub" | "mul" | "div" | "rem" | "and" | "or" | "xor" | "shl" | "shr_s" | "shr_u";

interface OperationInfo {
  readonly effect: Effect;
  /** Whether it can raise an exception. */
  readonly raises: boolean;
  readonly sort: Sort;
  /** Sorts of the first inputs; those after them are words. */
  readonly takes: readonly Sort[];
}

const info = (effect: Effect, raises = false, sort: Sort = "word", takes: readonly Sort[] = []): OperationInfo => ({
  effect,
  raises,
  sort,
  takes,
});
const condition = (...takes: Sort[]): OperationInfo => info("none", false, "condition", takes);
const float = (...takes: Sort[]): OperationInfo => info("none", false, "float", takes);
const int64 = (...takes: Sort[]): OperationInfo => info("none", false, "int64", takes);

/** Every operation. Immediate operands of a node are in `Node.immediates`, in the order given here. */
export const OPERATIONS = {
  /** Argument number i of the function. */
  parameter: info("none"),
  /** The function's closure. */
  environment: info("none"),
  /** One input for each predecessor of its block, in their order. */
  phi: info("none"),
  /** The same for numbers that are not boxed. */
  floatPhi: float(),
  int64Phi: int64(),
  /** The exception that a handler was entered with. */
  caught: info("none"),
  /** A word of a return address or trap on the stack (FRAME_PART_*, word of the code): only in frame states. */
  framePart: info("none"),
  /** The box that the input is to be put into, of kind i (CUSTOM_*, BOXED_DOUBLE): only in frame states. */
  boxed: info("none"),
  /** The integer i. */
  integer: info("none"),
  /** The atom of tag i. */
  atom: info("none"),
  /** Global number i. */
  global: info("read"),
  setGlobal: info("write"),
  /** Field i. */
  field: info("read"),
  floatField: info("read", false, "float"),
  setField: info("write"),
  setFloatField: info("write", false, "word", ["word", "float"]),
  item: info("read"),
  setItem: info("write"),
  byte: info("read"),
  setByte: info("write"),
  /** Add i to the integer in field 0. */
  offsetRef: info("write"),
  /** No block's length changes. */
  vectLength: info("none"),
  /** A block of its inputs with tag i. */
  makeBlock: info("allocate"),
  /** A block of doubles. */
  makeFloatBlock: info("allocate", false, "word", Array<Sort>(MAX_YOUNG_WOSIZE).fill("float")),
  /** ArithOp i of two integers. */
  arithmetic: info("none"),
  negate: info("none"),
  not: info("none"),
  /** The input plus i. */
  offset: info("none"),
  /** "div" or "mod". */
  divide: info("none", true),
  /** If the condition does not hold: Division_by_zero. */
  checkDivisor: info("none", true, "word", ["condition"]),
  /** The condition that always holds (1), or never (0). */
  truth: condition(),
  /** CompareOp i: a condition. */
  compare: condition(),
  /** The second input, an integer, is an index of the first, an array. */
  inBounds: condition(),
  isInt: condition(),
  isFalse: condition(),
  both: condition("condition", "condition"),
  /** The condition does not hold. */
  negation: condition("condition"),
  /** The tag of a block is not i. */
  hasOtherTag: condition(),
  compareFloats: condition("float", "float"),
  /** A condition as an OCaml bool. */
  boolean: info("none", false, "word", ["condition"]),
  stringLength: info("none"),
  /** The double i; the 64-bit integer i, in decimal. */
  float: float(),
  int64: int64(),
  /** The double of a boxed float, which never changes. */
  unbox: float(),
  box: info("allocate", false, "word", ["float"]),
  /** FloatOp i of two doubles, FloatUnaryOp i of one. */
  floatArithmetic: float("float", "float"),
  floatUnary: float("float"),
  floatOfInt: float(),
  floatItem: info("read", false, "float"),
  setFloatItem: info("write", false, "word", ["word", "word", "float"]),
  /** The number of a boxed integer of kind i (CUSTOM_*), sign-extended; it never changes. */
  unboxInteger: int64(),
  /** A custom block of kind i (CUSTOM_*). */
  boxInteger: info("allocate", false, "word", ["int64"]),
  /** Whether a word is a boxed integer of kind i. */
  isBoxedInteger: condition(),
  /** The number that an OCaml integer stands for. */
  untag: int64(),
  /** Its low 63 bits as an OCaml integer. */
  tag: info("none", false, "word", ["int64"]),
  /** Int64Op i. */
  int64Arithmetic: int64("int64", "int64"),
  /** The low 32 bits, sign-extended or zero-extended. */
  signExtend32: int64("int64"),
  zeroExtend32: int64("int64"),
  /** CompareOp i. */
  compareInt64: condition("int64", "int64"),
  /** As x86-64 converts to i bits, 32 or 64: what does not fit gives the smallest integer. */
  int64OfFloat: int64("float"),
  floatOfInt64: float("int64"),
  /** The bits of doubles, and of singles in 32 bits. */
  bitsOfFloat: int64("float"),
  floatOfBits: float("int64"),
  bitsOfSingle: int64("float"),
  singleOfBits: float("int64"),
  /** i bytes at an index: 2 (zero-extended), 4 (sign-extended) or 8. */
  loadBytes: info("read", false, "int64"),
  storeBytes: info("write", false, "word", ["word", "word", "int64"]),
  /** Function i of runtime/core/math.ts, of one or two doubles. */
  math: float("float", "float"),
  /**
   * How two values compare (runtime/core/compare.ts: compare_values): i is "total", "partial" (nan is not ordered), or
   * "equality" (partial; what is less or greater may be either).
   */
  structuralOrder: info("read", false, "int64"),
  /** If the condition does not hold: primitive i of the other inputs, which raises. */
  guard: info("call", true, "word", ["condition"]),
  /** If the condition does not hold: apply the second input to the others, which raises. */
  guardCall: info("call", true, "word", ["condition"]),
  /** Native code is left unless the word is a boxed number of kind i (CUSTOM_*, BOXED_DOUBLE). */
  expect: info("call", true),
  poll: info("call", true),
  /** Closure of the code at word i over its inputs. */
  closure: info("allocate"),
  /** The closures of the code at the words i…, over its inputs: one block. */
  recursiveClosures: info("allocate"),
  /** The first input, a function of native code, with the others as its first arguments: it wants i more. */
  partialApplication: info("allocate"),
  /** The input, a closure, i words further. */
  offsetClosure: info("none"),
  /** Apply the first input to the others. */
  apply: info("call", true),
  /** Primitive i of its inputs, which neither collects nor raises nor waits. */
  leaf: info("write"),
  /** Primitive i of its inputs. */
  primitive: info("call", true),
  /**
   * The element of a Bigarray (first input) at as many indices as there are dimensions, of kind i (bigarrays.ts): a double, an
   * OCaml integer, or the number of a boxed one. Native code is left if it is not of that kind, or there is none.
   */
  realElement: info("call", true, "float"),
  integerElement: info("call", true),
  numberElement: info("call", true, "int64"),
  /** The same with what is to be stored before the other inputs. */
  setRealElement: info("call", true, "word", ["float"]),
  setIntegerElement: info("call", true),
  setNumberElement: info("call", true, "word", ["int64"]),
  /** Perform the input, an effect. */
  perform: info("call", true),
  /** On the fibers of the first input: apply the second to the third; the fourth is the last of these fibers, or 0. */
  resume: info("call", true),
  method: info("read"),
  /** Method with tag i of an object. */
  publicMethod: info("read"),
  dynamicMethod: info("read"),
  /** The interpreter goes on, with an instruction that native code has no means for. */
  leave: info("call", true),
} as const satisfies Readonly<Record<string, OperationInfo>>;

export type Operation = keyof typeof OPERATIONS;

/** What the interpreter needs to go on with a function: where, and what its registers and its frame hold. */
export interface FrameState {
  /** Word of the bytecode to go on at. */
  readonly pc: number;
  /** From the base of the frame; undefined: nobody will look at it. */
  readonly stack: (Node | undefined)[];
  env: Node | undefined;
  /** "result": what was called or raised gives it. */
  accu: Node | "result" | undefined;
}

/** Where an exception goes that is raised by a node. */
export interface HandlerEdge {
  /** Block of the handler. */
  readonly block: number;
  /** Which input of that block's phis. */
  readonly input: number;
  /** The interpreter's frame there. */
  readonly state: FrameState;
}

/** What takes the place of a primitive when a condition holds. */
export interface FastPath {
  readonly condition: Node;
  /** What is computed then, and changed; nothing of it interrupts. */
  readonly nodes: readonly Node[];
  readonly value: Node;
}

export class Node {
  readonly id: number;
  readonly operation: Operation;
  inputs: Node[];
  readonly immediates: readonly (number | string)[];
  /** Of calls: how to go on after them in the interpreter, or with them if accu is no result. */
  state: FrameState | undefined;
  /** Of what can raise, inside a try: where that leads. */
  handler: HandlerEdge | undefined;
  fast: FastPath | undefined;
  /** Word of the instruction that it comes from, and of the one after that. */
  at = 0;
  next = 0;

  constructor(id: number, operation: Operation, inputs: Node[], immediates: readonly (number | string)[]) {
    this.id = id;
    this.operation = operation;
    this.inputs = inputs;
    this.immediates = immediates;
  }
}

/** How control leaves a block; targets are the successors of the block in the graph. */
export type Exit =
  | { readonly kind: "jump" }
  /** To the first successor if the condition holds, else to the second. */
  | { readonly kind: "if"; readonly condition: Node }
  | { readonly kind: "switch"; readonly value: Node; readonly constants: number }
  | { readonly kind: "return"; readonly value: Node }
  | { readonly kind: "tailCall"; readonly inputs: readonly Node[] }
  /**
   * "resume": as the operation, in tail position; "reperform": an effect, by the continuation and its last fiber, in the fiber that this
   * one returns to. `at`: word of the instruction.
   */
  | { readonly kind: "switchFiber"; readonly how: "resume" | "reperform"; readonly inputs: readonly Node[]; readonly at: number }
  | {
      readonly kind: "raise";
      readonly how: "raise" | "reraise" | "notrace";
      readonly value: Node;
      readonly handler: HandlerEdge | undefined;
      /** Word of the instruction. */
      readonly at: number;
    };

export interface Block {
  readonly nodes: Node[];
  exit: Exit;
}

/** Parameters of a function; the code of a program or unit, which takes none, is called with one. */
export const parameterCount = ({ arity }: { readonly arity: number }): number => Math.max(arity, 1);

export interface SsaFunction {
  /** Word of its first instruction. */
  readonly entry: number;
  /** Word where it starts once its arguments are on the stack: after a GRAB. */
  readonly start: number;
  readonly arity: number;
  graph: ControlFlowGraph;
  /** By block of the graph. */
  blocks: readonly Block[];
  /** Blocks that exceptions lead to. */
  handlers: ReadonlySet<number>;
  /** Number for the next node. */
  nextId: number;
}
