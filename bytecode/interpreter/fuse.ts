/** Places superinstructions in code. */
import type { PrimitiveTable } from "../../runtime/table.ts";
import { instructionLength } from "../instructions/decode.ts";
import { instructions } from "../instructions/table.ts";
import { type Superinstruction, superinstructions } from "./superinstructions.ts";

interface Candidate {
  readonly superinstruction: Superinstruction;
  readonly opcodes: readonly number[];
}

/** Longest first, by the opcode that they start with. */
const candidates: Candidate[][] = instructions.map(({ code }) =>
  superinstructions
    .filter((s) => s.parts[0]!.instruction.code === code)
    .map((s) => ({ superinstruction: s, opcodes: s.parts.map((p) => p.instruction.code) }))
    .sort((a, b) => b.opcodes.length - a.opcodes.length),
);

/**
 * Write superinstructions' opcodes over the first opcode of each sequence in `code`, which is `original` adapted to the
 * VM. Words after the first stay as they are, so any instruction can still be jumped to.
 */
export function fuse(code: Int32Array, original: Int32Array, primitives: PrimitiveTable): void {
  if (superinstructions.length === 0) return;
  for (let i = 0; i < original.length; i += instructionLength(original, i)) {
    const found = candidates[code[i]!]?.find((candidate) => matches(code, original, primitives, i, candidate));
    if (found) code[i] = found.superinstruction.code;
  }
}

function matches(
  code: Int32Array,
  original: Int32Array,
  primitives: PrimitiveTable,
  i: number,
  candidate: Candidate,
): boolean {
  return candidate.superinstruction.parts.every(({ offset, instruction, fixed, primitive }) => {
    const at = i + (offset >> 2);
    // Later words have not been fused yet, but may have been adapted (ENSURE_STACK, primitives).
    return (
      at < original.length &&
      original[at] === instruction.code &&
      code[at] === instruction.code &&
      fixed.every((operand, k) => operand === undefined || code[at + 1 + k] === operand) &&
      (primitive === undefined || primitives.at(code[at + instruction.operands.length]!).name === primitive)
    );
  });
}
