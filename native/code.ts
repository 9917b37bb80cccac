/** Compiled code, and what it imports: all that it takes to load it. */

/** A function of the bytecode that has native code. */
export interface NativeFunction {
  /** Word of its first instruction. */
  readonly entry: number;
  readonly arity: number;
  /** Its place among the module's functions. */
  readonly index: number;
  /** Its name in the module. */
  readonly name: string;
}

/** A function that is in the block of a unit: what other units can know of it. */
export interface ExportedFunction {
  /** The unit's global, by its number in the code. */
  readonly global: number;
  /** The block's field. */
  readonly field: number;
  /** Word of the function's first instruction. */
  readonly entry: number;
  readonly arity: number;
}

/**
 * Bytecode that lies in memory by itself: a program, or a unit. The parts of a library are compiled as one piece of code, and
 * linked one after the other.
 */
export interface NativePart {
  /** Its first word in the code that was compiled. */
  readonly start: number;
  /** Words. */
  readonly length: number;
}

/** A compiled module, before it is put into a file or loaded. */
export interface NativeCode {
  readonly wasm: Uint8Array;
  /** The same, if it has been compiled by the engine. */
  readonly module?: WebAssembly.Module;
  /** In the order of their indices. */
  readonly functions: readonly NativeFunction[];
  readonly siteWords: Int32Array;
  /** Which of the words are addresses of code. */
  readonly siteCodeAddresses: Int32Array;
  /** Which of them are numbers of continuations, which are in the table after the functions. */
  readonly siteEntries: Int32Array;
  readonly continuations: number;
  readonly parts: readonly NativePart[];
  readonly exports: readonly ExportedFunction[];
  /**
   * For code that is linked when it is loaded, and numbers its globals by itself until then: for each number the word of the
   * code where the linker puts the right one. Absent: the numbers are the right ones.
   */
  readonly globalWords?: Int32Array;
}

/** Where the imports of a module come from; `native`: in a piece of code (piece.ts), what other pieces define. */
export const IMPORTS = { core: "core", bactrian: "bactrian", primitiveIndex: "index", native: "native" } as const;

/**
 * Globals that a module imports. Those of parts and numbers are variable where several parts are linked one after the other.
 * `sites`, `code`, `closures`: bytes added to make a site's address a stack word, a code address, a closure's code word.
 */
export const GLOBALS = {
  sites: "sites",
  table: "table",
  code: (part: number): string => `code${part}`,
  closures: (part: number): string => `closures${part}`,
  /** Offset in bytes of the global that the code gives a number. */
  offset: (number: number): string => `global${number}`,
} as const;
