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

/**
 * What is expected to be a function of another unit when code is linked, so that it can be called directly (binding.ts): in the
 * block of its unit, or of a module in that.
 */
export interface BoundFunction {
  /** The unit's global, by its number in the code. */
  readonly global: number;
  /** Fields that lead there from the unit's block. */
  readonly path: readonly number[];
  /** Arguments of the calls. */
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
  /**
   * For code that is linked when it is loaded, and numbers its globals by itself until then: for each number the word of the
   * code where the linker puts the right one. Absent: the numbers are the right ones.
   */
  readonly globalWords?: Int32Array;
}

/** Where the imports of a module come from; `native`: in a piece of code (piece.ts), what other pieces define. */
export const IMPORTS = {
  core: "core",
  bactrian: "bactrian",
  primitiveIndex: "index",
  native: "native",
  bound: "bound",
  codeWord: "code word",
} as const;

/** What a bound function is called, and the code word of the closures for which it is to be called. */
export const boundName = ({ global, path, arity }: BoundFunction): string => `${[global, ...path].join(".")} ${arity}`;

/** The bound function of a name; undefined: it is none. */
export function boundFunction(name: string): BoundFunction | undefined {
  const [, place, arity] = /^(\d+(?:\.\d+)+) (\d+)$/.exec(name) ?? [];
  if (place === undefined) return undefined;
  const [global, ...path] = place.split(".").map(Number) as [number, ...number[]];
  return { global, path, arity: Number(arity) };
}

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
