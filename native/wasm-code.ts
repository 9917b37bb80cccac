/**
 * The instructions in a function's body (core specification, 5.4): what they are followed by, and bodies copied into a module whose
 * types, functions and globals have other indices.
 */
import type { ByteWriter } from "./byte-writer.ts";
import { readSize } from "./wasm-sections.ts";

/** What follows an instruction's opcode: a number in LEB128, a vector of labels and one more, an index, a block's type, so many bytes. */
type Immediate = "leb" | "labels" | IndexSpace | "block" | number;

const INDEX_SPACES = ["type", "function", "global"] as const;
type IndexSpace = (typeof INDEX_SPACES)[number];
const isIndex = (immediate: Immediate): immediate is IndexSpace => (INDEX_SPACES as readonly Immediate[]).includes(immediate);

export const OPCODES = {
  nop: 0x01,
  if: 0x04,
  end: 0x0b,
  drop: 0x1a,
  globalGet: 0x23,
  i32Const: 0x41,
  i64Const: 0x42,
} as const;

/** Instructions that NativeModule's features allow and binaryen emits, by opcode; those not here are unknown. */
const IMMEDIATES: readonly (readonly Immediate[] | undefined)[] = (() => {
  const table: (readonly Immediate[] | undefined)[] = [];
  const set = (from: number, to: number, ...immediates: Immediate[]): void => {
    for (let code = from; code <= to; code++) table[code] = immediates;
  };
  set(0x00, 0x01); // unreachable, nop
  set(0x02, 0x04, "block"); // block, loop, if
  set(0x05, 0x05); // else
  set(0x0b, 0x0b); // end
  set(0x0c, 0x0d, "leb"); // br, br_if
  set(0x0e, 0x0e, "labels"); // br_table
  set(0x0f, 0x0f); // return
  set(0x10, 0x10, "function"); // call
  set(0x11, 0x11, "type", "leb"); // call_indirect
  set(0x12, 0x12, "function"); // return_call
  set(0x13, 0x13, "type", "leb"); // return_call_indirect
  set(0x1a, 0x1b); // drop, select
  set(0x20, 0x22, "leb"); // local.*
  set(0x23, 0x24, "global"); // global.*
  set(0x28, 0x3e, "leb", "leb"); // loads and stores
  set(0x3f, 0x40, "leb"); // memory.size, memory.grow
  set(0x41, 0x42, "leb"); // i32.const, i64.const
  set(0x43, 0x43, 4); // f32.const
  set(0x44, 0x44, 8); // f64.const
  set(0x45, 0xc4); // numeric instructions
  set(0xfc, 0xfc, "leb"); // saturating truncation
  return table;
})();

/** Where code of one module goes in another: by index in the one the index in the other. */
export interface Renumbering extends Readonly<Record<IndexSpace, readonly number[]>> {
  /** The global, by its first index, to which the code adds offsets in what is its own part there: constants, each after it. */
  readonly base: number;
  /** Where that part starts. */
  readonly offset: bigint;
}

/** An `if` in a body that says whether it is nearly always or seldom taken (Emit.hint): its offset. */
export interface Hint {
  readonly at: number;
  readonly taken: boolean;
}

/** Copy a function's body, which lies between two offsets: the hints in it. `out` holds nothing yet. */
export function copyBody(module: Uint8Array, start: number, end: number, numbers: Renumbering, out: ByteWriter): Hint[] {
  const hints: Hint[] = [];
  let copied = start;
  /** Write `put` in place of the bytes between two offsets. */
  const replace = (from: number, to: number, put: () => void): void => {
    out.copy(module, copied, from);
    put();
    copied = to;
  };
  let isOffset = false;
  for (let at = skipLocals(module, start); at < end; ) {
    const opcodeAt = at;
    const opcode = module[at++]!;
    const immediates = IMMEDIATES[opcode];
    if (!immediates) throw new Error(`byte ${opcodeAt} of the module: instruction 0x${opcode.toString(16)} is not known`);
    if (isOffset) {
      if (opcode !== OPCODES.i64Const) throw new Error(`byte ${opcodeAt} of the module: there is no offset`);
      const { value, next } = readSigned(module, at);
      replace(at, next, () => out.signed(value + numbers.offset));
    }
    isOffset = false;
    for (const immediate of immediates) {
      const from = at;
      if (isIndex(immediate)) {
        const { value, next } = readSize(module, from);
        at = next;
        replace(from, at, () => out.size(numbers[immediate][value]!));
        isOffset = opcode === OPCODES.globalGet && value === numbers.base;
      } else at = skipImmediate(module, from, immediate);
    }
    if (opcode === OPCODES.if && module[at] === OPCODES.i32Const && module[at + 2] === OPCODES.drop) {
      hints.push({ at: out.length + opcodeAt - copied, taken: module[at + 1] === 1 });
    }
  }
  out.copy(module, copied, end);
  return hints;
}

/** Groups of locals: how many, and their type. */
function skipLocals(module: Uint8Array, start: number): number {
  const { value: groups, next } = readSize(module, start);
  let at = next;
  for (let i = 0; i < groups; i++) at = skipLeb(module, at) + 1;
  return at;
}

function skipImmediate(module: Uint8Array, from: number, immediate: Exclude<Immediate, IndexSpace>): number {
  if (immediate === "leb") return skipLeb(module, from);
  if (immediate === "block") {
    // Types of several values, which binaryen gives no block, are indices: positive.
    if ((module[from]! & 0xc0) !== 0x40) throw new Error(`byte ${from} of the module: a block has a type of several values`);
    return from + 1;
  }
  if (immediate !== "labels") return from + immediate;
  const { value: labels, next } = readSize(module, from);
  let at = next;
  for (let i = 0; i <= labels; i++) at = skipLeb(module, at);
  return at;
}

function skipLeb(module: Uint8Array, at: number): number {
  while (module[at]! >= 0x80) at++;
  return at + 1;
}

/** A signed number of 64 bits. */
function readSigned(module: Uint8Array, at: number): { value: bigint; next: number } {
  let value = 0n;
  let bits = 0n;
  let byte: number;
  do {
    byte = module[at++]!;
    value |= BigInt(byte & 0x7f) << bits;
    bits += 7n;
  } while (byte >= 0x80);
  return { value: BigInt.asIntN(Number(bits), value), next: at };
}
