/** Where instructions are: the only knowledge of code layout besides the table itself. */
import { FILE_OPCODES, instructions } from "./table.ts";

/** Number of operand words of each opcode that a file can contain, without the tail of SWITCH and CLOSUREREC. */
const operandCounts = Uint8Array.from(instructions.slice(0, FILE_OPCODES), (row) => row.operands.length);
const tails = instructions.slice(0, FILE_OPCODES).map((row) => row.tail);

/** Length in words of the instruction at word `i` of `code`, which must hold valid code there. */
export function instructionLength(code: Int32Array, i: number): number {
  const op = code[i]!;
  const length = 1 + operandCounts[op]!;
  switch (tails[op]) {
    case "switch": {
      const sizes = code[i + 1]!;
      return length + (sizes & 0xffff) + (sizes >>> 16);
    }
    case "closures":
      return length + code[i + 1]!;
    default:
      return length;
  }
}
