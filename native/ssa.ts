/**
 * From bytecode to SSA: each instruction's meaning runs on a symbolic stack (Braun et al.: Simple and Efficient Construction
 * of Static Single Assignment Form, 2013, with all predecessors known from the start).
 */
import type { ArithOp, CompareOp, Semantics, StubName } from "../bytecode/instructions/semantics.ts";
import { instructionLength } from "../bytecode/instructions/decode.ts";
import { instructions } from "../bytecode/instructions/table.ts";
import { RETURN_FRAME, TRAP_FRAME } from "../bytecode/stack-effects.ts";
import { type BasicBlock, controlFlow, type ControlFlowGraph } from "./cfg.ts";
import { dominators } from "./dominators.ts";
import { type Block, type Exit, Node, type Operation, OPERATIONS, type SsaFunction } from "./ir.ts";
import { simplifyPhis } from "./phis.ts";

/** A word of a return address or trap; nothing reads it. */
const FRAME = new Node(-1, "integer", [], []);

/** What is known before or after some code: the stack from its base, and accu. */
interface State {
  readonly stack: readonly Node[];
  readonly accu: Node;
}

class FunctionBuilder implements Semantics<Node, number, Node> {
  private readonly code: Int32Array;
  private readonly graph: ControlFlowGraph;
  private readonly blocks: Block[];
  private readonly ends: (State | undefined)[];
  /** For each handler: the states that exceptions come from. */
  private readonly raised = new Map<number, State[]>();
  /** For each handler: words on the stack when it is entered. */
  private readonly handlerHeights = new Map<number, number>();
  private readonly phis: { block: number; phis: Node[]; accu: Node | undefined }[] = [];
  private nodes = 0;
  // The block that is being built.
  private block!: BasicBlock;
  private current!: Block;
  private exit: Exit | undefined;
  private at = 0;
  private slots: Node[] = [];
  private accumulator!: Node;

  constructor(code: Int32Array, graph: ControlFlowGraph) {
    this.code = code;
    this.graph = graph;
    this.blocks = graph.blocks.map(() => ({ nodes: [], exit: { kind: "jump" } }));
    this.ends = graph.blocks.map(() => undefined);
  }

  build(arity: number): readonly Block[] {
    for (const index of dominators(this.graph).order) {
      this.block = this.graph.blocks[index]!;
      this.current = this.blocks[index]!;
      this.enter(index, arity);
      this.exit = undefined;
      for (this.at = this.block.start; this.at < this.block.end; this.at += instructionLength(this.code, this.at)) {
        instructions[this.code[this.at]!]!.meaning(this);
      }
      this.current.exit = this.exit ?? { kind: "jump" };
      this.ends[index] = this.state();
    }
    this.completePhis();
    return this.blocks;
  }

  // ---- States ---------------------------------------------------------------------------------------------------------

  private state(): State {
    return { stack: [...this.slots], accu: this.accumulator };
  }

  private add(operation: Operation, inputs: Node[], ...immediates: (number | string)[]): Node {
    const node = new Node(this.nodes++, operation, inputs, immediates);
    this.current.nodes.push(node);
    if (OPERATIONS[operation].raises) this.mayRaise();
    return node;
  }

  /** Control may go from here to the handler. */
  private mayRaise(): void {
    const { handler } = this.block;
    if (handler === undefined) return;
    const states = this.raised.get(handler);
    if (states) states.push(this.state());
    else this.raised.set(handler, [this.state()]);
  }

  /** The state at the start of a block. */
  private enter(index: number, arity: number): void {
    const height = this.handlerHeights.get(this.block.start);
    if (height !== undefined) {
      this.slots = this.makePhis(index, this.raised.get(index)?.[0]?.stack.slice(0, height) ?? [], undefined);
      this.accumulator = this.add("caught", []);
      return;
    }
    const predecessors = this.graph.predecessors[index]!;
    if (index === 0 && predecessors.length === 0) {
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
    const phis = stack.map((slot) => (slot === FRAME ? FRAME : this.add("phi", [])));
    this.phis.push({ block, phis, accu });
    return [...phis];
  }

  private completePhis(): void {
    for (const { block, phis, accu } of this.phis) {
      const states = accu
        ? this.graph.predecessors[block]!.map((p) => this.ends[p]!)
        : (this.raised.get(block) ?? []);
      phis.forEach((phi, i) => {
        if (phi !== FRAME) phi.inputs = states.map((state) => state.stack[i]!);
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
    return this.accumulator;
  }
  setAccu(v: Node): void {
    this.accumulator = v;
  }
  env(): Node {
    return this.add("environment", []);
  }
  stack(i: number): Node {
    return this.slots[this.slots.length - 1 - i]!;
  }
  setStack(i: number, v: Node): void {
    this.slots[this.slots.length - 1 - i] = v;
  }
  push(v: Node): void {
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
    const inputs = [this.accumulator, ...this.top(n - 1)];
    this.pop(n - 1);
    return inputs;
  }
  private pushFrame(words: number): void {
    for (let i = 0; i < words; i++) this.push(FRAME);
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
    return this.add("floatField", [block], i);
  }
  setFloatField(block: Node, i: number, v: Node): void {
    this.add("setFloatField", [block, v], i);
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
    this.setAccu(this.add("makeBlock", this.take(size), tag));
  }
  makeFloatBlock(size: number): void {
    this.setAccu(this.add("makeFloatBlock", this.take(size)));
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
    return this.add("compare", [x, y], op);
  }
  isInt(x: Node): Node {
    return this.add("isInt", [x]);
  }
  isFalse(v: Node): Node {
    return this.add("isFalse", [v]);
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
    this.exit = { kind: "switch", value: this.accumulator, constants: this.operand(0) & 0xffff };
  }
  poll(): void {
    this.add("poll", []);
  }
  raise(how: "raise" | "reraise" | "notrace"): void {
    this.exit = { kind: "raise", how, value: this.accumulator };
    this.mayRaise();
  }
  stop(): void {
    this.exit = { kind: "stop", value: this.accumulator };
  }
  stub(name: StubName): void {
    throw new Error(`${name} is an instruction of the VM's own`);
  }

  // ---- Functions --------------------------------------------------------------------------------------------------------

  pushReturnAddress(): void {
    this.pushFrame(RETURN_FRAME);
  }
  apply(n: number, pushFrame: boolean): void {
    const inputs = [this.accumulator, ...this.top(n)];
    this.pop(pushFrame ? n : n + RETURN_FRAME);
    this.setAccu(this.add("apply", inputs));
  }
  applyTail(n: number): void {
    this.exit = { kind: "tailCall", name: "apply", inputs: [this.accumulator, ...this.top(n)] };
  }
  return(): void {
    this.exit = { kind: "return", value: this.accumulator };
  }
  restart(): void {
    throw new Error("RESTART stands before the function that it is about");
  }
  grab(): void {
    // The parameters are there.
  }
  closure(vars: number, target: number): void {
    const inputs = vars > 0 ? this.take(vars) : [];
    this.setAccu(this.add("closure", inputs, this.target(target)));
  }
  closureRec(): void {
    const count = this.operand(0);
    const vars = this.operand(1);
    const first = this.at + 3;
    const targets = Array.from({ length: count }, (_, i) => first + this.code[first + i]!);
    const closures = this.add("recursiveClosures", vars > 0 ? this.take(vars) : [], ...targets);
    for (let i = 0; i < count; i++) this.push(i === 0 ? closures : this.add("offsetClosure", [closures], 3 * i));
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
    this.handlerHeights.set(this.target(target), this.slots.length);
    this.pushFrame(TRAP_FRAME);
  }
  popTrap(): void {
    this.pop(TRAP_FRAME);
  }
  call(n: number, primitive: number): void {
    const inputs = [this.accumulator, ...this.top(n - 1)];
    const result = this.add("primitive", inputs, this.operand(primitive));
    this.pop(n - 1);
    this.setAccu(result);
  }
  callN(n: number, primitive: number): void {
    this.call(this.operand(n), primitive);
  }
  method(object: Node, label: Node): Node {
    return this.add("method", [object, label]);
  }
  publicMethod(): void {
    const object = this.accumulator;
    this.push(object);
    this.setAccu(this.add("publicMethod", [object], this.operand(0)));
  }
  dynamicMethod(object: Node, tag: Node): Node {
    return this.add("dynamicMethod", [object, tag]);
  }
  perform(): void {
    this.setAccu(this.add("perform", [this.accumulator]));
  }
  resume(): void {
    this.setAccu(this.add("resume", this.take(4)));
  }
  resumeTail(): void {
    this.exit = { kind: "tailCall", name: "resume", inputs: [this.accumulator, ...this.top(3)] };
  }
  reperformTail(): void {
    this.exit = { kind: "tailCall", name: "reperform", inputs: [this.accumulator, ...this.top(2)] };
  }
}

/** The function at word `entry` of verified code, in SSA form. */
export function buildSsa(code: Int32Array, entry: number, arity: number): SsaFunction {
  const graph = controlFlow(code, entry);
  const blocks = new FunctionBuilder(code, graph).build(arity);
  simplifyPhis(blocks);
  return { entry, arity, graph, blocks };
}
