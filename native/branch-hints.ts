/**
 * Branch hints: which way an `if` rarely goes (the WebAssembly proposal of that name: a custom section before the code). V8 moves
 * code that is rarely executed out of the way, and has it save and restore what the code around it keeps in registers.
 * binaryen's interface does not know hints, so what it is given is marked (Emit.hint), and the marks are found in what it writes.
 */
import { CODE_SECTION, customSection, encodeSize, readSize, sectionsOf } from "./wasm-sections.ts";

const HINTS = "metadata.code.branch_hint";

const IF = 0x04;
const I32_CONST = 0x41;
const DROP = 0x1a;

/** What the immediate operands of an instruction are: a number in LEB128, a vector of labels and one more, so many bytes. */
type Immediates = readonly ("leb" | "labels" | number)[];

/** Instructions that NativeModule's features allow and binaryen emits, by opcode (core specification, 5.4); those not here are unknown. */
const IMMEDIATES: readonly (Immediates | undefined)[] = (() => {
  const table: (Immediates | undefined)[] = [];
  const set = (from: number, to: number, immediates: Immediates): void => {
    for (let code = from; code <= to; code++) table[code] = immediates;
  };
  set(0x00, 0x01, []); // unreachable, nop
  set(0x02, 0x04, ["leb"]); // block, loop, if
  table[0x05] = []; // else
  table[0x0b] = []; // end
  set(0x0c, 0x0d, ["leb"]); // br, br_if
  table[0x0e] = ["labels"]; // br_table
  table[0x0f] = []; // return
  set(0x10, 0x10, ["leb"]); // call
  set(0x11, 0x11, ["leb", "leb"]); // call_indirect
  set(0x12, 0x12, ["leb"]); // return_call
  set(0x13, 0x13, ["leb", "leb"]); // return_call_indirect
  set(0x1a, 0x1b, []); // drop, select
  set(0x20, 0x24, ["leb"]); // local.*, global.*
  set(0x28, 0x3e, ["leb", "leb"]); // loads and stores
  set(0x3f, 0x40, ["leb"]); // memory.size, memory.grow
  set(0x41, 0x42, ["leb"]); // i32.const, i64.const
  table[0x43] = [4]; // f32.const
  table[0x44] = [8]; // f64.const
  set(0x45, 0xc4, []); // numeric instructions
  table[0xfc] = ["leb"]; // saturating truncation
  return table;
})();

/** A module that binaryen has emitted, with hints for the branches that are marked. `imported`: functions that it imports. */
export function hintBranches(module: Uint8Array, imported: number): Uint8Array {
  const code = sectionsOf(module).find(({ id }) => id === CODE_SECTION);
  if (!code) return module;
  const hinted = functionBodies(module, code.contents)
    .map(({ start, end }, i) => ({ index: imported + i, hints: hintsOf(module, start, end) }))
    .filter(({ hints }) => hints.length > 0);
  const bytes = [...encodeSize(hinted.length)];
  for (const { index, hints } of hinted) {
    for (const n of [...encodeSize(index), ...encodeSize(hints.length)]) bytes.push(n);
    for (const { at, taken } of hints) bytes.push(...encodeSize(at), 1, Number(taken));
  }
  const section = customSection(HINTS, Uint8Array.from(bytes));
  const result = new Uint8Array(module.length + section.length);
  result.set(module.subarray(0, code.start));
  result.set(section, code.start);
  result.set(module.subarray(code.start), code.start + section.length);
  return result;
}

function functionBodies(module: Uint8Array, contents: number): { start: number; end: number }[] {
  const { value: count, next } = readSize(module, contents);
  let at = next;
  return Array.from({ length: count }, () => {
    const { value: size, next: start } = readSize(module, at);
    at = start + size;
    return { start, end: at };
  });
}

/** An `if` at an offset in the function's body. */
interface Hint {
  readonly at: number;
  readonly taken: boolean;
}

function hintsOf(module: Uint8Array, start: number, end: number): Hint[] {
  const hints: Hint[] = [];
  let at = skipLocals(module, start);
  while (at < end) {
    const opcode = module[at]!;
    const next = skipInstruction(module, at);
    if (opcode === IF && module[next] === I32_CONST && module[next + 2] === DROP) hints.push({ at: at - start, taken: module[next + 1] === 1 });
    at = next;
  }
  return hints;
}

/** Groups of locals: how many, and their type. */
function skipLocals(module: Uint8Array, start: number): number {
  const { value: groups, next } = readSize(module, start);
  let at = next;
  for (let i = 0; i < groups; i++) at = skipLeb(module, at) + 1;
  return at;
}

function skipLeb(module: Uint8Array, at: number): number {
  while (module[at]! >= 0x80) at++;
  return at + 1;
}

function skipInstruction(module: Uint8Array, opcodeAt: number): number {
  const immediates = IMMEDIATES[module[opcodeAt]!];
  if (!immediates) throw new Error(`byte ${opcodeAt} of the module: instruction 0x${module[opcodeAt]!.toString(16)} is not known`);
  let at = opcodeAt + 1;
  for (const immediate of immediates) {
    if (immediate === "leb") at = skipLeb(module, at);
    else if (immediate === "labels") {
      const { value: labels, next } = readSize(module, at);
      at = next;
      for (let i = 0; i <= labels; i++) at = skipLeb(module, at);
    } else at += immediate;
  }
  return at;
}
