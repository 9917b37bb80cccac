/**
 * Sites: how the interpreter goes on in a frame of native code (SITE_* in runtime/layout.ts; runtime/core/native.ts reads
 * them). Code addresses are relative to the code until the module is loaded.
 */
import { opcode } from "../bytecode/instructions/table.ts";
import {
  ATOM0,
  BOX_KIND_BITS,
  CODE_BIAS,
  FRAME_PART_CODE,
  SITE_ACCU,
  SITE_NUMBERS,
  SITE_ENTRY,
  SITE_ENV,
  SITE_FRAME_WORDS,
  SITE_OPCODE,
  SITE_PC,
  SITE_SLOTS,
  SITE_SOURCES,
  SITE_TRACE,
  SITE_TRAP,
  SOURCE_FRAME,
  SOURCE_INTEGER,
  SOURCE_KIND_BITS,
  SOURCE_NUMBER,
  SOURCE_PART,
  SOURCE_RESULT,
  SOURCE_WIDE,
  WORD,
} from "../runtime/layout.ts";
import type { FrameState, Node } from "./ir.ts";

/** Where the values of a native frame are. */
export interface FrameLayout {
  /** With the bottom word. */
  readonly words: number;
  /** Word of the trap; 0: none. */
  readonly trap: number;
  readonly places: ReadonlyMap<Node, number>;
}

const RESUME = opcode("NATIVE_RESUME");
const CONTINUE = opcode("NATIVE_CONTINUE");
const HANDLER = opcode("NATIVE_HANDLER");
const SOURCE_BITS = 32 - SOURCE_KIND_BITS;

const source = (kind: number, operand: number): number => (operand << SOURCE_KIND_BITS) | kind;
const fits = (n: number): boolean => n >= -(2 ** (SOURCE_BITS - 1)) && n < 2 ** (SOURCE_BITS - 1);

/** Whether a constant needs no place in the frame to be found in a register. */
export const fitsRegister = ({ operation, immediates }: Node): boolean => operation === "integer" && fits(immediates[0] as number);

/** The words of all sites of a module. */
export class Sites {
  private readonly words: number[] = [];
  private readonly codeAddresses: number[] = [];
  private readonly entries: number[] = [];

  /** Gives a function that forgets the sites that have come since. */
  mark(): () => void {
    const { length } = this.words;
    const addresses = this.codeAddresses.length;
    const entries = this.entries.length;
    return () => {
      this.entries.length = entries;
      this.words.length = length;
      this.codeAddresses.length = addresses;
    };
  }

  /** The site of a call; `continuation`: the number of its continuation, if it has one. Its offset in bytes. */
  call(state: FrameState, trace: number, frame: FrameLayout, continuation?: number): number {
    if (continuation === undefined) return this.add(RESUME, state, trace, frame);
    const offset = this.add(CONTINUE, state, trace, frame);
    const entry = (offset + SITE_ENTRY) / 4;
    this.words[entry] = continuation;
    this.entries.push(entry);
    return offset;
  }

  /** The site where a frame catches an exception. Its offset in bytes. */
  handler(state: FrameState, frame: FrameLayout): number {
    return this.add(HANDLER, state, state.pc, frame);
  }

  private add(op: number, state: FrameState, trace: number, frame: FrameLayout): number {
    const at = this.words.length;
    const fixed: Record<number, number> = {
      [SITE_OPCODE]: op,
      [SITE_FRAME_WORDS]: frame.words,
      [SITE_TRAP]: frame.trap,
      [SITE_SLOTS]: state.stack.length,
    };
    for (let offset = 0; offset < SITE_SOURCES; offset += 4) this.words.push(fixed[offset] ?? 0);
    const set = (offset: number, value: number): void => void (this.words[at + offset / 4] = value);
    set(SITE_TRACE, this.codeAddress(at + SITE_TRACE / 4, trace));
    set(SITE_PC, this.codeAddress(at + SITE_PC / 4, state.pc));
    set(SITE_ENV, this.register(state.env, frame));
    set(SITE_ACCU, state.accu === "result" ? SOURCE_RESULT : this.register(state.accu, frame));
    for (const node of state.stack) this.addSource(node, frame);
    const isBoxed = (node: Node | "result" | undefined): boolean => typeof node === "object" && node.operation === "boxed";
    set(SITE_NUMBERS, [state.accu, ...state.stack].filter(isBoxed).length);
    return 4 * at;
  }

  private register(node: Node | undefined, frame: FrameLayout): number {
    if (!node) return source(SOURCE_INTEGER, 0);
    if (fitsRegister(node)) return source(SOURCE_INTEGER, node.immediates[0] as number);
    return this.inFrame(node, frame);
  }

  private inFrame(node: Node, frame: FrameLayout): number {
    if (node.operation !== "boxed") return source(SOURCE_FRAME, this.place(node, frame));
    const [kind] = node.immediates as [number];
    return source(SOURCE_NUMBER, (this.place(node.inputs[0]!, frame) << BOX_KIND_BITS) | kind);
  }

  private place(node: Node, { places }: FrameLayout): number {
    const place = places.get(node);
    if (place === undefined) throw new Error(`${node.operation} ${node.id} has no place in the frame`);
    return place;
  }

  private addSource(node: Node | undefined, frame: FrameLayout): void {
    if (!node) this.words.push(source(SOURCE_INTEGER, 0));
    else if (node.operation === "framePart") {
      const [part, target] = node.immediates as [number, number];
      this.words.push(source(SOURCE_PART, part));
      if (part === FRAME_PART_CODE) this.words.push(this.codeAddress(this.words.length, target));
    } else if (node.operation === "atom") this.wide(ATOM0 + WORD * (node.immediates[0] as number), 0);
    else if (node.operation === "integer") {
      const n = node.immediates[0] as number;
      if (fits(n)) this.words.push(source(SOURCE_INTEGER, n));
      else {
        const word = (BigInt(n) << 1n) | 1n;
        this.wide(Number(BigInt.asIntN(32, word)), Number(word >> 32n));
      }
    } else this.words.push(this.inFrame(node, frame));
  }

  private wide(low: number, high: number): void {
    this.words.push(source(SOURCE_WIDE, 0), low, high);
  }

  /** What word `i` holds, which is the address of a word of the code. */
  private codeAddress(i: number, word: number): number {
    this.codeAddresses.push(i);
    return 4 * word - CODE_BIAS;
  }

  /** All words, which of them the address of the code is to be added to, and which are numbers of continuations. */
  finish(): { words: Int32Array; codeAddresses: Int32Array; entries: Int32Array } {
    const { words, codeAddresses, entries } = this;
    return { words: Int32Array.from(words), codeAddresses: Int32Array.from(codeAddresses), entries: Int32Array.from(entries) };
  }
}
