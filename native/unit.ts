/** Native code for a piece of bytecode: a program, or a unit. */
import { Approximations } from "./approximations.ts";
import { controlFlow } from "./cfg.ts";
import { buildSsa } from "./ssa.ts";
import { FunctionEmitter } from "./emit.ts";
import { MAX_FRAME_HEIGHT } from "./frames.ts";
import type { NativeCode, NativeFunction } from "./code.ts";
import { compilable, NativeModule, type NativePrimitive } from "./module.ts";

export interface CompiledUnit {
  readonly native: NativeModule;
  /** By entry. */
  readonly functions: ReadonlyMap<number, NativeFunction>;
  /** By number in the code. */
  readonly primitives: readonly NativePrimitive[];
  readonly approximations: Approximations;
}

export interface FunctionSource {
  readonly entry: number;
  readonly arity: number;
  /** Words of the interpreter's frame. */
  readonly maxHeight: number;
}

/**
 * Functions with more blocks stay bytecode, because emit.ts goes down the dominator tree recursively: 800 blocks, one after
 * the other, take more than the stack that Node gives.
 */
const MAX_BLOCKS = 400;

/** Compile verified code. `functions` are those that the verifier has found, the code itself first. */
export function compileNative(
  code: Int32Array,
  functions: readonly FunctionSource[],
  primitives: readonly NativePrimitive[],
): NativeCode {
  const native = new NativeModule();
  const names = primitives.map(({ name }) => name);
  const built = functions.map((source, i) => {
    const graph = controlFlow(code, source.entry);
    const parameters = i === 0 ? 1 : source.arity;
    const compiles = compilable(parameters) && source.maxHeight <= MAX_FRAME_HEIGHT && graph.blocks.length <= MAX_BLOCKS;
    return { ...source, parameters, compiles, fn: buildSsa(code, source.entry, source.arity, names, graph) };
  });
  const sources = built.filter(({ compiles }) => compiles);
  const compiled = sources.map(({ entry, parameters }, index): NativeFunction => {
    return { entry, arity: parameters, index, name: `f${entry}` };
  });
  const unit: CompiledUnit = {
    native,
    functions: new Map(compiled.map((f) => [f.entry, f])),
    primitives,
    approximations: new Approximations(built.map(({ fn }) => fn)),
  };
  sources.forEach(({ fn, maxHeight }, i) => new FunctionEmitter(unit, fn, maxHeight).emit(compiled[i]!.name));
  const { words, codeAddresses } = native.sites.finish();
  const wasm = native.finish(compiled.map((f) => f.name));
  return { wasm, functions: compiled, siteWords: words, siteCodeAddresses: codeAddresses };
}
