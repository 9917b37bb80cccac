/**
 * Bytecode executables (caml/exec.h, bytecomp/bytesections.ml):
 *
 *     anything (a #! line, a shell script, a C launcher) | section 1 … section n | name, length of each | n | magic
 *
 * All decoding is on demand; DATA stays bytes, because its values belong into the VM's heap.
 */
import { type Crc, readCrcs } from "./crcs.ts";
import { type ProgramDebug, readProgramDebug } from "./debug.ts";
import { FormatError, readingFile } from "./errors.ts";
import { MAGIC_LENGTH, expectMagic } from "./magic.ts";
import { unmarshal } from "./marshal.ts";
import { type GlobalMap, readGlobalMap } from "./symtable.ts";
import { decodeName, splitNulTerminated } from "./shapes.ts";

export interface Section {
  /** Four characters. */
  name: string;
  /** Byte offset in the file. */
  pos: number;
  length: number;
}

/** A bytecode executable; all `Uint8Array`s are views of the file. Getters throw FormatError. */
export class BytecodeExecutable {
  readonly bytes: Uint8Array;
  readonly file: string | undefined;
  /** In file order. */
  readonly sections: Section[];
  readonly #cache = new Map<string, unknown>();

  constructor(bytes: Uint8Array, sections: Section[], file: string | undefined) {
    this.bytes = bytes;
    this.sections = sections;
    this.file = file;
  }

  /** The contents of a section; of several with one name the last, as in runtime/startup_byt.c. */
  section(name: string): Uint8Array | undefined {
    const entry = this.sections.findLast((section) => section.name === name);
    return entry && this.bytes.subarray(entry.pos, entry.pos + entry.length);
  }

  /** CODE: little-endian 32-bit words. */
  get code(): Uint8Array {
    return this.#once("code", () => {
      const code = this.#required("CODE");
      if (code.length % 4 !== 0) {
        throw new FormatError("corrupt", "CODE section", `${code.length} bytes, not a multiple of 4`);
      }
      return code;
    });
  }

  /** DATA: the marshalled table of globals. */
  get data(): Uint8Array {
    return this.#once("data", () => this.#required("DATA"));
  }

  /** PRIM: names of the C primitives, in the order of their numbers. */
  get primitives(): string[] {
    return this.#once("prim", () => splitNulTerminated(this.#required("PRIM"), "PRIM section"));
  }

  /** DLLS: stub libraries. */
  get dllNames(): string[] {
    return this.#once("dlls", () => splitNulTerminated(this.section("DLLS") ?? NOTHING, "DLLS section"));
  }

  /** DLPT: directories to search for stub libraries. */
  get dllPath(): string[] {
    return this.#once("dlpt", () => splitNulTerminated(this.section("DLPT") ?? NOTHING, "DLPT section"));
  }

  /** SYMB: absent in stripped executables. */
  get globals(): GlobalMap | undefined {
    return this.#once("symb", () =>
      this.#marshalled("SYMB", (v, size) => readGlobalMap(v, size, "SYMB section")),
    );
  }

  /** CRCS: interfaces of the linked units; absent in stripped executables. */
  get crcs(): Crc[] | undefined {
    return this.#once("crcs", () => this.#marshalled("CRCS", (v, size) => readCrcs(v, size, "CRCS section")));
  }

  /** DBUG: absent without -g. */
  get debug(): ProgramDebug | undefined {
    return this.#once("dbug", () => {
      const section = this.section("DBUG");
      return section && readProgramDebug(section);
    });
  }

  /** RNTM: the runtime that a script launcher starts (`ocamlc -use-runtime`). */
  get runtimePath(): string | undefined {
    const section = this.section("RNTM");
    return section && decodeName(section).replace(/\0+$/, "");
  }

  /** The bytes before the first section. */
  get preamble(): Uint8Array {
    return this.bytes.subarray(0, this.sections[0]?.pos ?? 0);
  }

  #required(name: string): Uint8Array {
    const section = this.section(name);
    if (section === undefined)
      throw new FormatError("corrupt", "section table", `there is no ${name} section`);
    return section;
  }

  #marshalled<T>(
    name: string,
    decode: (value: ReturnType<typeof unmarshal>["value"], size: number) => T,
  ): T | undefined {
    const section = this.section(name);
    if (section === undefined || section.length === 0) return undefined;
    return decode(unmarshal(section, 0, `${name} section`).value, section.length);
  }

  #once<T>(key: string, compute: () => T): T {
    if (!this.#cache.has(key)) this.#cache.set(key, readingFile(this.file, compute));
    return this.#cache.get(key) as T;
  }
}

const NOTHING = new Uint8Array(0);

/** Reads the section table of a bytecode executable. @throws FormatError */
export function readExecutable(bytes: Uint8Array, file?: string): BytecodeExecutable {
  return readingFile(file, () => {
    expectMagic(bytes, "exec");
    return new BytecodeExecutable(bytes, readSectionTable(bytes), file);
  });
}

/** A copy of a code section or of a unit's code as 32-bit words, in a buffer of its own. */
export function codeWords(code: Uint8Array): Int32Array {
  const words = new Int32Array(code.length >> 2);
  new Uint8Array(words.buffer).set(code.subarray(0, words.length * 4));
  return words;
}

function readSectionTable(bytes: Uint8Array): Section[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const trailer = bytes.length - MAGIC_LENGTH - 4;
  if (trailer < 0) throw new FormatError("truncated", "trailer", "the file is only a magic number");
  const count = view.getUint32(trailer);
  const table = trailer - 8 * count;
  if (table < 0)
    throw new FormatError("corrupt", "trailer", `${count} sections do not fit into ${bytes.length} bytes`);
  const sections: Section[] = [];
  let pos = table;
  for (let entry = trailer - 8; entry >= table; entry -= 8) {
    const length = view.getUint32(entry + 4);
    pos -= length;
    const name = String.fromCharCode(...bytes.subarray(entry, entry + 4));
    if (pos < 0) {
      throw new FormatError(
        "corrupt",
        "section table",
        `section ${JSON.stringify(name)} starts before the file`,
      );
    }
    sections.push({ name, pos, length });
  }
  return sections.reverse();
}
