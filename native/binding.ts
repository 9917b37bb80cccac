/**
 * Calls of other units' functions. Units are initialised before those that need them are linked: what is in the fields of their
 * blocks then is there for good, as a rule. So code imports such functions and calls them directly, if the closure that it finds in the
 * field has the code word of the one that was there when it was linked; any other closure is applied as one that nothing is known of.
 * Nothing has to be known when code is compiled, and units can be replaced, loaded twice, or traced.
 */
import { isClosure } from "../bytecode/redirection.ts";
import type { CoreExports } from "../runtime/core-exports.ts";
import { CELL_GLOBAL_DATA, CLOSURE_ARITY, CLOSURE_INDEX } from "../runtime/layout.ts";
import type { Machine } from "../runtime/machine.ts";
import { boundFunction, IMPORTS } from "./code.ts";

export interface Bindings {
  readonly imports: WebAssembly.Imports;
  /** The code words of the closures of functions that have been found. */
  readonly codeWords: readonly bigint[];
}

/**
 * What a module is to import for functions of other units. `numberOf`: the right number of a global, undefined for one that the code
 * does not number; what would need that is left out.
 */
export function bindFunctions(machine: Machine, imported: Iterable<WebAssembly.ModuleImportDescriptor>, numberOf: (global: number) => number | undefined): Bindings {
  const { core } = machine;
  const functions: WebAssembly.ModuleImports = {};
  const words: WebAssembly.ModuleImports = {};
  const codeWords: bigint[] = [];
  for (const { module, name } of imported) {
    const fn = module === IMPORTS.bound ? boundFunction(name) : undefined;
    const global = fn && numberOf(fn.global);
    if (!fn || global === undefined) continue;
    const closure = closureAt(machine, global, fn.path);
    const native = closure !== undefined && machine.u8[closure + CLOSURE_ARITY] === fn.arity ? machine.u32[(closure + CLOSURE_INDEX) >>> 2]! : 0;
    const codeWord = native === 0 ? 0n : machine.i64[closure! >>> 3]!;
    if (native !== 0) codeWords.push(codeWord);
    const called: unknown = native === 0 ? core[`apply_${fn.arity}` as keyof CoreExports] : core.natives.get(native);
    functions[name] = called as WebAssembly.ImportValue;
    words[name] = new WebAssembly.Global({ value: "i64", mutable: false }, codeWord);
  }
  return { imports: { [IMPORTS.bound]: functions, [IMPORTS.codeWord]: words }, codeWords };
}

/** The closure that a path leads to from a global. */
function closureAt(machine: Machine, global: number, path: readonly number[]): number | undefined {
  let block = machine.block(CELL_GLOBAL_DATA, 0);
  for (const field of [global, ...path]) {
    if (machine.tag(block) !== 0 || field >= machine.wosize(block) || machine.isInt(block, field)) return undefined;
    block = machine.block(block, field);
  }
  return isClosure(machine, block) ? block : undefined;
}
