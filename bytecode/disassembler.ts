/**
 * Bytecode as text, in the format of OCaml's tools/dumpobj: address, name, operands. Addresses and targets are counted in
 * words from the start of the code.
 */
import type { UnitDebug } from "./formats/debug.ts";
import { printName } from "./formats/print.ts";
import { FILE_OPCODES, type Instruction, instructions } from "./instructions/table.ts";

/** What the numbers of globals and primitives stand for; `word` is where the operand is in the code. */
export interface Names {
  global(word: number, operand: number): string;
  primitive(word: number, operand: number): string;
}

/** The lines of a listing, with the source locations of `debug` between them. Never throws: bad code is shown as such. */
export function* disassemble(
  code: Int32Array,
  names: Names,
  debug: readonly UnitDebug[] = [],
): Generator<string> {
  const locations = new Map<number, string[]>();
  for (const unit of debug) {
    for (const event of unit.events) {
      const word = (unit.origin + event.pos) >> 2;
      const line = `File "${printName(event.fileName)}", line ${event.startLine}, characters ${event.startChar}-${event.endOffset}:`;
      locations.set(word, [...(locations.get(word) ?? []), line]);
    }
  }
  for (let pc = 0; pc < code.length;) {
    yield* locations.get(pc) ?? [];
    const op = code[pc]!;
    const instruction = op >= 0 && op < FILE_OPCODES ? instructions[op] : undefined;
    const length = instruction === undefined ? 1 : instructionLength(code, pc, instruction);
    const address = String(pc).padStart(8);
    if (instruction === undefined) yield `${address}  *** unknown opcode: ${op}`;
    else if (pc + length > code.length) yield `${address}  ${instruction.name} *** the code ends here`;
    else yield* listing(code, pc, instruction, address, names);
    pc += length;
  }
}

/** Length in words of the instruction at `pc`, SWITCH's and CLOSUREREC's tables included. */
export function instructionLength(code: Int32Array, pc: number, instruction: Instruction): number {
  const length = 1 + instruction.operands.length;
  const first = code[pc + 1] ?? 0;
  if (instruction.tail === "switch") return length + (first & 0xffff) + (first >>> 16);
  return instruction.tail === "closures" ? length + Math.max(first, 0) : length;
}

function* listing(
  code: Int32Array,
  pc: number,
  { name, operands, tail }: Instruction,
  address: string,
  names: Names,
) {
  const table = pc + 1 + operands.length;
  if (tail === "switch") {
    const sizes = code[pc + 1]!;
    const ints = sizes & 0xffff;
    yield `${address}  ${name}`;
    for (let i = 0; i < ints; i++) yield `        int ${i} -> ${table + code[table + i]!}`;
    for (let i = 0; i < sizes >>> 16; i++) yield `        tag ${i} -> ${table + code[table + ints + i]!}`;
    return;
  }
  const shown: (string | number)[] = [];
  operands.forEach((kind, i) => {
    const word = pc + 1 + i;
    const operand = code[word]!;
    if (kind === "global") shown.push(names.global(word, operand));
    else if (kind === "primitive") shown.push(names.primitive(word, operand));
    else if (kind === "target") shown.push(word + operand);
    else if (kind !== "cache") shown.push(operand);
  });
  if (tail === "closures") {
    // The number of functions shows in the number of targets.
    shown.shift();
    for (let i = 0; i < code[pc + 1]!; i++) shown.push(table + code[table + i]!);
  }
  yield shown.length === 0 ? `${address}  ${name}` : `${address}  ${name} ${shown.join(", ")}`;
}
