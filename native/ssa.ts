/**
 * From bytecode to SSA: each instruction's meaning runs on a symbolic stack (Braun et al.: Simple and Efficient Construction
 * of Static Single Assignment Form, 2013, with all predecessors known from the start).
 */
import type {
  ArithOp,
  CompareOp,
  FloatCompareOp,
  FloatOp,
  FloatUnaryOp,
  StubName,
} from "../bytecode/instructions/semantics.ts";
import { instructionLength } from "../bytecode/instructions/decode.ts";
import { instructions, INVOKE_TRACED_FUNCTION } from "../bytecode/instructions/table.ts";
import {
  CLOSURE_WORDS,
  FRAME_PART_CODE,
  FRAME_PART_ENV,
  FRAME_PART_EXTRA,
  FRAME_PART_LINK,
  MAX_YOUNG_WOSIZE,
} from "../runtime/layout.ts";
import { RETURN_FRAME, TRAP_FRAME } from "../bytecode/stack-effects.ts";
import { type BasicBlock, controlFlow, type ControlFlowGraph } from "./cfg.ts";
import { dominators } from "./dominators.ts";
import {
  type Block,
  type Exit,
  type FrameState,
  type HandlerEdge,
  Node,
  type Operation,
  OPERATIONS,
  type SsaFunction,
} from "./ir.ts";
import { simplifyPhis } from "./phis.ts";
import { type NativeMeaning, nativeMeanings, type NativeSemantics } from "./primitives.ts";
import { ACCU, ENV, SlotUse } from "./slot-use.ts";

/** The words of a return address and of a trap in the order in which they are pushed. */
const RETURN_PARTS = [FRAME_PART_EXTRA, FRAME_PART_ENV, FRAME_PART_CODE];
const TRAP_PARTS = [FRAME_PART_EXTRA, FRAME_PART_ENV, FRAME_PART_LINK, FRAME_PART_CODE];

const OPPOSITES: Readonly<Record<CompareOp, CompareOp>> = {
  eq: "ne", ne: "eq", lt: "ge", ge: "lt", le: "gt", gt: "le", ult: "uge", uge: "ult",
};

const isFramePart = (node: Node): boolean => node.operation === "framePart";

/** What is known before or after some code: the stack from its base, and accu. */
interface State {
  readonly stack: readonly Node[];
  readonly accu: Node;
}

/** What is known of a primitive that code numbers. */
export interface CalledPrimitive {
  readonly name: string;
  /** Whether it neither collects nor raises nor waits. */
  readonly leaf: boolean;
}

/** A primitive that is executed without a call. */
interface InlinedCall {
  readonly number: number;
  readonly inputs: Node[];
  readonly here: FrameState;
  readonly inlined: NativeMeaning;
  /** When its fast path is taken. */
  condition?: Node;
}

class FunctionBuilder implements NativeSemantics {
  private readonly code: Int32Array;
  private readonly graph: ControlFlowGraph;
  private readonly blocks: Block[];
  private readonly ends: (State | undefined)[];
  /** For each handler: the states that exceptions come from. */
  private readonly raised = new Map<number, State[]>();
  /** For each handler: the stack when it is entered, as it was when the trap was set. */
  private readonly handlerStacks = new Map<number, readonly Node[]>();
  /** Whether this is the code of a program. */
  private isProgram = false;
  private readonly phis: { block: number; phis: Node[]; accu: Node | undefined }[] = [];
  nodes = 0;
  // The block that is being built.
  private block!: BasicBlock;
  private current!: Block;
  private exit: Exit | undefined;
  private at = 0;
  private slots: Node[] = [];
  private accumulator!: Node;
  private environment!: Node;
  private readonly slotUse: SlotUse;
  private readonly primitives: readonly CalledPrimitive[];
  private inlining: InlinedCall | undefined;

  constructor(code: Int32Array, graph: ControlFlowGraph, primitives: readonly CalledPrimitive[]) {
    this.code = code;
    this.primitives = primitives;
    this.graph = graph;
    this.blocks = graph.blocks.map(() => ({ nodes: [], exit: { kind: "jump" } }));
    this.ends = graph.blocks.map(() => undefined);
    this.slotUse = new SlotUse(graph);
  }

  build(arity: number): readonly Block[] {
    this.isProgram = arity === 0;
    for (const index of dominators(this.graph).order) {
      this.block = this.graph.blocks[index]!;
      this.current = this.blocks[index]!;
      this.slotUse.startBlock(index);
      this.enter(index, arity);
      this.exit = undefined;
      for (this.at = this.block.start; this.at < this.block.end; this.at += instructionLength(this.code, this.at)) {
        instructions[this.code[this.at]!]!.meaning(this);
      }
      this.current.exit = this.exit ?? { kind: "jump" };
      this.ends[index] = this.state();
    }
    this.completePhis();
    this.slotUse.prune();
    return this.blocks;
  }

  // ---- States ---------------------------------------------------------------------------------------------------------

  private state(): State {
    return { stack: [...this.slots], accu: this.accumulator };
  }

  private add(operation: Operation, inputs: Node[], ...immediates: (number | string)[]): Node {
    const node = new Node(this.nodes++, operation, inputs, immediates);
    node.at = this.at;
    node.next = this.at + instructionLength(this.code, this.at);
    this.current.nodes.push(node);
    if (OPERATIONS[operation].raises) node.handler = this.mayRaise();
    return node;
  }

  /** A node that calls, after which the interpreter can go on: with what it returns, or, if `again`, with the call. */
  private addCall(operation: Operation, inputs: Node[], again: FrameState | undefined, ...immediates: number[]): Node {
    const node = this.add(operation, inputs, ...immediates);
    if (again) node.state = again;
    else {
      node.state = { pc: node.next, stack: [...this.slots], env: this.environment, accu: "result" };
      this.slotUse.site(node.state);
    }
    return node;
  }

  /** The state before the current instruction. */
  private stateHere(): FrameState {
    const state: FrameState = { pc: this.at, stack: [...this.slots], env: this.environment, accu: this.accumulator };
    this.slotUse.site(state);
    return state;
  }

  /** Control may go from here to the handler. */
  private mayRaise(): HandlerEdge | undefined {
    const { handler } = this.block;
    if (handler === undefined) return undefined;
    const states = this.raised.get(handler) ?? [];
    this.raised.set(handler, states);
    states.push(this.state());
    const { start } = this.graph.blocks[handler]!;
    const stack: (Node | undefined)[] = this.slots.slice(0, this.handlerStacks.get(start)!.length);
    const state: FrameState = { pc: start, stack, env: this.environment, accu: "result" };
    this.slotUse.raise(handler, state);
    return { block: handler, input: states.length - 1, state };
  }

  /** The state at the start of a block. */
  private enter(index: number, arity: number): void {
    const stack = this.handlerStacks.get(this.block.start);
    if (stack !== undefined) {
      const raised = this.raised.get(index)?.[0];
      // Nothing raises in some bodies: their handlers are never entered.
      this.slots = raised ? this.makePhis(index, raised.stack.slice(0, stack.length), undefined) : [...stack];
      this.setAccu(this.add("caught", []));
      return;
    }
    const predecessors = this.graph.predecessors[index]!;
    if (index === 0) {
      this.environment = this.add("environment", []);
      if (predecessors.length > 0) throw new Error("control goes back to the first instruction");
      // The last argument is the deepest.
      this.slots = Array.from({ length: arity }, (_, i) => this.add("parameter", [], arity - 1 - i));
      this.accumulator = this.unit();
      return;
    }
    const known = predecessors.map((p) => this.ends[p]).find((end) => end !== undefined)!;
    if (predecessors.length === 1) {
      this.slots = [...known.stack];
      this.accumulator = known.accu;
      return;
    }
    this.accumulator = this.add("phi", []);
    this.slots = this.makePhis(index, known.stack, this.accumulator);
  }

  private makePhis(block: number, stack: readonly Node[], accu: Node | undefined): Node[] {
    const phis = stack.map((slot) => (isFramePart(slot) ? slot : this.add("phi", [])));
    this.phis.push({ block, phis, accu });
    return [...phis];
  }

  private completePhis(): void {
    for (const { block, phis, accu } of this.phis) {
      const states = accu
        ? this.graph.predecessors[block]!.map((p) => this.ends[p]!)
        : (this.raised.get(block) ?? []);
      phis.forEach((phi, i) => {
        if (!isFramePart(phi)) phi.inputs = states.map((state) => state.stack[i]!);
      });
      if (accu) accu.inputs = states.map((state) => state.accu);
    }
  }

  // ---- Operands, registers and stack --------------------------------------------------------------------------------------

  operand(i: number): number {
    return this.code[this.at + 1 + i]!;
  }
  number(n: number): number {
    return n;
  }
  plus(n: number, k: number): number {
    return n + k;
  }
  integer(n: number): Node {
    return this.add("integer", [], n);
  }
  unit(): Node {
    return this.integer(0);
  }
  atom(tag: number): Node {
    return this.add("atom", [], tag);
  }
  accu(): Node {
    this.slotUse.read(ACCU);
    return this.accumulator;
  }
  setAccu(v: Node): void {
    this.slotUse.write(ACCU);
    this.accumulator = v;
  }
  env(): Node {
    this.slotUse.read(ENV);
    return this.environment;
  }
  stack(i: number): Node {
    const slot = this.slots.length - 1 - i;
    this.slotUse.read(slot);
    return this.slots[slot]!;
  }
  setStack(i: number, v: Node): void {
    const slot = this.slots.length - 1 - i;
    this.slotUse.write(slot);
    this.slots[slot] = v;
  }
  push(v: Node): void {
    this.slotUse.write(this.slots.length);
    this.slots.push(v);
  }
  pop(n: number): void {
    this.slots.length -= n;
  }
  /** The top n slots, the top first. */
  private top(n: number): Node[] {
    return Array.from({ length: n }, (_, i) => this.stack(i));
  }
  /** Accu and the top n - 1 slots, which are popped. */
  private take(n: number): Node[] {
    const inputs = [this.accu(), ...this.top(n - 1)];
    this.pop(n - 1);
    return inputs;
  }
  /** Push the words of a return address or trap that leads to word `target`, the last one first. */
  private pushFrame(target: number, parts: readonly number[]): void {
    this.slotUse.read(ENV);
    for (const part of parts) this.push(new Node(-1, "framePart", [], [part, target]));
  }

  // ---- Blocks -----------------------------------------------------------------------------------------------------------

  field(block: Node, i: number): Node {
    return this.add("field", [block], i);
  }
  item(block: Node, index: Node): Node {
    return this.add("item", [block, index]);
  }
  modifyField(block: Node, i: number, v: Node): void {
    this.add("setField", [block, v], i);
  }
  modifyItem(block: Node, index: Node, v: Node): void {
    this.add("setItem", [block, index, v]);
  }
  offsetRef(block: Node, n: number): void {
    this.add("offsetRef", [block], n);
  }
  floatField(block: Node, i: number): Node {
    return this.box(this.add("floatField", [block], i));
  }
  setFloatField(block: Node, i: number, v: Node): void {
    this.add("setFloatField", [block, this.unbox(v)], i);
  }
  vectLength(block: Node): Node {
    return this.add("vectLength", [block]);
  }
  byte(bytes: Node, index: Node): Node {
    return this.add("byte", [bytes, index]);
  }
  setByte(bytes: Node, index: Node, v: Node): void {
    this.add("setByte", [bytes, index, v]);
  }
  global(i: number): Node {
    return this.add("global", [], i);
  }
  setGlobal(i: number, v: Node): void {
    this.add("setGlobal", [v], i);
  }
  makeBlock(size: number, tag: number): void {
    if (size > MAX_YOUNG_WOSIZE) return this.leave(size - 1);
    this.setAccu(this.add("makeBlock", this.take(size), tag));
  }
  makeFloatBlock(size: number): void {
    if (size > MAX_YOUNG_WOSIZE) return this.leave(size - 1);
    this.setAccu(this.add("makeFloatBlock", this.take(size).map((v) => this.unbox(v))));
  }

  // ---- Arithmetic -------------------------------------------------------------------------------------------------------

  arith(op: ArithOp, x: Node, y: Node): Node {
    return this.add("arithmetic", [x, y], op);
  }
  negate(x: Node): Node {
    return this.add("negate", [x]);
  }
  not(x: Node): Node {
    return this.add("not", [x]);
  }
  offset(x: Node, n: number): Node {
    return this.add("offset", [x], n);
  }
  divide(op: "div" | "mod", x: Node, y: Node): Node {
    return this.add("divide", [x, y], op);
  }
  compare(op: CompareOp, x: Node, y: Node): Node {
    const isZero = y.operation === "integer" && y.immediates[0] === 0;
    if (x.operation === "boolean" && isZero && op === "ne") return x.inputs[0]!;
    if (x.operation === "boolean" && isZero && op === "eq") return this.negated(x.inputs[0]!);
    return this.add("compare", [x, y], op);
  }
  isInt(x: Node): Node {
    return this.add("isInt", [x]);
  }
  isFalse(v: Node): Node {
    return v.operation === "boolean" ? this.negated(v.inputs[0]!) : this.add("isFalse", [v]);
  }
  private negated(c: Node): Node {
    if (c.operation === "compare") return this.add("compare", c.inputs, OPPOSITES[c.immediates[0] as CompareOp]);
    return c.operation === "negation" ? c.inputs[0]! : this.add("negation", [c]);
  }
  boolean(c: Node): Node {
    return this.add("boolean", [c]);
  }

  // ---- Control ----------------------------------------------------------------------------------------------------------

  branch(): void {
    this.exit = { kind: "jump" };
  }
  branchIf(condition: Node): void {
    this.exit = { kind: "if", condition };
  }
  switch(): void {
    this.exit = { kind: "switch", value: this.accu(), constants: this.operand(0) & 0xffff };
  }
  poll(): void {
    this.addCall("poll", [], this.stateHere());
  }
  raise(how: "raise" | "reraise" | "notrace"): void {
    const value = this.accu();
    this.exit = { kind: "raise", how, value, handler: this.mayRaise(), at: this.at };
  }
  /** Who calls the code of a program, which has no arguments, stops when it returns. */
  stop(): void {
    if (this.isProgram) this.return();
    else this.leaveTail();
  }
  /** The interpreter executes the current instruction, and goes on after it. */
  private leave(popped: number): void {
    const here = this.stateHere();
    this.accu();
    this.top(popped);
    this.pop(popped);
    this.setAccu(this.addCall("leave", [], here));
  }
  /** The same where control does not come back. */
  private leaveTail(): void {
    const here = this.stateHere();
    this.accu();
    this.slots.forEach((_, i) => this.slotUse.read(i));
    this.exit = { kind: "return", value: this.addCall("leave", [], here) };
  }
  stub(name: StubName): void {
    throw new Error(`${name} is an instruction of the VM's own`);
  }

  // ---- Functions --------------------------------------------------------------------------------------------------------

  pushReturnAddress(target: number): void {
    this.pushFrame(this.target(target), RETURN_PARTS);
  }
  apply(n: number, pushFrame: boolean): void {
    const inputs = [this.accu(), ...this.top(n)];
    this.pop(n);
    let pc: number | undefined;
    if (!pushFrame) {
      pc = this.slots.at(-1)!.immediates[1] as number;
      this.pop(RETURN_FRAME);
    }
    const node = this.addCall("apply", inputs, undefined);
    if (pc !== undefined) {
      node.next = pc;
      node.state = { ...node.state!, pc };
      this.slotUse.replace(node.state);
    }
    this.setAccu(node);
  }
  applyTail(n: number): void {
    this.exit = { kind: "tailCall", inputs: [this.accu(), ...this.top(n)] };
  }
  return(): void {
    this.exit = { kind: "return", value: this.accu() };
  }
  restart(): void {
    throw new Error("RESTART stands before the function that it is about");
  }
  grab(): void {
    // The parameters are there.
  }
  closure(vars: number, target: number): void {
    if (vars + 2 > MAX_YOUNG_WOSIZE) return this.leave(vars - 1);
    const inputs = vars > 0 ? this.take(vars) : [];
    this.setAccu(this.add("closure", inputs, this.target(target)));
  }
  closureRec(): void {
    const count = this.operand(0);
    const vars = this.operand(1);
    if (CLOSURE_WORDS * count - 1 + vars > MAX_YOUNG_WOSIZE) {
      this.leave(Math.max(vars - 1, 0));
      for (let i = 0; i < count; i++) this.push(this.accumulator);
      return;
    }
    const first = this.at + 3;
    const targets = Array.from({ length: count }, (_, i) => first + this.code[first + i]!);
    const closures = this.add("recursiveClosures", vars > 0 ? this.take(vars) : [], ...targets);
    for (let i = 0; i < count; i++) this.push(i === 0 ? closures : this.add("offsetClosure", [closures], CLOSURE_WORDS * i));
    this.setAccu(closures);
  }
  offsetClosure(n: number): Node {
    return n === 0 ? this.env() : this.add("offsetClosure", [this.env()], n);
  }
  private target(operand: number): number {
    return this.at + 1 + operand + this.operand(operand);
  }

  // ---- Exceptions, primitives, objects, effects ----------------------------------------------------------------------------

  pushTrap(target: number): void {
    this.handlerStacks.set(this.target(target), [...this.slots]);
    this.pushFrame(this.target(target), TRAP_PARTS);
  }
  popTrap(): void {
    this.pop(TRAP_FRAME);
  }
  call(n: number, primitive: number): void {
    const number = this.operand(primitive);
    if (this.primitives[number]!.name === INVOKE_TRACED_FUNCTION) return this.leave(n - 1); // it has no call's frame
    const here = this.stateHere();
    const inputs = [this.accu(), ...this.top(n - 1)];
    const inlined = nativeMeanings.get(this.primitives[number]!.name);
    if (inlined?.arity === n) return this.inline({ number, inputs, here, inlined });
    const result = this.callPrimitive(number, inputs, here);
    this.pop(n - 1);
    this.setAccu(result);
  }

  private callPrimitive(number: number, inputs: Node[], here: FrameState): Node {
    if (this.primitives[number]!.leaf) return this.add("leaf", inputs, number);
    return this.addCall("primitive", inputs, here, number);
  }

  /** The meaning of a primitive instead of its call. */
  private inline(call: InlinedCall): void {
    this.inlining = call;
    const { current } = this;
    call.inlined.meaning(this);
    this.inlining = undefined;
    if (this.current === current) return;
    const { nodes } = this.current;
    this.current = current;
    const node = this.callPrimitive(call.number, call.inputs, call.here);
    node.fast = { condition: call.condition!, nodes, value: this.accumulator };
    this.setAccu(node);
  }

  fastWhen(c: Node): void {
    const call = this.inlining!;
    if (call.inlined.otherwiseRaises) {
      const [x, y, ...others] = call.inputs;
      this.addCall("guard", [c, x!, y!, ...others.map(() => this.unit())], call.here, call.number);
      return;
    }
    call.condition = c;
    this.current = { nodes: [], exit: { kind: "jump" } }; // what follows is the fast path
  }

  checkDivisor(c: Node): void {
    this.add("checkDivisor", [c]);
  }

  both(x: Node, y: Node): Node {
    return this.add("both", [x, y]);
  }
  hasOtherTag(block: Node, tag: number): Node {
    return this.add("hasOtherTag", [block], tag);
  }
  stringLength(s: Node): Node {
    return this.add("stringLength", [s]);
  }

  make(operation: Operation, inputs: Node[], ...immediates: (number | string)[]): Node {
    return this.add(operation, inputs, ...immediates);
  }
  unboxInteger(x: Node, kind: number): Node {
    return x.operation === "boxInteger" ? x.inputs[0]! : this.add("unboxInteger", [x], kind);
  }

  // ---- Floats -----------------------------------------------------------------------------------------------------------

  unbox(x: Node): Node {
    return x.operation === "box" ? x.inputs[0]! : this.add("unbox", [x]);
  }
  box(x: Node): Node {
    return this.add("box", [x]);
  }
  floatArith(op: FloatOp, x: Node, y: Node): Node {
    return this.add("floatArithmetic", [x, y], op);
  }
  floatUnary(op: FloatUnaryOp, x: Node): Node {
    return this.add("floatUnary", [x], op);
  }
  compareFloats(op: FloatCompareOp, x: Node, y: Node): Node {
    return this.add("compareFloats", [x, y], op);
  }
  floatOfInt(x: Node): Node {
    return this.add("floatOfInt", [x]);
  }
  floatItem(block: Node, index: Node): Node {
    return this.add("floatItem", [block, index]);
  }
  setFloatItem(block: Node, index: Node, x: Node): void {
    this.add("setFloatItem", [block, index, x]);
  }
  callN(n: number, primitive: number): void {
    this.call(this.operand(n), primitive);
  }
  method(object: Node, label: Node): Node {
    return this.add("method", [object, label]);
  }
  publicMethod(): void {
    const object = this.accu();
    this.push(object);
    this.setAccu(this.add("publicMethod", [object], this.operand(0)));
  }
  dynamicMethod(object: Node, tag: Node): Node {
    return this.add("dynamicMethod", [object, tag]);
  }
  perform(): void {
    this.setAccu(this.addCall("perform", [this.accu()], undefined));
  }
  resume(): void {
    const inputs = [this.accu(), ...this.top(3)];
    this.pop(3);
    this.setAccu(this.addCall("resume", inputs, undefined));
  }
  resumeTail(): void {
    this.exit = { kind: "switchFiber", how: "resume", inputs: [this.accu(), ...this.top(3)], at: this.at };
  }
  reperformTail(): void {
    this.exit = { kind: "switchFiber", how: "reperform", inputs: [this.accu(), ...this.top(2)], at: this.at };
  }
}

/** The function at word `entry` of verified code, in SSA form. `primitives`: those that the code numbers; `graph`: its control flow. */
export function buildSsa(
  code: Int32Array,
  entry: number,
  arity: number,
  primitives: readonly CalledPrimitive[],
  graph = controlFlow(code, entry),
): SsaFunction {
  const builder = new FunctionBuilder(code, graph, primitives);
  const blocks = builder.build(arity);
  simplifyPhis(blocks);
  const handlers = new Set(graph.blocks.flatMap(({ handler }) => (handler === undefined ? [] : [handler])));
  const start = arity > 1 ? entry + instructionLength(code, entry) : entry;
  return { entry, start, arity, graph, blocks, handlers, nextId: builder.nodes };
}
