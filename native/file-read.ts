/** Reading files of native code (file.ts). It needs no binaryen. */
import { Unpackr } from "msgpackr/unpack";
import { RETURN_1 } from "../bytecode/code.ts";
import { codeWords, readExecutable } from "../bytecode/formats/executable.ts";
import { FormatError, readingFile } from "../bytecode/formats/errors.ts";
import { describeFile, MAGIC_VERSION, ocamlVersionOf } from "../bytecode/formats/magic.ts";
import { type CompilationUnit, readUnits } from "../bytecode/formats/unit.ts";
import { crc32, CRC32_LENGTH } from "../runtime/crc32.ts";
import { MAX_NATIVE_ARITY } from "../runtime/layout.ts";
import type { NativeFunction, NativePart } from "./code.ts";
import { FORMAT_VERSION, type NativeFile, SECTION } from "./file.ts";
import { COMPILE_AGAIN, compileModule } from "./load.ts";
import { type CustomSection, customSections, looksLikeModule } from "./wasm-sections.ts";

const PLACE = `${SECTION} section`;
/** Words and numbers are below this. */
const LIMIT = 2 ** 30;

/**
 * Reads a file of native code, of a program or a plugin. Its checksum is right, and its module is one that the engine takes.
 * @throws FormatError
 */
export function readNativeFile(bytes: Uint8Array, file?: string): NativeFile {
  return readingFile(file, () => {
    const section = findSection(bytes);
    const version = bytes[section.contents];
    if (version !== FORMAT_VERSION) {
      const problem = `this is native code in format ${version ?? "?"}, Bactrian has format ${FORMAT_VERSION}`;
      throw new FormatError("wrong-version", PLACE, problem, COMPILE_AGAIN);
    }
    checkSum(bytes, section);
    return decode(unpack(bytes.subarray(section.contents + 1, section.end)), bytes);
  });
}

/** Our section, which is the last one. */
function findSection(bytes: Uint8Array): CustomSection {
  if (bytes.length === 0) throw new FormatError("empty", "byte 0", "this is an empty file");
  if (!looksLikeModule(bytes)) {
    const problem = `this is ${describeFile(bytes)}, not native code of Bactrian`;
    throw new FormatError("wrong-kind", "byte 0", problem, "Make native code of the .cmo, .cma or bytecode executable with bactrian compile");
  }
  const last = customSections(bytes).at(-1);
  if (last?.name === SECTION && last.end === bytes.length) return last;
  const problem = "this is a WebAssembly module without a program or plugin of Bactrian's";
  throw new FormatError("wrong-kind", "end of file", problem, "Give a file that bactrian compile has made");
}

function checkSum(bytes: Uint8Array, { contents }: CustomSection): void {
  const checked = bytes.length - CRC32_LENGTH;
  if (checked < contents) throw new FormatError("truncated", PLACE, "there is no checksum");
  const sum = crc32(bytes.subarray(0, checked));
  if (sum.some((byte, i) => byte !== bytes[checked + i])) {
    throw new FormatError("corrupt", PLACE, "the file is damaged: its checksum is another");
  }
}

function unpack(contents: Uint8Array): unknown {
  try {
    return new Unpackr({ useRecords: false, mapsAsObjects: true }).unpack(contents);
  } catch (e) {
    throw new FormatError("corrupt", PLACE, `its contents cannot be decoded: ${(e as Error).message}`);
  }
}

function decode(value: unknown, bytes: Uint8Array): NativeFile {
  if (typeof value !== "object" || value === null) mismatch("a map");
  const field = (name: string): unknown => (value as Readonly<Record<string, unknown>>)[name];
  const ocaml = text(field("ocaml"));
  const runs = ocamlVersionOf({ kind: "exec", version: MAGIC_VERSION });
  if (ocaml !== runs) throw new FormatError("wrong-version", PLACE, `this is native code of ${ocaml}, Bactrian runs ${runs}`);
  const kind = text(field("kind"));
  if (kind !== "program" && kind !== "plugin") mismatch("program or plugin");
  const parts = list(field("parts")).map((part): NativePart => {
    const [start, length] = tuple(part, 2);
    return { start: int(start), length: int(length) };
  });
  const end = partsEnd(parts);
  const bytecode = binary(field("bytecode"));
  const units = kind === "plugin" ? readUnits(bytecode) : [];
  const lengths = codeLengths(kind, bytecode, units);
  if (lengths.length !== parts.length || lengths.some((length, i) => length !== parts[i]!.length)) mismatch("native code of its bytecode");
  const functions = list(field("functions")).map((fn, index): NativeFunction => {
    const [entry, arity, name] = tuple(fn, 3);
    return { entry: int(entry, end - 1), arity: int(arity, MAX_NATIVE_ARITY), index, name: text(name) };
  });
  const siteWords = words(field("siteWords"));
  const siteCodeAddresses = words(field("siteCodeAddresses"), siteWords.length);
  const siteEntries = words(field("siteEntries"), siteWords.length);
  const continuations = int(field("continuations"));
  if (siteEntries.some((i) => siteWords[i]! < 0 || siteWords[i]! >= continuations)) mismatch("numbers of its continuations");
  const globalWords = field("globalWords") === null ? undefined : words(field("globalWords"), end);
  const code = {
    wasm: bytes,
    module: compileModule(bytes),
    functions,
    siteWords,
    siteCodeAddresses,
    siteEntries,
    continuations,
    parts,
    ...(globalWords && { globalWords }),
  };
  return { ocaml, abi: text(field("abi")), kind, bytecode, units, code };
}

/** The words of all parts, which follow one another from word 0. */
function partsEnd(parts: readonly NativePart[]): number {
  const end = parts.reduce((at, { start, length }) => (start === at ? at + length : mismatch("parts without gaps")), 0);
  return int(end);
}

/** The words of each piece of bytecode that is placed in memory by itself. */
function codeLengths(kind: NativeFile["kind"], bytecode: Uint8Array, units: readonly CompilationUnit[]): number[] {
  if (kind === "program") return [readExecutable(bytecode).code.length / 4];
  return units.map(({ code }) => code.length / 4 + RETURN_1.length);
}

// ---- What values must be ------------------------------------------------------------------------------------------------------

function mismatch(expected: string): never {
  throw new FormatError("corrupt", PLACE, `it does not hold what it should: ${expected}`, COMPILE_AGAIN);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : mismatch("a string");
}

function int(value: unknown, max = LIMIT): number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max ? (value as number) : mismatch(`an int up to ${max}`);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : mismatch("an array");
}

function tuple(value: unknown, length: number): unknown[] {
  const items = list(value);
  return items.length === length ? items : mismatch(`an array of ${length}`);
}

function binary(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : mismatch("bytes");
}

/** Words; `below`: each is an index below this. */
function words(value: unknown, below?: number): Int32Array {
  const bytes = binary(value);
  if (bytes.length % 4 !== 0) mismatch("whole words");
  const all = codeWords(bytes);
  if (below !== undefined && all.some((word) => word < 0 || word >= below)) mismatch(`indices below ${below}`);
  return all;
}
