/** A piece of native code: the wasm functions of some of the code's functions, as a module that binaryen has written. */
import { readSize, sectionsOf, SECTIONS } from "./wasm-sections.ts";

/** As compiled; it can be passed between threads. */
export interface Piece {
  /** It imports what other pieces define from IMPORTS.native. */
  readonly wasm: Uint8Array;
  /** What its functions are called by the others, in their order (functionLabel). */
  readonly labels: readonly string[];
  /** Sites of its own: its code has their offsets in them. */
  readonly siteWords: Int32Array;
  /** Which of the words are addresses of code. */
  readonly siteCodeAddresses: Int32Array;
  /** Which are numbers of its continuations. */
  readonly siteEntries: Int32Array;
  /** What these are called. */
  readonly continuations: readonly string[];
}

/** What the wasm function of function number `index` is called between pieces; of one of its regions, that of the region at a block. */
export const functionLabel = (index: number, region = 0): string => (region === 0 ? String(index) : `${index}@${region}`);

/** What the continuation of function number `index` is called that starts with a block. */
export const continuationLabel = (index: number, block: number): string => `${functionLabel(index, block)}>`;

/** The number and region of functionLabel. */
export function labelled(label: string): { index: number; region: string } {
  const index = parseInt(label, 10);
  return { index, region: label.slice(String(index).length) };
}

/** Kinds of imports (core specification, 5.5.5). */
export const KINDS = { function: 0, table: 1, memory: 2, global: 3 } as const;

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: number;
  /** Of a function: index of its type. */
  readonly type: number | undefined;
  /** Of others: what comes after the kind. */
  readonly description: Uint8Array;
}

/** A module, taken apart. */
export interface ModuleParts {
  /** Each as it is encoded. */
  readonly types: readonly Uint8Array[];
  readonly imports: readonly Import[];
  /** Of each function that it defines: index of its type, and where its body is. */
  readonly functions: readonly { readonly type: number; readonly start: number; readonly end: number }[];
}

/** Take a module apart that binaryen has written. */
export function partsOfModule(wasm: Uint8Array): ModuleParts {
  const sections = new Map(sectionsOf(wasm).map((section) => [section.id, section]));
  const elements = <T>(id: number, read: (reader: Reader) => T): T[] => {
    const section = sections.get(id);
    if (!section) return [];
    const reader = new Reader(wasm, section.contents);
    return Array.from({ length: reader.size() }, () => read(reader));
  };
  const types = elements(SECTIONS.type, (reader) => reader.functionType());
  const imports = elements(SECTIONS.import, (reader) => reader.import());
  const functionTypes = elements(SECTIONS.function, (reader) => reader.size());
  const bodies = elements(SECTIONS.code, (reader) => reader.sized());
  return { types, imports, functions: bodies.map((body, i) => ({ ...body, type: functionTypes[i]! })) };
}

const FUNCTION_TYPE = 0x60;

class Reader {
  private readonly bytes: Uint8Array;
  private at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  size(): number {
    const { value, next } = readSize(this.bytes, this.at);
    this.at = next;
    return value;
  }

  sized(): { start: number; end: number } {
    const size = this.size();
    const start = this.at;
    this.at += size;
    return { start, end: this.at };
  }

  functionType(): Uint8Array {
    const start = this.at;
    if (this.bytes[this.at++] !== FUNCTION_TYPE) throw new Error(`byte ${start} of the module: this is no type of a function`);
    this.sized();
    this.sized();
    return this.bytes.subarray(start, this.at);
  }

  import(): Import {
    const module = this.name();
    const name = this.name();
    const kind = this.bytes[this.at++]!;
    const start = this.at;
    const type = kind === KINDS.function ? this.size() : undefined;
    if (kind === KINDS.table) this.at++; // the type of its elements
    if (kind === KINDS.table || kind === KINDS.memory) this.limits();
    if (kind === KINDS.global) this.at += 2; // type, and whether it is variable
    return { module, name, kind, type, description: this.bytes.subarray(start, this.at) };
  }

  private limits(): void {
    const hasMaximum = this.bytes[this.at++]! % 2 === 1;
    this.size();
    if (hasMaximum) this.size();
  }

  private name(): string {
    const { start, end } = this.sized();
    return new TextDecoder().decode(this.bytes.subarray(start, end));
  }
}
