/**
 * What `bactrian info FILE` prints about bytecode: the lines of OCaml's ocamlobjinfo (tools/objinfo.ml), and with them
 * what it leaves out: sections, sizes, functions, whether the code passes the verifier, and its listing.
 */
import { disassemble } from "./disassembler.ts";
import type { Crc } from "./formats/crcs.ts";
import { readUnitDebug } from "./formats/debug.ts";
import { FormatError, readingFile } from "./formats/errors.ts";
import { type BytecodeExecutable, codeWords, readExecutable } from "./formats/executable.ts";
import { KIND_NAMES, expectMagic, identify, ocamlVersionOf } from "./formats/magic.ts";
import { MarshalBlock, type MarshalValue, unmarshal } from "./formats/marshal.ts";
import { printConstant, printName } from "./formats/print.ts";
import type { GlobalSymbol } from "./formats/symtable.ts";
import { type CompilationUnit, type Library, readLibrary, readUnit } from "./formats/unit.ts";
import { type VerifierOptions, verify } from "./verifier.ts";

export interface InfoOptions {
  /** List the code. */
  disassemble?: boolean;
  /** With the listing: source locations between the instructions. */
  locations?: boolean;
}

/**
 * The text for a .cmo, .cma or bytecode executable; a few words for other files that OCaml writes.
 * @param file its name, for the text and for errors
 * @throws FormatError
 */
export function describeBytecode(bytes: Uint8Array, file: string, options: InfoOptions = {}): string {
  const lines = [`File ${printName(file)}`];
  const magic = identify(bytes);
  readingFile(file, () => {
    if (magic === undefined) return expectMagic(bytes, "exec", "OCaml bytecode");
    switch (magic.kind) {
      case "cmo":
        describeUnit(lines, readUnit(bytes), options);
        break;
      case "cma":
        describeLibrary(lines, readLibrary(bytes), options);
        break;
      case "exec":
        describeExecutable(lines, readExecutable(bytes), options);
        break;
      default:
        lines.push(`This is ${KIND_NAMES[magic.kind]} written by ${ocamlVersionOf(magic)}.`);
    }
  });
  return `${lines.join("\n")}\n`;
}

// ---- Units and libraries ------------------------------------------------------------------------------------------------

function describeLibrary(lines: string[], library: Library, options: InfoOptions): void {
  const spaced = (names: string[]): string => names.map((name) => ` ${printName(name)}`).join("");
  lines.push(
    `Force custom: ${library.custom ? "YES" : "no"}`,
    `Extra C object files:${spaced(library.ccObjects)}`,
    `Extra C options:${spaced(library.ccOptions)}`,
    `Extra dynamically-loaded libraries:${spaced(library.dllNames)}`,
  );
  for (const unit of library.units) describeUnit(lines, unit, options);
}

function describeUnit(lines: string[], unit: CompilationUnit, options: InfoOptions): void {
  lines.push(`Unit name: ${printName(unit.name)}`, "Interfaces imported:", ...crcLines(unit.imports));
  lines.push("Required globals:", ...indented(unit.requiredUnits));
  if (unit.primitives.length === 0) {
    lines.push("Uses unsafe features: no");
  } else {
    lines.push(
      "Uses unsafe features: YES",
      "Primitives declared in this module:",
      ...indented(unit.primitives),
    );
  }
  lines.push(`Force link: ${unit.forceLink ? "YES" : "no"}`);
  const code = codeWords(unit.code);
  describeCode(lines, code, { mayFallOff: true });
  lines.push(`Debug data: ${unit.debug === undefined ? "none" : `${unit.debugSize} bytes`}`);
  if (!options.disassemble) return;
  const relocs = new Map(unit.relocs.map((reloc) => [reloc.pos >> 2, reloc]));
  const nameOf = (word: number): string => {
    const reloc = relocs.get(word);
    if (reloc === undefined) return "<no reloc>";
    return reloc.kind === "literal" ? printConstant(reloc.value) : printName(reloc.name);
  };
  const debug = options.locations && unit.debug !== undefined ? [readUnitDebug(unit.debug, unit.name)] : [];
  lines.push("Code:");
  for (const line of disassemble(code, { global: nameOf, primitive: nameOf }, debug)) lines.push(line);
}

// ---- Executables ----------------------------------------------------------------------------------------------------------

function describeExecutable(lines: string[], executable: BytecodeExecutable, options: InfoOptions): void {
  const { globals, crcs, primitives, dllNames, dllPath, debug } = executable;
  const launcher = firstLine(executable.preamble);
  if (launcher !== undefined) lines.push(`Launcher: ${launcher}`);
  if (executable.runtimePath !== undefined) lines.push(`Runtime: ${printName(executable.runtimePath)}`);
  lines.push("Sections:");
  for (const { name, pos, length } of executable.sections) {
    lines.push(`\t${printName(name)}\t${length} bytes at ${pos}`);
  }
  const code = codeWords(executable.code);
  const limits = { primitives, ...(globals && { globals: globals.count }) };
  describeCode(lines, code, limits);
  if (debug !== undefined) lines.push(`Debug data: ${debug.units.length} units`);
  const list = (title: string, items: string[]): void => {
    if (items.length > 0) lines.push(title, ...items);
  };
  // In the order of the sections, as ocamlobjinfo goes through them.
  for (const { name } of executable.sections) {
    if (name === "CRCS") list("Imported units:", crcLines(crcs ?? []));
    else if (name === "DLLS") list("Used DLLs:", indented(dllNames));
    else if (name === "DLPT") list("Additional DLL paths:", indented(dllPath));
    else if (name === "PRIM") list("Primitives used:", indented(primitives));
    else if (name === "SYMB")
      list(
        "Globals defined:",
        (globals?.symbols ?? []).map((symbol) => `\t${describeGlobal(symbol)}`),
      );
  }
  if (!options.disassemble) return;
  const constants = unmarshal(executable.data, 0, "DATA section").value;
  const symbols = new Map((globals?.symbols ?? []).map((symbol) => [symbol.index, symbol]));
  const names = {
    global: (_word: number, index: number): string => {
      const symbol = symbols.get(index);
      if (symbol !== undefined) return describeGlobal(symbol);
      const constant = fieldOf(constants, index);
      return constant === undefined ? "<global table overflow>" : printConstant(constant);
    },
    primitive: (_word: number, index: number): string => printName(primitives[index] ?? String(index)),
  };
  lines.push("Code:");
  for (const line of disassemble(code, names, options.locations ? debug?.units : [])) lines.push(line);
}

function fieldOf(value: MarshalValue, index: number): MarshalValue | undefined {
  return value instanceof MarshalBlock ? value.fields[index] : undefined;
}

/** symtable.ml: Global.description. */
function describeGlobal({ kind, name }: GlobalSymbol): string {
  return `${kind === "predef" ? "predefined exception" : "compilation unit"} \`${printName(name)}'`;
}

/** The #! line of a launcher script. */
function firstLine(preamble: Uint8Array): string | undefined {
  if (preamble.length === 0) return undefined;
  if (preamble[0] !== 0x23 || preamble[1] !== 0x21) return `${preamble.length} bytes`;
  const stop = preamble.indexOf(0x0a);
  return printName(preamble.subarray(0, stop < 0 ? preamble.length : stop));
}

// ---- Common to both -------------------------------------------------------------------------------------------------------

function describeCode(lines: string[], code: Int32Array, options: VerifierOptions): void {
  lines.push(`Code size: ${code.length} words`);
  try {
    const { functions } = verify(code, options);
    const highest = functions.reduce((max, fn) => Math.max(max, fn.maxHeight), 0);
    lines.push(`Functions: ${functions.length - 1}, the largest frame ${highest} words`);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    lines.push(`Invalid code: ${error.problem} (${error.place})`);
  }
}

function crcLines(crcs: Crc[]): string[] {
  return crcs.map(({ name, digest }) => `\t${digest ?? "-".repeat(32)}\t${printName(name)}`);
}

function indented(names: string[]): string[] {
  return names.map((name) => `\t${printName(name)}`);
}
