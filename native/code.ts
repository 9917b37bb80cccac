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

/** A compiled module, before it is put into a file or loaded. */
export interface NativeCode {
  readonly wasm: Uint8Array;
  readonly functions: readonly NativeFunction[];
  readonly siteWords: Int32Array;
  /** Which of the words are addresses of code. */
  readonly siteCodeAddresses: Int32Array;
}

/** Where the imports of a module come from. */
export const IMPORTS = { core: "core", bactrian: "bactrian", primitiveIndex: "index" } as const;
/** Globals: bytes added to make a site's address a stack word, a closure's code word, a code address. */
export const GLOBALS = { sites: "sites", closures: "closures", code: "code", table: "table" } as const;
