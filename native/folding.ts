/**
 * Constants: what is known before the program runs (approximations.ts) and what is computed from it. Ways that are never gone are
 * cut off, as constant propagation with conditional branches does (Wegman and Zadeck, 1991), but for what only a loop would tell.
 */
import type { ArithOp, CompareOp } from "../bytecode/instructions/semantics.ts";
import type { Approximations } from "./approximations.ts";
import { reversePostorder } from "./dominators.ts";
import { type Exit, type Int64Op, Node, type Operation, type SsaFunction } from "./ir.ts";
import { isCheck } from "./numbering.ts";
import { isBox, mapExit, mapNode, replaceNodes, replacement, simplifyPhis } from "./phis.ts";
import { cutEdges } from "./pruning.ts";

/** Integers beyond are not folded: immediate operands are JavaScript's numbers. */
const LIMIT = 2n ** 50n;
const MAX_OFFSET = 2 ** 50;

/** What makes blocks: no integer, and no other block. */
const MAKERS: ReadonlySet<Operation> = new Set(["makeBlock", "makeFloatBlock", "closure", "recursiveClosures", "box", "boxInteger"]);

/** On integers of any size, until they are wrapped. */
const WRAPPING = {
  add: (x: bigint, y: bigint) => x + y,
  sub: (x: bigint, y: bigint) => x - y,
  mul: (x: bigint, y: bigint) => x * y,
  and: (x: bigint, y: bigint) => x & y,
  or: (x: bigint, y: bigint) => x | y,
  xor: (x: bigint, y: bigint) => x ^ y,
};
const ARITHMETIC: Readonly<Record<ArithOp, (x: bigint, y: bigint) => bigint | undefined>> = {
  ...WRAPPING,
  lsl: (x, y) => (isShift(y) ? x << y : undefined),
  lsr: (x, y) => (isShift(y) ? BigInt.asUintN(63, x) >> y : undefined),
  asr: (x, y) => (isShift(y) ? x >> y : undefined),
};
/** Those of boxed integers that are folded. */
const INT64: Partial<Readonly<Record<Int64Op, (x: bigint, y: bigint) => bigint>>> = WRAPPING;

const isShift = (n: bigint): boolean => n >= 0n && n < 63n;

const COMPARISONS: Readonly<Record<CompareOp, (x: bigint, y: bigint) => boolean>> = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
  ult: (x, y) => BigInt.asUintN(64, x) < BigInt.asUintN(64, y),
  uge: (x, y) => BigInt.asUintN(64, x) >= BigInt.asUintN(64, y),
};
const OF_ITSELF: ReadonlySet<CompareOp> = new Set(["eq", "le", "ge", "uge"]);

/** The OCaml integer that a node is; undefined: not known. */
const integerOf = ({ operation, immediates }: Node): bigint | undefined =>
  operation === "integer" ? BigInt(immediates[0] as number) : undefined;
const int64Of = ({ operation, immediates }: Node): bigint | undefined => (operation === "int64" ? BigInt(immediates[0]!) : undefined);
/** Whether a condition holds; undefined: not known. */
const truthOf = ({ operation, immediates }: Node): boolean | undefined => (operation === "truth" ? immediates[0] === 1 : undefined);

class Folding {
  private readonly fn: SsaFunction;
  private readonly approximations: Approximations;
  private replaced = new Map<Node, Node>();
  private readonly resolve = (node: Node): Node => replacement(this.replaced, node);

  constructor(fn: SsaFunction, approximations: Approximations) {
    this.fn = fn;
    this.approximations = approximations;
  }

  run(): void {
    while (this.round());
  }

  /** Fold what can be folded. Whether control flow has changed, so that more may be known now. */
  private round(): boolean {
    const { fn } = this;
    this.replaced = new Map();
    const cut = new Map<number, readonly number[]>();
    for (const index of reversePostorder(fn.graph)) {
      const block = fn.blocks[index]!;
      const kept = block.nodes.flatMap((node) => this.folded(node));
      block.nodes.splice(0, block.nodes.length, ...kept);
      block.exit = mapExit(block.exit, this.resolve);
      const way = this.onlyWay(block.exit);
      const target = way === undefined ? undefined : fn.graph.blocks[index]!.successors[way];
      if (target === undefined) continue;
      cut.set(index, [target]);
      block.exit = { kind: "jump" };
    }
    replaceNodes(fn.blocks, this.replaced);
    if (cut.size > 0) cutEdges(fn, cut);
    if (cut.size > 0 || this.replaced.size > 0) simplifyPhis(fn.blocks);
    return cut.size > 0;
  }

  /** What takes the place of a node. */
  private folded(node: Node): Node[] {
    mapNode(node, this.resolve);
    if (isCheck(node) && truthOf(node.inputs[0]!)) return [];
    const next = this.fn.nextId;
    const value = node.fast ? undefined : (this.known(node) ?? this.computed(node));
    if (!value) return [node];
    this.replaced.set(node, value);
    return value.id >= next ? [value] : [];
  }

  private make(operation: Operation, inputs: Node[], ...immediates: (number | string)[]): Node {
    return new Node(this.fn.nextId++, operation, inputs, immediates);
  }
  private integer(n: bigint | undefined): Node | undefined {
    if (n === undefined) return undefined;
    const wrapped = BigInt.asIntN(63, n);
    return wrapped > -LIMIT && wrapped < LIMIT ? this.make("integer", [], Number(wrapped)) : undefined;
  }
  private int64(n: bigint | undefined): Node | undefined {
    return n === undefined ? undefined : this.make("int64", [], String(BigInt.asIntN(64, n)));
  }
  private truth(holds: boolean | undefined): Node | undefined {
    return holds === undefined ? undefined : this.make("truth", [], Number(holds));
  }

  /** The constant that a node is known to be from elsewhere. */
  private known(node: Node): Node | undefined {
    if (node.operation !== "field") return undefined;
    const approximation = this.approximations.of(this.fn, node);
    return approximation?.kind === "constant" ? this.make(approximation.operation, [], approximation.immediate) : undefined;
  }

  /** What a node computes from what is known. */
  private computed(node: Node): Node | undefined {
    const [x, y] = node.inputs;
    switch (node.operation) {
      case "arithmetic":
        return this.arithmetic(node.immediates[0] as ArithOp, x!, y!);
      case "offset":
        return this.offset(x!, node.immediates[0] as number);
      case "negate":
        return this.integer(map(integerOf(x!), (n) => -n));
      case "not":
        return this.integer(map(integerOf(x!), (b) => 1n - b)); // of a bool
      case "divide":
        return this.quotient(node.immediates[0] as string, integerOf(x!), integerOf(y!));
      case "boolean":
        return this.integer(map(truthOf(x!), (holds) => (holds ? 1n : 0n)));
      case "vectLength":
        return x!.operation === "makeBlock" ? this.integer(BigInt(x!.inputs.length)) : undefined;
      case "unbox":
      case "unboxInteger":
        return isBox(x!) ? x!.inputs[0] : undefined;
      case "untag":
        return this.int64(integerOf(x!));
      case "int64Arithmetic":
        return this.int64Arithmetic(node.immediates[0] as Int64Op, int64Of(x!), int64Of(y!));
      case "signExtend32":
        return this.int64(map(int64Of(x!), (n) => BigInt.asIntN(32, n)));
      case "zeroExtend32":
        return this.int64(map(int64Of(x!), (n) => BigInt.asUintN(32, n)));
      default:
        return this.condition(node);
    }
  }

  private int64Arithmetic(op: Int64Op, x: bigint | undefined, y: bigint | undefined): Node | undefined {
    return x === undefined || y === undefined ? undefined : this.int64(INT64[op]?.(x, y));
  }

  private arithmetic(op: ArithOp, x: Node, y: Node): Node | undefined {
    const a = integerOf(x);
    const b = integerOf(y);
    if (a !== undefined && b !== undefined) return this.integer(ARITHMETIC[op](a, b));
    if (op === "add" && a !== undefined) return this.offset(y, Number(a));
    if (b === undefined) return undefined;
    if (op === "add" || op === "sub") return this.offset(x, Number(op === "add" ? b : -b));
    const neutral = op === "mul" ? 1n : op === "and" ? -1n : 0n;
    return b === neutral ? x : undefined;
  }

  /** x + n. */
  private offset(x: Node, n: number): Node | undefined {
    if (n === 0) return x;
    const a = integerOf(x);
    if (a !== undefined) return this.integer(a + BigInt(n));
    const [inner, sum] = x.operation === "offset" ? [x.inputs[0]!, n + (x.immediates[0] as number)] : [x, n];
    if (Math.abs(sum) > MAX_OFFSET) return undefined;
    return sum === 0 ? inner : this.make("offset", [inner], sum);
  }

  private quotient(op: string, x: bigint | undefined, y: bigint | undefined): Node | undefined {
    if (x === undefined || y === undefined || y === 0n) return undefined;
    return this.integer(op === "div" ? x / y : x % y);
  }

  // ---- Conditions ---------------------------------------------------------------------------------------------------------------

  private condition(node: Node): Node | undefined {
    const [x, y] = node.inputs;
    switch (node.operation) {
      case "compare":
        return this.comparison(node.immediates[0] as CompareOp, x!, y!);
      case "isInt":
        return integerOf(x!) !== undefined ? this.truth(true) : MAKERS.has(x!.operation) ? this.truth(false) : undefined;
      case "isFalse":
        return x!.operation === "boolean" ? opposite(this.fn, x!.inputs[0]!) : this.truth(map(integerOf(x!), (n) => n === 0n));
      case "negation":
        return this.truth(map(truthOf(x!), (holds) => !holds));
      case "both":
        return truthOf(x!) ? y : truthOf(y!) ? x : this.truth([x!, y!].some((c) => truthOf(c) === false) ? false : undefined);
      case "hasOtherTag":
        return x!.operation === "makeBlock" || x!.operation === "atom" ? this.truth(x!.immediates[0] !== node.immediates[0]) : undefined;
      default:
        return undefined;
    }
  }

  private comparison(op: CompareOp, x: Node, y: Node): Node | undefined {
    if (x === y) return this.truth(OF_ITSELF.has(op));
    const a = integerOf(x);
    const b = integerOf(y);
    if (a !== undefined && b !== undefined) return this.truth(COMPARISONS[op](a, b));
    if (x.operation !== "boolean" || (op !== "eq" && op !== "ne") || (b !== 0n && b !== 1n)) return undefined;
    return (op === "eq") === (b === 1n) ? x.inputs[0] : opposite(this.fn, x.inputs[0]!);
  }


  /** Which of its successors a block always goes to. */
  private onlyWay(exit: Exit): number | undefined {
    if (exit.kind === "if") return map(truthOf(exit.condition), (holds) => (holds ? 0 : 1));
    if (exit.kind !== "switch") return undefined;
    const { value, constants } = exit;
    const n = integerOf(value);
    // Code that is never executed may switch on what it has no case for.
    if (n !== undefined) return n >= 0n && n < constants ? Number(n) : undefined;
    return value.operation === "makeBlock" ? constants + (value.immediates[0] as number) : undefined;
  }
}

/** Whether two integers compare so. */
export const compareIntegers = (op: CompareOp, x: number, y: number): boolean => COMPARISONS[op](BigInt(x), BigInt(y));

/** The condition that holds when another does not. */
export function opposite(fn: SsaFunction, condition: Node): Node {
  const holds = truthOf(condition);
  if (holds !== undefined) return new Node(fn.nextId++, "truth", [], [Number(!holds)]);
  return condition.operation === "negation" ? condition.inputs[0]! : new Node(fn.nextId++, "negation", [condition], []);
}

const map = <T, R>(value: T | undefined, f: (value: T) => R): R | undefined => (value === undefined ? undefined : f(value));

/** Let a function compute and test nothing that is known. */
export function foldConstants(fn: SsaFunction, approximations: Approximations): void {
  new Folding(fn, approximations).run();
}
