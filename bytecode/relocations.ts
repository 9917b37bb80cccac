/**
 * Units that are to be linked: their code names globals and primitives only where the linker puts the numbers in, each kind where
 * it belongs. So a unit stores into its own globals and no others, whatever has become of its code.
 */
import { FormatError, readingFile } from "./formats/errors.ts";
import { codeWords } from "./formats/executable.ts";
import { type CompilationUnit, hasChecksum, readUnits, type Reloc } from "./formats/unit.ts";
import { instructionLength } from "./instructions/decode.ts";
import { FILE_OPCODES, instructions, opcode } from "./instructions/table.ts";
import { lazy } from "../runtime/lazy.ts";

/** The units of a .cmo or .cma, which may be linked if the verifier accepts their code. Throws FormatError. */
export function readLinkableUnits(bytes: Uint8Array, file?: string): CompilationUnit[] {
  const units = readUnits(bytes, file);
  readingFile(file, () => units.forEach(checkRelocations));
  return units;
}

/**
 * Throws FormatError unless the units of a .cmo or .cma may be linked. That has been found when a file was given a checksum
 * (cli/checksums.ts), and is not looked for again.
 */
export function checkLinkable(bytes: Uint8Array): void {
  if (!hasChecksum(bytes)) readLinkableUnits(bytes);
}

const SETGLOBAL = opcode("SETGLOBAL");
const READS: readonly Reloc["kind"][] = ["literal", "getcompunit", "getpredef"];

/** For each opcode, the operands that the linker sets, and by what. */
const linked = lazy(() => instructions.slice(0, FILE_OPCODES).map(({ operands }, op) =>
  operands.flatMap((operand, i): { at: number; by: readonly Reloc["kind"][] }[] => {
    if (operand === "primitive") return [{ at: i + 1, by: ["primitive"] }];
    if (operand === "global") return [{ at: i + 1, by: op === SETGLOBAL ? ["setcompunit"] : READS }];
    return [];
  }),
));

/** Throws FormatError. What is no instruction at all, the verifier finds. */
function checkRelocations({ name, code, relocs }: CompilationUnit): void {
  const words = codeWords(code);
  const kinds = new Map(relocs.map(({ pos, kind }) => [pos >> 2, kind]));
  const wrong = (word: number, problem: string): never => {
    throw new FormatError("corrupt", `code word ${word} of unit ${name}`, problem);
  };
  if (kinds.size < relocs.length) wrong(0, "some of its words are relocated twice");
  for (let i = 0, length = 0; i < words.length; i += length) {
    const op = words[i]!;
    if (op < 0 || op >= FILE_OPCODES) return;
    length = instructionLength(words, i);
    if (length <= 0) return;
    for (const { at, by } of linked()[op]!) {
      const kind = kinds.get(i + at);
      if (kind === undefined || !by.includes(kind)) wrong(i + at, `a relocation of the kind ${by.join(" or ")} is missing`);
      kinds.delete(i + at);
    }
  }
  for (const word of kinds.keys()) wrong(word, "it is relocated, but names no global and no primitive");
}
