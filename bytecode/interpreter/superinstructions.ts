/**
 * Sequences of instructions that the interpreter executes as one: composed from the instruction table, never written by
 * hand. The loader puts a superinstruction's opcode over the first opcode of each place where its sequence stands and
 * leaves the other words alone, so that jumps into the middle still work. All but the last instruction may only go on to
 * the next one, or branch out of the sequence.
 */
import { lazy } from "../../runtime/lazy.ts";
import { inlinedPrimitives } from "../instructions/inlined.ts";
import { type Instruction, instruction, instructions } from "../instructions/table.ts";
import { sequences } from "./sequences.ts";

export interface Part {
  readonly instruction: Instruction;
  /** Byte offset of its opcode word. */
  readonly offset: number;
  /** Operands with a fixed value. */
  readonly fixed: readonly (number | undefined)[];
  /** Name of the primitive that a C_CALL calls, where that is fixed. */
  readonly primitive?: string;
}

export interface Superinstruction {
  readonly name: string;
  readonly code: number;
  readonly parts: readonly Part[];
  /** In bytes. */
  readonly length: number;
}

function parse(sequence: string, index: number): Superinstruction {
  let offset = 0;
  const parts = sequence.split(" ").map((word): Part => {
    const match = /^(\w+)(?:\(([^)]*)\))?$/.exec(word);
    if (!match) throw new Error(`superinstruction ${sequence}: cannot read ${word}`);
    const row = instruction(match[1]!);
    const operands = match[2]?.split(",") ?? [];
    const part: Part = { instruction: row, offset, ...fixedOperands(row, operands) };
    offset += 4 * (1 + row.operands.length);
    return part;
  });
  return { name: sequence, code: instructions.length + index, parts, length: offset };
}

/** Operands as they are written: a number, the name of a primitive, or `_` for any. */
function fixedOperands(row: Instruction, operands: readonly string[]): Pick<Part, "fixed" | "primitive"> {
  const primitive = operands.find((_, i) => row.operands[i] === "primitive");
  const fixed = operands.map((s, i) => (s === "_" || row.operands[i] === "primitive" ? undefined : Number(s)));
  return { fixed, ...(primitive !== undefined && primitive !== "_" && { primitive }) };
}

/** A call of each primitive that is executed without one; then the sequences. */
export const superinstructions = lazy((): readonly Superinstruction[] => {
  const calls = [...inlinedPrimitives.values()].map(({ name, arity }) => `C_CALL${arity}(${name})`);
  return [...new Set([...calls, ...sequences])].map(parse);
});
