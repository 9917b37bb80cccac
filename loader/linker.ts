/**
 * Linking units into a running VM: the table of global values and the relocation of code (bytecomp/symtable.ml,
 * bytecomp/bytelink.ml). Programs that carry a symbol table of their own (executables) can be continued from it.
 */
import { CELL_GLOBAL_DATA, TAG_OBJECT } from "../runtime/layout.ts";
import { Val } from "../runtime/primitives.ts";
import { type CodeFragment, RETURN_1 } from "../bytecode/code.ts";
import type { Engine } from "../bytecode/engine.ts";
import { codeWords } from "../bytecode/formats/executable.ts";
import { readUnitDebug, ProgramDebug } from "../bytecode/formats/debug.ts";
import type { CompilationUnit, Reloc } from "../bytecode/formats/unit.ts";
import { readingFile } from "../bytecode/formats/errors.ts";
import { verify } from "../bytecode/verifier.ts";
import { LinkError } from "./errors.ts";
import { buildLiteral } from "./literals.ts";

/** Predefined exceptions, in the order of their global slots (runtime/caml/fail.h, bytecomp/symtable.ml). */
const PREDEFINED_EXCEPTIONS = [
  "Out_of_memory",
  "Sys_error",
  "Failure",
  "Invalid_argument",
  "End_of_file",
  "Division_by_zero",
  "Not_found",
  "Match_failure",
  "Stack_overflow",
  "Sys_blocked_io",
  "Assert_failure",
  "Undefined_recursive_module",
];

export class Linker {
  private readonly engine: Engine;
  /** Slot of each global; units are marked as such, since a predefined exception may have a unit's name. */
  private readonly slots = new Map<string, number>();
  private readonly interfaces = new Map<string, { crc: string; unit: string }>();
  private readonly initialised = new Set<string>();
  private used = 0;

  /** A linker for an engine without a program: makes the predefined exceptions. */
  constructor(engine: Engine) {
    this.engine = engine;
    const m = engine.machine;
    m.setWord(CELL_GLOBAL_DATA, m.alloc(256, 0));
    PREDEFINED_EXCEPTIONS.forEach((name, i) => {
      const exception = m.tuple(TAG_OBJECT, m.allocString(name), Val.int(-i - 1));
      m.setField(m.block(CELL_GLOBAL_DATA, 0), this.newSlot(predefined(name)), exception);
    });
  }

  /** Whether a unit of this name has been linked. */
  has(unit: string): boolean {
    return this.initialised.has(unit);
  }

  /**
   * Link a unit: check its interfaces, resolve what it refers to, place its code. Running the code initialises the
   * unit. A unit that is refused changes nothing. Throws LinkError, FormatError.
   */
  link(unit: CompilationUnit, file: string): CodeFragment {
    this.checkInterfaces(unit, file);
    const missing = unit.requiredUnits.filter((name) => !this.initialised.has(name));
    if (missing.length > 0) {
      throw new LinkError(file, unit.name, `needs unit ${missing.join(", ")}`, "Give the files of these units before it");
    }
    const unknown = unit.relocs.filter((r) => r.kind === "primitive" && !this.engine.primitives.find(r.name));
    if (unknown.length > 0) {
      const names = [...new Set(unknown.map((r) => (r as { name: string }).name))].join(", ");
      throw new LinkError(file, unit.name, `there is no primitive ${names}`, "Bactrian does not load C code: replace it by OCaml");
    }
    const debug = readingFile(file, () => unit.debug && readUnitDebug(unit.debug, unit.name));
    const words = codeWords(unit.code);
    for (const reloc of unit.relocs) words[reloc.pos >> 2] = this.resolve(reloc, unit, file);
    const code = new Int32Array(words.length + 2);
    code.set(words);
    code.set(RETURN_1, words.length);
    const { primitives } = this.engine;
    const names = primitives.namesByIndex();
    const globalSize = (index: number): number | undefined => this.engine.machine.globalSize(index);
    const arity = (name: string): number | undefined => primitives.arity(name);
    readingFile(file, () => verify(code, { globals: this.used, globalSize, primitives: names, arity, entryHeight: 1 }));
    const fragment = this.engine.code.load(code, names, 1);
    if (debug) this.engine.debugInfo.addProgram(fragment, new ProgramDebug([debug]));
    for (const { name, digest: crc } of unit.imports) {
      if (crc !== undefined && !this.interfaces.has(name)) this.interfaces.set(name, { crc, unit: unit.name });
    }
    this.initialised.add(unit.name);
    return fragment;
  }

  /** Interfaces that the unit shares with those before it must be the same. */
  private checkInterfaces(unit: CompilationUnit, file: string): void {
    for (const { name, digest: crc } of unit.imports) {
      const known = this.interfaces.get(name);
      if (crc === undefined || !known || known.crc === crc) continue;
      throw new LinkError(
        file,
        unit.name,
        `was compiled against another version of ${name} than ${known.unit}`,
        "Compile both again with the same interface",
      );
    }
  }

  private newSlot(key: string): number {
    const m = this.engine.machine;
    const slot = this.used++;
    const globals = m.block(CELL_GLOBAL_DATA, 0);
    const size = m.wosize(globals);
    if (slot >= size) {
      const grown = m.alloc(2 * size, 0);
      const old = m.block(CELL_GLOBAL_DATA, 0);
      for (let i = 0; i < size; i++) m.setField(grown, i, m.field(old, i));
      m.setWord(CELL_GLOBAL_DATA, grown);
    }
    if (key !== "") this.slots.set(key, slot);
    return slot;
  }

  private noException(name: string, unit: CompilationUnit, file: string): never {
    throw new LinkError(file, unit.name, `uses the predefined exception ${name}, which does not exist`, "Build it again with ocamlc 5.3");
  }

  private resolve(reloc: Reloc, unit: CompilationUnit, file: string): number {
    const m = this.engine.machine;
    switch (reloc.kind) {
      case "literal": {
        const slot = this.newSlot("");
        const v = buildLiteral(m, reloc.value);
        m.setField(m.block(CELL_GLOBAL_DATA, 0), slot, v);
        return slot;
      }
      case "setcompunit":
        return this.slots.get(reloc.name) ?? this.newSlot(reloc.name);
      case "getcompunit": {
        const slot = this.slots.get(reloc.name);
        if (slot === undefined || (!this.initialised.has(reloc.name) && reloc.name !== unit.name)) {
          throw new LinkError(file, unit.name, `needs unit ${reloc.name}`, "Give the file of this unit before it");
        }
        return slot;
      }
      case "getpredef":
        return this.slots.get(predefined(reloc.name)) ?? this.noException(reloc.name, unit, file);
      case "primitive":
        return this.engine.primitives.find(reloc.name)!.index;
    }
  }
}

const predefined = (name: string): string => `exception ${name}`;
