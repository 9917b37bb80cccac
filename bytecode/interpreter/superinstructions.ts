/**
 * Sequences of instructions that the interpreter executes as one. Chosen from traces (bench/training); composed from
 * the instruction table, never written by hand. The loader puts a superinstruction's opcode over the first opcode of
 * each place where its sequence stands and leaves the other words alone, so that jumps into the middle still work.
 */
import { type Instruction, instruction, instructions } from "../instructions/table.ts";

export interface Part {
  readonly instruction: Instruction;
  /** Byte offset of its opcode word. */
  readonly offset: number;
  /** Operands with a fixed value. */
  readonly fixed: readonly (number | undefined)[];
}

export interface Superinstruction {
  readonly name: string;
  readonly code: number;
  readonly parts: readonly Part[];
  /** In bytes. */
  readonly length: number;
}

/** Each sequence: names separated by blanks; `NAME(3,_)` fixes operands. */
const sequences: readonly string[] = [];

function parse(sequence: string, index: number): Superinstruction {
  let offset = 0;
  const parts = sequence.split(" ").map((word): Part => {
    const match = /^(\w+)(?:\(([^)]*)\))?$/.exec(word);
    if (!match) throw new Error(`superinstruction ${sequence}: cannot read ${word}`);
    const row = instruction(match[1]!);
    const fixed = match[2] === undefined ? [] : match[2].split(",").map((s) => (s === "_" ? undefined : Number(s)));
    const part = { instruction: row, offset, fixed };
    offset += 4 * (1 + row.operands.length);
    return part;
  });
  return { name: sequence, code: instructions.length + index, parts, length: offset };
}

export const superinstructions: readonly Superinstruction[] = sequences.map(parse);
