/** Blocks in the minor heap (second part of the lowering). */
import binaryen from "binaryen";
import type { Expr } from "../bytecode/interpreter/registers.ts";
import { OPCODE_BYTES } from "../bytecode/interpreter/sequence.ts";
import {
  CELL_SP,
  CELL_YOUNG_LIMIT,
  CELL_YOUNG_PTR,
  CLOSINFO_ARITY_SHIFT,
  CLOSURE_WORDS,
  HEADER_WOSIZE_SHIFT,
  MAX_YOUNG_WOSIZE,
  PLAIN_ENVIRONMENT,
  TAG_CLOSURE,
  TAG_DOUBLE_ARRAY,
  TAG_INFIX,
  WORD,
} from "../runtime/layout.ts";
import { partialIndex } from "../bytecode/interpreter/native-calls.ts";
import { interrupts } from "./liveness.ts";
import { type Node, OPERATIONS } from "./ir.ts";
import type { NativeFunction } from "./code.ts";
import { ValueLowering } from "./values.ts";

const { i32 } = binaryen;

/** Closinfo of a closure with native code of so many arguments (0: without native code). */
const closinfo = (arity: number, startOfEnvironment: number): bigint =>
  (BigInt(arity) << BigInt(CLOSINFO_ARITY_SHIFT)) | BigInt((startOfEnvironment << 1) | 1);

/** Room in the minor heap for several blocks: the local with its address, and how much it is, with the blocks' headers. */
interface Room {
  readonly local: number;
  words: number;
}

/** Where a block will be. */
export interface Place {
  readonly room: Room;
  /** Of its header, in bytes. */
  readonly offset: number;
}

/** Fields of the block that a node makes in the minor heap; undefined: it makes none. */
function allocatedWords({ operation, inputs, immediates }: Node): number | undefined {
  switch (operation) {
    case "makeBlock":
    case "makeFloatBlock":
      return inputs.length;
    case "box":
      return 1;
    case "boxInteger":
      return 2;
    case "closure":
    case "partialApplication":
      return PLAIN_ENVIRONMENT + inputs.length;
    case "recursiveClosures":
      return CLOSURE_WORDS * immediates.length - 1 + inputs.length;
    default:
      return undefined;
  }
}

export class AllocationLowering extends ValueLowering {
  private readonly allocations = new Map<Node, Place>();

  /** Store what a collection must find. CELL_SP is set. What is to be read again. */
  private storeLive(node: Node): { code: Expr[]; reload: Expr[] } {
    const frame = this.frame(node);
    const code = this.emitted(() => this.storeValues(frame));
    code.push(this.e.setCell32(CELL_SP, this.bottom(frame.words)));
    return { code, reload: this.reload(frame, new Set([...this.readAgain(node), ...node.inputs])) };
  }

  // ---- Allocation -------------------------------------------------------------------------------------------------------------

  /**
   * Allocations of a block's nodes that nothing interrupts share one check of the minor heap (asmcomp/comballoc.ml): the first
   * makes room for all of them.
   */
  protected combineAllocations(nodes: readonly Node[]): void {
    let room: Room | undefined;
    for (const node of nodes) {
      const wosize = allocatedWords(node);
      if (wosize === undefined) {
        if (interrupts(node) || OPERATIONS[node.operation].raises) room = undefined;
        continue;
      }
      if (!room || room.words + wosize + 1 > MAX_YOUNG_WOSIZE) room = { local: this.newLocal(i32), words: 0 };
      this.allocations.set(node, { room, offset: room.words * WORD });
      room.words += wosize + 1;
    }
  }

  /** A block in the minor heap for a node: where it is. */
  protected allocate(node: Node, tag: number): Place {
    const e = this.e;
    const place = this.allocations.get(node)!;
    const { room, offset } = place;
    if (offset === 0) {
      const p = room.local;
      const { code, reload } = this.storeLive(node);
      const call = e.call("alloc_small", [e.c32(room.words - 1), e.c32(tag)], i32);
      this.code.push(
        e.set(p, e.add32(e.cell32(CELL_YOUNG_PTR), -room.words * WORD)),
        e.unlikely(
          e.module.i32.lt_u(e.get32(p), e.cell32(CELL_YOUNG_LIMIT)),
          [...code, e.set(p, e.add32(call, -WORD)), ...reload],
          [e.setCell32(CELL_YOUNG_PTR, e.get32(p))],
        ),
      );
    }
    const header = (allocatedWords(node)! << HEADER_WOSIZE_SHIFT) | tag;
    this.code.push(e.store64(e.get32(room.local), offset, e.c64(header)));
    return place;
  }

  /** Store into field i of a block. */
  protected initialise({ room, offset }: Place, i: number, value: Expr): void {
    this.code.push(this.e.store64(this.e.get32(room.local), offset + (i + 1) * WORD, value));
  }

  /** The same for a double. */
  protected initialiseFloat({ room, offset }: Place, i: number, value: Expr): void {
    this.code.push(this.e.module.f64.store(offset + (i + 1) * WORD, 8, this.e.get32(room.local), value));
  }

  protected finishBlock(node: Node, { room, offset }: Place): void {
    this.set(node, this.e.extend(this.e.add32(this.e.get32(room.local), offset + WORD)));
  }

  protected makeBlock(node: Node): void {
    const p = this.allocate(node, node.immediates[0] as number);
    node.inputs.forEach((input, i) => this.initialise(p, i, this.value(input)));
    this.finishBlock(node, p);
  }

  protected makeFloatBlock(node: Node): void {
    const p = this.allocate(node, TAG_DOUBLE_ARRAY);
    node.inputs.forEach((input, i) => this.initialiseFloat(p, i, this.double(input)));
    this.finishBlock(node, p);
  }

  /** Code word and closinfo of a closure of the function at word `entry`. */
  private initialiseClosure(p: Place, i: number, entry: number, startOfEnvironment: number): void {
    const e = this.e;
    const native = this.unit.functions.get(entry);
    this.initialise(p, i, native ? this.nativeCodeWord(native) : e.extend(e.add32(this.native.code(this.part), 4 * entry)));
    this.initialise(p, i + 1, e.module.i64.const(closinfo(native ? native.arity : 0, startOfEnvironment)));
  }

  protected closure(node: Node): void {
    const p = this.allocate(node, TAG_CLOSURE);
    this.initialiseClosure(p, 0, node.immediates[0] as number, PLAIN_ENVIRONMENT);
    node.inputs.forEach((input, i) => this.initialise(p, PLAIN_ENVIRONMENT + i, this.value(input)));
    this.finishBlock(node, p);
  }

  /** The code word of closures of a function with native code. */
  private nativeCodeWord({ entry, index }: NativeFunction): Expr {
    const { i64 } = this.e.module;
    return i64.add(this.native.closures(this.part), i64.const((BigInt(index) << 32n) + BigInt(4 * entry)));
  }

  /** As apply_partially in runtime/core/native.ts makes it, but for the code of known functions' partial applications. */
  protected partialApplication(node: Node): void {
    const e = this.e;
    const [f, ...held] = node.inputs;
    const rest = node.immediates[0] as number;
    const p = this.allocate(node, TAG_CLOSURE);
    const known = this.knownFunction(f!);
    if (known) this.initialise(p, 0, this.nativeCodeWord(this.unit.partialApplications.of(known, held.length)));
    else {
      // The instruction RESTART stands before a function of several arguments.
      const restart = e.extend(e.add32(e.load32(this.address(f!)), -OPCODE_BYTES));
      this.initialise(p, 0, e.module.i64.or(restart, e.module.i64.const(BigInt(partialIndex(held.length, rest)) << 32n)));
    }
    this.initialise(p, 1, e.module.i64.const(closinfo(rest, PLAIN_ENVIRONMENT)));
    node.inputs.forEach((input, i) => this.initialise(p, PLAIN_ENVIRONMENT + i, this.value(input)));
    this.finishBlock(node, p);
  }

  protected recursiveClosures(node: Node): void {
    const entries = node.immediates as readonly number[];
    const start = CLOSURE_WORDS * entries.length - 1;
    const p = this.allocate(node, TAG_CLOSURE);
    entries.forEach((entry, i) => {
      const at = CLOSURE_WORDS * i;
      if (i > 0) this.initialise(p, at - 1, this.e.c64((at << HEADER_WOSIZE_SHIFT) | TAG_INFIX));
      this.initialiseClosure(p, at, entry, start - at);
    });
    node.inputs.forEach((input, i) => this.initialise(p, start + i, this.value(input)));
    this.finishBlock(node, p);
  }
}
