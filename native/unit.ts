/** Native code for a piece of bytecode: a program, or a unit. */
import type { Approximations } from "./approximations.ts";
import { controlFlow } from "./cfg.ts";
import { buildSsa } from "./ssa.ts";
import { emitFunction } from "./function.ts";
import type { NumberGlobals } from "./unboxing.ts";
import { MAX_FRAME_HEIGHT } from "./frames.ts";
import type { NativeCode, NativeFunction, NativePart } from "./code.ts";
import { parameterCount } from "./ir.ts";
import { PartialApplications } from "./partial-applications.ts";
import { partAt } from "./parts.ts";
import { optimise } from "./passes.ts";
import { compilable, NativeModule, type NativePrimitive } from "./module.ts";

export interface CompiledUnit {
  readonly native: NativeModule;
  /** By entry. */
  readonly functions: ReadonlyMap<number, NativeFunction>;
  readonly partialApplications: PartialApplications;
  /** By number in the code. */
  readonly primitives: readonly NativePrimitive[];
  readonly approximations: Approximations;
  /** The part of the code that a word is in. */
  readonly partAt: (word: number) => number;
}

export interface CompileOptions {
  /** The parts of the code; absent: it is one. */
  readonly parts?: readonly NativePart[];
  /** See NativeCode.globalWords. */
  readonly globalWords?: Int32Array;
  /** Globals that hold boxed numbers from the start. */
  readonly numbers?: NumberGlobals;
  /** Names of functions, all different, by entry. */
  readonly names?: ReadonlyMap<number, string>;
  /** Whether function number i, of this name if it has one, gets native code, if it can; absent: all do. */
  readonly chosen?: (i: number, name: string) => boolean;
  /** Told after each function. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface FunctionSource {
  readonly entry: number;
  readonly arity: number;
  /** Words of the interpreter's frame. */
  readonly maxHeight: number;
}

/** Compile verified code. `functions` are those that the verifier has found; the code of a program is one of no argument. */
export function compileNative(
  code: Int32Array,
  functions: readonly FunctionSource[],
  primitives: readonly NativePrimitive[],
  {
    parts = [{ start: 0, length: code.length }],
    globalWords,
    numbers = new Map(),
    names = new Map(),
    chosen = () => true,
    onProgress,
  }: CompileOptions = {},
): NativeCode {
  const native = new NativeModule({ several: parts.length > 1, relocatable: globalWords !== undefined });
  const built = functions.map((source, i) => {
    const graph = controlFlow(code, source.entry);
    const parameters = parameterCount(source);
    const compiles = chosen(i, names.get(source.entry) ?? "") && compilable(parameters) && source.maxHeight <= MAX_FRAME_HEIGHT;
    return { ...source, parameters, compiles, fn: buildSsa(code, source.entry, source.arity, primitives, graph) };
  });
  const sources = built.filter(({ compiles }) => compiles);
  const approximations = optimise(
    built.map(({ fn }) => fn),
    new Map(sources.map(({ entry, fn }) => [entry, fn])),
    { primitives, numbers },
  );
  const compiled = sources.map(({ entry, parameters }, index): NativeFunction => {
    return { entry, arity: parameters, index, name: names.get(entry) ?? `f${entry}` };
  });
  const arities = new Map(functions.map(({ entry, arity }) => [entry, arity]));
  const unit: CompiledUnit = {
    native,
    functions: new Map(compiled.map((f) => [f.entry, f])),
    partialApplications: new PartialApplications(native, compiled.length),
    primitives,
    approximations,
    partAt: (word) => partAt(parts, word),
  };
  sources.forEach(({ fn, maxHeight }, i) => {
    emitFunction(unit, fn, maxHeight, compiled[i]!.name);
    onProgress?.(i + 1, sources.length);
  });
  const { words, codeAddresses } = native.sites.finish();
  const defined = [...compiled, ...unit.partialApplications.functions];
  const wasm = native.finish(defined.map((f) => f.name));
  return {
    wasm,
    functions: defined,
    siteWords: words,
    siteCodeAddresses: codeAddresses,
    parts,
    exports: approximations.exported().map((fn) => ({ ...fn, arity: arities.get(fn.entry)! })),
    ...(globalWords && { globalWords }),
  };
}
