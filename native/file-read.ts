/** Reading files of native code (file.ts). It needs no binaryen. */
import { RETURN_1 } from "../bytecode/code.ts";
import { codeWords, readExecutable } from "../bytecode/formats/executable.ts";
import { FormatError, readingFile } from "../bytecode/formats/errors.ts";
import { describeFile, MAGIC_VERSION, ocamlVersionOf } from "../bytecode/formats/magic.ts";
import { type CompilationUnit, readUnits } from "../bytecode/formats/unit.ts";
import { CHECKSUM_LENGTH, checksum } from "../runtime/checksum.ts";
import { MAX_NATIVE_ARITY } from "../runtime/layout.ts";
import type { ExportedFunction, NativeFunction, NativePart } from "./code.ts";
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
    return decode(new Contents(bytes, section.contents + 1, section.end - CHECKSUM_LENGTH), bytes);
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
  const checked = bytes.length - CHECKSUM_LENGTH;
  if (checked < contents) throw new FormatError("truncated", PLACE, "there is no checksum");
  const sum = checksum(bytes.subarray(0, checked));
  if (sum.some((byte, i) => byte !== bytes[checked + i])) {
    throw new FormatError("corrupt", PLACE, "the file is damaged: its checksum is another");
  }
}

/** The header, and what follows it. */
class Contents {
  private readonly header: Readonly<Record<string, unknown>>;
  private readonly bytes: Uint8Array;
  /** Where the next blob starts, and the last one ends. */
  private at: number;
  private readonly end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    const blobs = start + 4;
    if (blobs > end) mismatch("a header");
    const length = new DataView(bytes.buffer, bytes.byteOffset + start, 4).getInt32(0, true);
    this.bytes = bytes;
    this.at = blobs + int(length, end - blobs);
    this.end = end;
    this.header = parse(bytes.subarray(blobs, this.at));
  }

  field(name: string): unknown {
    return this.header[name];
  }

  /** The next blob, whose length is in a field. */
  blob(name: string): Uint8Array {
    const start = this.at;
    this.at += int(this.field(name), this.end - start);
    return this.bytes.subarray(start, this.at);
  }

  checkEnd(): void {
    if (this.at !== this.end) mismatch("nothing behind what the header names");
  }
}

function parse(json: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(json));
  } catch {
    mismatch("a header in JSON");
  }
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : mismatch("an object");
}

function decode(contents: Contents, bytes: Uint8Array): NativeFile {
  const field = (name: string): unknown => contents.field(name);
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
  const bytecode = contents.blob("bytecode");
  const units = kind === "plugin" ? readUnits(bytecode) : [];
  const lengths = codeLengths(kind, bytecode, units);
  if (lengths.length !== parts.length || lengths.some((length, i) => length !== parts[i]!.length)) mismatch("native code of its bytecode");
  const functions = list(field("functions")).map((fn, index): NativeFunction => {
    const [entry, arity, name] = tuple(fn, 3);
    return { entry: int(entry, end - 1), arity: int(arity, MAX_NATIVE_ARITY), index, name: text(name) };
  });
  const exports = list(field("exports")).map((fn): ExportedFunction => {
    const [global, slot, entry, arity] = tuple(fn, 4);
    return { global: int(global), field: int(slot), entry: int(entry, end - 1), arity: int(arity) };
  });
  const siteWords = words(contents.blob("siteWords"));
  const siteCodeAddresses = words(contents.blob("siteCodeAddresses"), siteWords.length);
  const globalWords = field("globalWords") === null ? undefined : words(contents.blob("globalWords"), end);
  contents.checkEnd();
  const code = {
    wasm: bytes,
    module: compileModule(bytes),
    functions,
    siteWords,
    siteCodeAddresses,
    parts,
    exports,
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

/** Words; `below`: each is an index below this. */
function words(bytes: Uint8Array, below?: number): Int32Array {
  if (bytes.length % 4 !== 0) mismatch("whole words");
  const all = codeWords(bytes);
  if (below !== undefined && all.some((word) => word < 0 || word >= below)) mismatch(`indices below ${below}`);
  return all;
}
