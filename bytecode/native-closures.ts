/**
 * Lets the interpreter make closures of functions that have native code: NATIVE_CLOSURE and NATIVE_CLOSUREREC take the place
 * of CLOSURE and CLOSUREREC in code that is in memory. Their operands are addresses of descriptions: the first two words
 * of the closure, without the start of its environment. Code without native code stays as it is.
 */
import { CLOSINFO_ARITY_SHIFT, CODE_BIAS, WORD } from "../runtime/layout.ts";
import { lazy } from "../runtime/lazy.ts";
import type { Machine } from "../runtime/machine.ts";
import type { CodeFragment, NativeEntry } from "./code.ts";
import { instructionLength } from "./instructions/decode.ts";
import { opcode } from "./instructions/table.ts";
import { superinstructions } from "./interpreter/superinstructions.ts";

const CLOSURE = opcode("CLOSURE");
const CLOSUREREC = opcode("CLOSUREREC");
const NATIVE_CLOSURE = opcode("NATIVE_CLOSURE");
const NATIVE_CLOSUREREC = opcode("NATIVE_CLOSUREREC");
const DESCRIPTION_BYTES = 2 * WORD;
/** Words of each superinstruction, by opcode. */
const superLengths = lazy(() => new Map(superinstructions().map(({ code, length }) => [code, length / 4])));

/** Word of the first of the targets of an instruction that makes closures, and how many there are. */
function targetsOf(code: Int32Array, pc: number): { first: number; count: number } | undefined {
  if (code[pc] === CLOSURE) return { first: pc + 2, count: 1 };
  if (code[pc] === CLOSUREREC) return { first: pc + 3, count: code[pc + 1]! };
  return undefined;
}

/**
 * From now on the interpreter makes closures with native code of the functions in `natives`, which are known by their
 * first word in the fragment. Throws Error when no memory is left.
 */
export function placeNativeClosures(machine: Machine, fragment: CodeFragment, natives: ReadonlyMap<number, NativeEntry>): void {
  const { original, start } = fragment;
  const descriptions = new Map<number, number>();
  const places: { pc: number; first: number; words: number[] }[] = [];
  // Instructions that came last; a superinstruction can hold as many.
  const longest = fragment.ready ? Math.max(...superLengths().values()) : 0;
  const recent = new Int32Array(longest).fill(-longest);
  for (let pc = 0, i = 0; pc < original.length; pc += instructionLength(original, pc), i++) {
    if (fragment.ready) recent[i % longest] = pc;
    const targets = targetsOf(original, pc);
    if (!targets) continue;
    const { first, count } = targets;
    const words = Array.from({ length: count }, (_, i) => first + original[first + i]!);
    if (!words.some((word) => natives.has(word))) continue;
    for (const word of words) if (!descriptions.has(word)) descriptions.set(word, descriptions.size);
    places.push({ pc, first, words });
    splitSuperinstructions(machine.i32, fragment, recent, pc);
  }
  if (places.length === 0) return;
  const table = machine.core.mem_alloc(descriptions.size * DESCRIPTION_BYTES) >>> 0;
  if (table === 0) throw new Error("no memory is left for native code");
  const { i32, i64 } = machine;
  for (const [word, i] of descriptions) {
    const native = natives.get(word);
    const code = BigInt(start + 4 * word - CODE_BIAS);
    const at = (table + i * DESCRIPTION_BYTES) >>> 3;
    i64[at] = (BigInt(native?.index ?? 0) << 32n) | code;
    i64[at + 1] = BigInt(native?.arity ?? 0) << BigInt(CLOSINFO_ARITY_SHIFT);
  }
  for (const { pc, first, words } of places) {
    i32[start / 4 + pc] = original[pc] === CLOSURE ? NATIVE_CLOSURE : NATIVE_CLOSUREREC;
    words.forEach((word, i) => (i32[start / 4 + first + i] = table + descriptions.get(word)! * DESCRIPTION_BYTES));
  }
}

/** Superinstructions among the recent instructions that hold the one at pc, which is replaced, are taken apart. */
function splitSuperinstructions(i32: Int32Array, { original, start }: CodeFragment, recent: Int32Array, pc: number): void {
  for (const at of recent) {
    const end = at < 0 ? 0 : at + (superLengths().get(i32[start / 4 + at]!) ?? 0);
    if (end > pc) i32[start / 4 + at] = original[at]!;
  }
}
