/** Calls: their frames, what comes back, exceptions, and how native code is left (second part of the lowering). */
import binaryen from "binaryen";
import type { Expr } from "../bytecode/interpreter/registers.ts";
import * as words from "../bytecode/interpreter/words.ts";
import {
  BOXED_DOUBLE,
  CELL_ACCU,
  CELL_BACKTRACE_ACTIVE,
  CELL_EXN,
  CELL_FUEL,
  CELL_PC,
  CELL_SP,
  CELL_TRAP_SP,
  CLOSURE_ARITY,
  CLOSURE_INDEX,
  EXIT_LEFT,
  EXIT_SUSPEND,
  MAX_NATIVE_ARITY,
  NATIVE_MARK,
  NATIVE_TRAP_MARK,
  WORD,
} from "../runtime/layout.ts";
import { ENSURE_CAPACITY } from "../bytecode/instructions/table.ts";
import { nativeParameters, NATIVES } from "../bytecode/interpreter/native-calls.ts";
import type { Frame } from "./frames.ts";
import type { HandlerEdge, Node } from "./ir.ts";
import { handlerInputs } from "./phis.ts";
import { NodeLowering } from "./lower.ts";
import type { NativeModule, NativePrimitive } from "./module.ts";

const { i32, i64 } = binaryen;

/** Above a trap's first word, relative to a frame's. */
const TRAP_MARK_OFFSET = BigInt(NATIVE_TRAP_MARK - NATIVE_MARK) << 32n;

const RAISE_ZERO_DIVIDE = "raise_zero_divide";

/** Rounds of the loops of a function that take the fuel of one. */
const ROUNDS = 16;

export abstract class CallLowering extends NodeLowering {
  /** Local that counts the rounds for which there is fuel, in a function with loops. */
  private rounds: number | undefined;

  /** Go to a handler's block; its values are in their locals, the exception in CELL_EXN. */
  protected abstract enterHandler(edge: HandlerEdge): Expr[];
  /** After a poll whose fuel was used up: go on in a new call, if the poll starts a loop entry. */
  protected abstract goOnAfresh(poll: Node): Expr[];
  /** The number of what is gone on with after a call. */
  protected abstract continuationOf(node: Node): number | undefined;

  // ---- Frames ---------------------------------------------------------------------------------------------------------------

  /** Store the frame of a call. */
  protected storeFrame(node: Node, frame: Frame): void {
    const e = this.e;
    const m = e.module;
    const store = (word: number, value: Expr): void => {
      this.code.push(e.store64(this.bottom(frame.words), word * WORD, value));
    };
    const siteWord = (offset: bigint): Expr => m.i64.add(this.native.siteAddresses(), m.i64.const(offset));
    // As in interp.c, where pc has passed the opcode when a primitive is called.
    const trace = node.operation === "primitive" || node.operation === "guard" ? node.at + 1 : node.next;
    store(0, siteWord(BigInt(this.native.sites.call(node.state!, trace, frame, this.continuationOf(node)))));
    if (node.handler) {
      store(frame.trap, siteWord(TRAP_MARK_OFFSET + BigInt(this.native.sites.handler(node.handler.state, frame))));
      store(frame.trap + 1, this.constant(0));
    }
    this.storeValues(frame);
  }

  // ---- Exceptions ---------------------------------------------------------------------------------------------------------------

  /** An exception in CELL_EXN starts at word `at` of the code: note the backtrace. */
  protected stash(at: number, how: "raise" | "reraise", handled: boolean): Expr {
    const e = this.e;
    const pc = e.add32(this.native.code(this.part), 4 * at);
    // Backtraces go up to the next handler; that of this function is not on the stack.
    const from = handled ? e.cell32(CELL_TRAP_SP) : e.get32(this.spLocal);
    return e.unlikely(e.cell32(CELL_BACKTRACE_ACTIVE), [
      e.setCell32(CELL_SP, from),
      e.setCell64(CELL_ACCU, e.cell64(CELL_EXN)),
      e.call("stash_backtrace", [pc, e.c32(Number(how === "reraise"))], binaryen.none),
    ]);
  }

  /** The exception in CELL_EXN goes to the handler, or to the caller. */
  protected raiseOn(handler: HandlerEdge | undefined): Expr[] {
    return handler ? this.enterHandler(handler) : [this.e.module.return(this.e.c64(0))];
  }

  /** What is to be done when a node's result is 0. */
  protected failed(node: Node, frame: Frame, suspends: "called" | "primitive" | "performed" | "never"): Expr[] {
    const e = this.e;
    const m = e.module;
    const { handler } = node;
    const code: Expr[] = [];
    const bottom = (): Expr => this.bottom(frame.words);
    const left = m.i64.eqz(e.cell64(CELL_EXN));
    if (suspends === "primitive") {
      code.push(e.unlikely(left, [m.return(e.call("leave_native", [bottom(), e.c32(EXIT_SUSPEND)], i64))]));
    } else if (suspends === "performed" && !handler) {
      code.push(e.if(left, [m.return(e.c64(0))]));
    } else if (suspends !== "never" && handler) {
      code.push(e.unlikely(left, [m.return(e.call("leave_trap", [e.add32(bottom(), frame.trap * WORD)], i64))]));
    }
    // As in interp.c, where pc has passed the opcode when a primitive is called.
    if (suspends !== "called") code.push(this.stash(node.at + 1, "raise", handler !== undefined));
    if (handler) code.push(...this.reload(frame, this.liveAtHandler(frame, handler)));
    return [...code, ...this.raiseOn(handler)];
  }

  private liveAtHandler(frame: Frame, { block, input }: HandlerEdge): Set<Node> {
    const live = new Set<Node>();
    const use = (node: Node): void => void (frame.places.has(node) && live.add(node));
    handlerInputs(this.fn.blocks[block]!, input).forEach(use);
    this.live.atStart[block]!.forEach(use);
    return live;
  }

  // ---- Calls ----------------------------------------------------------------------------------------------------------------------

  /** result := call, in a frame; what is live afterwards is read again. */
  protected call(node: Node, frame: Frame, call: Expr, suspends: "called" | "primitive" | "never"): void {
    const e = this.e;
    this.set(node, call);
    this.code.push(e.unlikely(e.module.i64.eqz(this.value(node)), this.failed(node, frame, suspends)));
    this.code.push(...this.reload(frame, this.readAgain(node)));
  }

  /** Apply closure f; `tail`: as a tail call. */
  protected applyTo(f: Node, args: readonly Node[], sp: () => Expr, tail: boolean): Expr {
    const e = this.e;
    const m = e.module;
    const n = args.length;
    const values = (): Expr[] => [...args.map((arg) => this.value(arg)), this.value(f), sp()];
    const call = (name: string, operands: Expr[]): Expr =>
      tail ? m.return_call(name, operands, i64) : m.call(name, operands, i64);
    const known = this.knownFunction(f);
    if (known?.arity === n) return call(this.native.nativeFunction(known), values());
    if (n > MAX_NATIVE_ARITY) {
      const argv = (): Expr => e.add32(sp(), -n * WORD);
      this.frameWords += n;
      args.forEach((arg, i) => this.code.push(e.store64(argv(), i * WORD, this.value(arg))));
      return call(this.native.coreFunction("apply_memory"), [this.value(f), e.c32(n), sp()]);
    }
    const bound = this.boundFunction(f, n);
    const index = (): Expr => e.load32(this.address(f), CLOSURE_INDEX);
    const test = bound
      ? m.i64.eq(e.load64(this.address(f)), bound.codeWord())
      : m.i32.eq(m.i32.load8_u(CLOSURE_ARITY, 1, this.address(f)), e.c32(n));
    const direct = (): Expr => {
      if (bound) return call(bound.name, values());
      const through = tail ? m.return_call_indirect : m.call_indirect;
      return through(NATIVES, index(), values(), nativeParameters(n), i64);
    };
    const apply = call(this.native.coreFunction(`apply_${n}`), values());
    if (!tail) return m.if(test, m.block(null, [e.hint(true), direct()], i64), apply);
    this.code.push(e.likely(test, [direct()]));
    return apply;
  }

  /** The function of another unit that f is expected to be: a field of its block, or of a module in that. */
  private boundFunction(f: Node, arity: number): ReturnType<NativeModule["bind"]> {
    const path: number[] = [];
    let node = f;
    for (; node.operation === "field"; node = node.inputs[0]!) path.unshift(node.immediates[0] as number);
    if (path.length === 0 || node.operation !== "global") return undefined;
    const global = node.immediates[0] as number;
    return this.unit.approximations.isSet(global) ? undefined : this.native.bind({ global, path, arity });
  }

  private apply(node: Node): void {
    const frame = this.frame(node);
    this.storeFrame(node, frame);
    const [f, ...args] = node.inputs;
    this.call(node, frame, this.applyTo(f!, args, () => this.bottom(frame.words), false), "called");
  }

  private primitive(node: Node): void {
    const primitive = this.unit.primitives[node.immediates[0] as number]!;
    if (primitive.name === ENSURE_CAPACITY) return this.set(node, this.constant(0));
    const slow = this.emitted(() => {
      const frame = this.frame(node);
      this.call(node, frame, this.callPrimitive(node, frame, primitive, node.inputs), "primitive");
    });
    this.unlessFast(node, slow);
  }

  /** Store a frame and call a primitive; the expression of the call. */
  private callPrimitive(node: Node, frame: Frame, primitive: NativePrimitive, args: readonly Node[]): Expr {
    const e = this.e;
    this.storeFrame(node, frame);
    this.code.push(e.setCell32(CELL_PC, e.add32(this.native.code(this.part), 4 * node.at)));
    if (primitive.core && primitive.arity !== "n") {
      this.code.push(e.setCell32(CELL_SP, this.bottom(frame.words)));
      const values = args.map((arg) => this.value(arg));
      return e.module.call(this.native.corePrimitive(primitive), values, i64);
    }
    // The arguments are passed in memory, below the frame.
    const sp = frame.words + args.length;
    const argv = (): Expr => this.bottom(sp);
    args.forEach((arg, i) => this.code.push(e.store64(argv(), i * WORD, this.value(arg))));
    this.frameWords = Math.max(this.frameWords, sp);
    this.code.push(e.setCell32(CELL_SP, argv()));
    const operands = [argv(), e.c32(args.length)];
    return primitive.core
      ? e.module.call(this.native.corePrimitive(primitive), operands, i64)
      : e.call("c_calln", [this.native.primitiveIndex(primitive.name), ...operands], i64);
  }

  private guard(node: Node): void {
    const [condition, ...args] = node.inputs;
    this.unless(this.condition(condition!), () => {
      const frame = this.frame(node);
      const primitive = this.unit.primitives[node.immediates[0] as number]!;
      const call = this.callPrimitive(node, frame, primitive, args);
      this.code.push(this.e.module.drop(call), ...this.failed(node, frame, "never"));
    });
  }

  /** What is executed when a condition does not hold. */
  private unless(condition: Expr, emit: () => void): void {
    this.code.push(this.e.unlikely(this.e.module.i32.eqz(condition), this.emitted(emit)));
  }

  private guardCall(node: Node): void {
    const [condition, f, ...args] = node.inputs;
    this.unless(this.condition(condition!), () => {
      const frame = this.frame(node);
      this.storeFrame(node, frame);
      const call = this.applyTo(f!, args, () => this.bottom(frame.words), false);
      this.code.push(this.e.module.drop(call), ...this.failed(node, frame, "called"));
    });
  }

  /** If the condition holds: raise what core function `name` makes. */
  protected raises(node: Node, name: string, condition: Expr): void {
    const e = this.e;
    const raised = [
      e.module.drop(e.call(name, [], i64)),
      this.stash(node.at + 1, "raise", node.handler !== undefined),
      ...this.raiseOn(node.handler),
    ];
    this.code.push(e.unlikely(condition, raised));
  }

  private divide(node: Node): void {
    const e = this.e;
    const m = e.module;
    const [x, y] = node.inputs;
    if (y!.operation !== "integer" || y!.immediates[0] === 0) {
      this.raises(node, RAISE_ZERO_DIVIDE, m.i64.eq(this.value(y!), this.constant(0)));
    }
    // Untagged operands have 63 bits, so the one overflow of i64.div_s cannot happen.
    const operation = node.immediates[0] === "div" ? m.i64.div_s : m.i64.rem_s;
    this.set(node, words.tag(e, operation(words.untag(e, this.value(x!)), words.untag(e, this.value(y!)))));
  }

  private poll(node: Node): void {
    const e = this.e;
    const m = e.module;
    const frame = this.frame(node);
    // The new call polls again, and needs all of the frame for that.
    const afresh = this.goOnAfresh(node);
    const slow = [
      ...this.emitted(() => this.storeFrame(node, frame)),
      e.unlikely(m.i32.eqz(e.call("native_poll", [this.bottom(frame.words)], i32)), [m.return(e.c64(0))]),
      ...this.reload(frame, afresh.length > 0 ? frame.values : this.readAgain(node)),
      ...afresh,
    ];
    this.code.push(...this.useFuelInLoop(slow));
    this.set(node, this.constant(0));
  }

  /** A poll: `slow` when the fuel is used up. */
  protected useFuel(slow: Expr[]): Expr[] {
    const e = this.e;
    const fuel = this.newLocal(i32);
    return [
      e.set(fuel, e.add32(e.cell32(CELL_FUEL), -1)),
      e.setCell32(CELL_FUEL, e.get32(fuel)),
      e.unlikely(e.module.i32.lt_s(e.get32(fuel), e.c32(0)), slow),
    ];
  }

  /** A poll in a loop: fuel is taken in the first round, and then for some rounds at once, which are counted in a local. */
  private useFuelInLoop(slow: Expr[]): Expr[] {
    const e = this.e;
    const rounds = (this.rounds ??= this.newLocal(i32));
    return [
      e.set(rounds, e.add32(e.get32(rounds), -1)),
      e.unlikely(e.module.i32.lt_s(e.get32(rounds), e.c32(0)), [
        e.set(rounds, e.c32(ROUNDS - 1)),
        ...this.useFuel(slow),
      ]),
    ];
  }

  /** Native code is left at a node. */
  protected leave(node: Node): void {
    const frame = this.frame(node);
    this.storeFrame(node, frame);
    this.code.push(this.e.module.return(this.e.call("leave_native", [this.bottom(frame.words), this.e.c32(EXIT_LEFT)], i64)));
  }

  private expect(node: Node): void {
    const kind = node.immediates[0] as number;
    const word = this.value(node.inputs[0]!);
    const isExpected = kind === BOXED_DOUBLE ? words.isDouble(this.e, word) : words.isBoxedInteger(this.e, word, kind);
    this.unless(isExpected, () => this.leave(node));
  }

  protected lowerCall(node: Node): void {
    switch (node.operation) {
      case "apply":
        return this.apply(node);
      case "primitive":
        return this.primitive(node);
      case "guard":
        return this.guard(node);
      case "guardCall":
        return this.guardCall(node);
      case "checkDivisor":
        return this.raises(node, RAISE_ZERO_DIVIDE, this.e.module.i32.eqz(this.condition(node.inputs[0]!)));
      case "divide":
        return this.divide(node);
      case "poll":
        return this.poll(node);
      case "expect":
        return this.expect(node);
      case "leave":
        this.leave(node);
        return this.set(node, this.constant(0));
      default:
        throw new Error(`${node.operation} is no call`);
    }
  }
}
