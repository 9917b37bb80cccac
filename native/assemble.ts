/**
 * The module of native code, from its pieces, which are compiled separately, perhaps by several threads. It takes no binaryen. Each
 * piece numbers types, functions, globals and sites by itself; here they get the numbers that they have in the whole.
 */
import { branchHints, type HintedFunction } from "./branch-hints.ts";
import { ByteWriter } from "./byte-writer.ts";
import { GLOBALS, IMPORTS, type NativeCode, type NativeFunction } from "./code.ts";
import { functionLabel, type Import, KINDS, labelled, type ModuleParts, partsOfModule, type Piece } from "./piece.ts";
import { copyBody, OPCODES, type Renumbering } from "./wasm-code.ts";
import { customSection, PREAMBLE, section, SECTIONS } from "./wasm-sections.ts";

/** The module that pieces make, in which `functions` are the table's new functions, and its sites. */
export function assemble(
  functions: readonly NativeFunction[],
  pieces: readonly Piece[],
): Pick<NativeCode, "wasm" | keyof JoinedSites> {
  return { wasm: new Assembly(functions, pieces).module(), ...joinSites(pieces) };
}

type JoinedSites = Pick<NativeCode, "siteWords" | "siteCodeAddresses" | "siteEntries" | "continuations">;

function joinSites(pieces: readonly Piece[]): JoinedSites {
  const total = (length: (piece: Piece) => number): number => pieces.reduce((n, piece) => n + length(piece), 0);
  const siteWords = new Int32Array(total((piece) => piece.siteWords.length));
  const siteCodeAddresses = new Int32Array(total((piece) => piece.siteCodeAddresses.length));
  const siteEntries = new Int32Array(total((piece) => piece.siteEntries.length));
  let words = 0;
  let addresses = 0;
  let entries = 0;
  let continuations = 0;
  for (const piece of pieces) {
    siteWords.set(piece.siteWords, words);
    siteCodeAddresses.set(piece.siteCodeAddresses.map((i) => words + i), addresses);
    siteEntries.set(piece.siteEntries.map((i) => words + i), entries);
    for (const i of piece.siteEntries) siteWords[words + i]! += continuations;
    words += piece.siteWords.length;
    addresses += piece.siteCodeAddresses.length;
    entries += piece.siteEntries.length;
    continuations += piece.continuations.length;
  }
  return { siteWords, siteCodeAddresses, siteEntries, continuations };
}

/** What there is once in the module, in one piece or several: its index, by what it is known by. */
class Numbers<T> {
  readonly all: T[] = [];
  private readonly known = new Map<string, number>();

  /** The index of something, which is added if it is not there. */
  of(key: string, value: T): number {
    let index = this.known.get(key);
    if (index === undefined) this.known.set(key, (index = this.all.push(value) - 1));
    return index;
  }
}

/** An import; `type`, of a function: index of its type in the module. */
type NumberedImport = Omit<Import, "type"> & { readonly type: number | undefined };

/** A piece, and the indices in the module of what it has: its types, and by kind its imports; those of other pieces' functions are labels. */
interface Numbered {
  readonly piece: Piece;
  readonly bodies: ModuleParts["functions"];
  readonly types: readonly number[];
  readonly functions: readonly (number | string)[];
  readonly globals: readonly number[];
  /** Index among its globals of GLOBALS.sites. */
  readonly sites: number;
}

class Assembly {
  private readonly functions: readonly NativeFunction[];
  private readonly pieces: readonly Numbered[];
  private readonly types = new Numbers<Uint8Array>();
  /** By kind. */
  private readonly imports = Object.values(KINDS).map(() => new Numbers<NumberedImport>());
  /** By label; imported functions come before. */
  private readonly defined = new Map<string, number>();
  /** Of all functions that are defined, in their order. */
  private readonly definedTypes: number[] = [];

  constructor(functions: readonly NativeFunction[], pieces: readonly Piece[]) {
    this.functions = functions;
    this.pieces = pieces.map((piece) => this.number(piece));
  }

  private number(piece: Piece): Numbered {
    const parts = partsOfModule(piece.wasm);
    if (parts.functions.length !== piece.labels.length) {
      throw new Error(`a piece has ${parts.functions.length} functions, not ${piece.labels.length}`);
    }
    const types = parts.types.map((type) => this.typeNumber(type));
    const imports = (kind: number): readonly Import[] => parts.imports.filter((imported) => imported.kind === kind);
    const importNumber = ({ type, ...imported }: Import): number => {
      const key = `${imported.module} ${imported.name}`;
      return this.imports[imported.kind]!.of(key, { ...imported, type: type === undefined ? undefined : types[type]! });
    };
    for (const kind of [KINDS.table, KINDS.memory]) imports(kind).forEach(importNumber);
    parts.functions.forEach(({ type }, i) => {
      this.defined.set(piece.labels[i]!, this.definedTypes.push(types[type]!) - 1);
    });
    return {
      piece,
      bodies: parts.functions,
      types,
      functions: imports(KINDS.function).map((imported) => (imported.module === IMPORTS.native ? imported.name : importNumber(imported))),
      globals: imports(KINDS.global).map(importNumber),
      sites: imports(KINDS.global).findIndex(isGlobal(GLOBALS.sites)),
    };
  }

  private typeNumber(type: Uint8Array): number {
    return this.types.of(String.fromCharCode(...type), type);
  }

  private get importedFunctions(): number {
    return this.imports[KINDS.function]!.all.length;
  }

  private definedNumber(label: string): number {
    const number = this.defined.get(label);
    if (number === undefined) throw new Error(`no piece defines function ${label}`);
    return this.importedFunctions + number;
  }

  /**
   * As many functions that do nothing as there are others. V8 allows functions to grow by inlining eight times as much where at
   * least half of a module's functions are small (wasm/inlining-tree.h: BudgetScaleFactor; those of less than 50 bytes): where few
   * are, it takes the module for one into which everything has been inlined already.
   */
  private get fillers(): number {
    return this.importedFunctions + this.definedTypes.length;
  }

  module(): Uint8Array {
    const fillerType = this.typeNumber(Uint8Array.of(0x60, 0, 0));
    const { code, hinted } = this.code();
    const sections = [
      section(SECTIONS.type, vector(this.types.all, (out, type) => out.copy(type))),
      section(SECTIONS.import, vector(this.imports.flatMap(({ all }) => all), writeImport)),
      section(SECTIONS.function, vector([...this.definedTypes, ...Array<number>(this.fillers).fill(fillerType)], (out, type) => out.size(type))),
      ...(this.table.length > 0 ? [section(SECTIONS.element, this.elements())] : []),
      branchHints(hinted),
      section(SECTIONS.code, code),
      customSection("name", this.names()),
    ];
    const out = new ByteWriter(sections.reduce((n, { length }) => n + length, PREAMBLE.length));
    out.copy(Uint8Array.from(PREAMBLE));
    for (const bytes of sections) out.copy(bytes);
    return out.written;
  }

  private code(): { code: Uint8Array; hinted: HintedFunction[] } {
    const hinted: HintedFunction[] = [];
    const code = new ByteWriter(this.pieces.reduce((n, { piece }) => n + piece.wasm.length, 0));
    code.size(this.definedTypes.length + this.fillers);
    const body = new ByteWriter();
    let index = this.importedFunctions;
    let siteWords = 0;
    for (const numbered of this.pieces) {
      const { piece, bodies } = numbered;
      const renumbering = this.renumbering(numbered, 4 * siteWords);
      for (const { start, end } of bodies) {
        body.clear();
        hinted.push({ index: index++, hints: copyBody(piece.wasm, start, end, renumbering, body) });
        code.sized(body.written);
      }
      siteWords += piece.siteWords.length;
    }
    // No locals.
    const nothing = Uint8Array.of(0, OPCODES.nop, OPCODES.end);
    for (let i = this.fillers; i > 0; i--) code.sized(nothing);
    return { code: code.written, hinted };
  }

  private renumbering({ piece, types, functions, globals, sites }: Numbered, offset: number): Renumbering {
    return {
      type: types,
      function: [...functions, ...piece.labels].map((f) => (typeof f === "number" ? f : this.definedNumber(f))),
      global: globals,
      base: sites,
      offset: BigInt(offset),
    };
  }

  /** Labels of the table's new functions: functions of the code, then continuations. */
  private get table(): string[] {
    return [...this.functions.map(({ index }) => functionLabel(index)), ...this.pieces.flatMap(({ piece }) => piece.continuations)];
  }

  /** The table's new functions, from its first free index on. */
  private elements(): Uint8Array {
    const table = this.imports[KINDS.global]!.all.findIndex(isGlobal(GLOBALS.table));
    const out = new ByteWriter();
    out.size(1);
    out.size(0); // functions, put into table 0 at the start
    out.byte(OPCODES.globalGet);
    out.size(table);
    out.byte(OPCODES.end);
    out.copy(vector(this.table, (indices, label) => indices.size(this.definedNumber(label))));
    return out.written;
  }

  /** The functions' names: OCaml's. */
  private names(): Uint8Array {
    const named = vector([...this.defined], (out, [label, number]) => {
      const { index, region } = labelled(label);
      out.size(this.importedFunctions + number);
      out.name(`${this.functions[index]!.name}${region}`);
    });
    return section(1, named);
  }
}

const isGlobal = (wanted: string) => ({ module, name }: Pick<Import, "module" | "name">): boolean => module === IMPORTS.bactrian && name === wanted;

function vector<T>(values: readonly T[], write: (out: ByteWriter, value: T) => void): Uint8Array {
  const out = new ByteWriter();
  out.size(values.length);
  for (const value of values) write(out, value);
  return out.written;
}

function writeImport(out: ByteWriter, { module, name, kind, type, description }: NumberedImport): void {
  out.name(module);
  out.name(name);
  out.byte(kind);
  if (type === undefined) out.copy(description);
  else out.size(type);
}
