/**
 * Native code for a piece of bytecode: a program, or units. All of it is brought into its final SSA form first; then it is compiled in
 * pieces, in any order, each to a module of its own (piece.ts), of which assemble.ts makes one. So the same code comes out whatever
 * compiles the pieces: one thread, or several (shares.ts), each of which has the SSA form of the whole.
 */
import type { Approximations } from "./approximations.ts";
import { Performers } from "./continuations.ts";
import { controlFlow } from "./cfg.ts";
import { buildSsa } from "./ssa.ts";
import { emitFunction } from "./function.ts";
import { MAX_FRAME_HEIGHT } from "./frames.ts";
import type { NativeCode, NativeFunction } from "./code.ts";
import { parameterCount, type SsaFunction } from "./ir.ts";
import { emitPartialApplication, PartialApplications } from "./partial-applications.ts";
import { partAt } from "./parts.ts";
import { optimise } from "./passes.ts";
import { compilable, NativeModule, type NativePrimitive } from "./module.ts";
import type { Piece } from "./piece.ts";
import { finishCode, type OnProgress, type Plan, planPieces } from "./plan.ts";
import type { FunctionSource, NativeSource } from "./source.ts";
import { nodeCount } from "./splice.ts";

export interface CompiledUnit {
  readonly native: NativeModule;
  /** By entry. */
  readonly functions: ReadonlyMap<number, NativeFunction>;
  readonly partialApplications: PartialApplications;
  /** By number in the code. */
  readonly primitives: readonly NativePrimitive[];
  readonly approximations: Approximations;
  readonly performers: Performers;
  /** The part of the code that a word is in. */
  readonly partAt: (word: number) => number;
}

/** As how many nodes a partial application counts. */
const PARTIAL_NODES = 10;

/** Code in SSA form, from which each of its pieces can be compiled. */
export class Compilation {
  readonly plan: Plan;
  private readonly source: NativeSource;
  private readonly unit: Omit<CompiledUnit, "native" | "performers">;
  private readonly performers: Performers;
  /** By index. */
  private readonly compiled: readonly { readonly fn: SsaFunction; readonly maxHeight: number }[];

  constructor(source: NativeSource) {
    const { code, primitives, parts, numbers } = source;
    this.source = source;
    const built = source.functions.map((f) => {
      return { ...f, fn: buildSsa(code, f.entry, f.arity, primitives, controlFlow(code, f.entry)) };
    });
    const compiled = built.filter(getsNativeCode);
    this.compiled = compiled;
    const byEntry = new Map(compiled.map(({ entry, fn }) => [entry, fn]));
    const approximations = optimise(built.map(({ fn }) => fn), byEntry, { primitives, numbers });
    const functions = compiled.map((f, index): NativeFunction => ({ entry: f.entry, arity: parameterCount(f), index, name: f.name }));
    this.unit = {
      functions: new Map(functions.map((f) => [f.entry, f])),
      partialApplications: new PartialApplications(functions.length),
      primitives,
      approximations,
      partAt: (word) => partAt(parts, word),
    };
    for (const { fn } of compiled) this.prepare(fn);
    this.performers = new Performers(byEntry, approximations);
    const partial = this.unit.partialApplications.all;
    const nodes = [...compiled.map(({ fn }) => nodeCount(fn.blocks)), ...partial.map(() => PARTIAL_NODES)];
    this.plan = {
      functions: [...functions, ...partial.map((application) => application.code)],
      pieces: planPieces(nodes),
    };
  }

  /**
   * Ask for all that is called and applied. Answers can depend on earlier ones where approximations depend on themselves, and must not
   * on the order in which pieces are compiled.
   */
  private prepare(fn: SsaFunction): void {
    const { approximations, functions, partialApplications } = this.unit;
    for (const { nodes, exit } of fn.blocks) {
      for (const { operation, inputs } of nodes) {
        const closure = operation === "guardCall" ? inputs[1]! : inputs[0]!;
        if (operation !== "apply" && operation !== "guardCall" && operation !== "partialApplication") continue;
        const entry = approximations.entryOf(fn, closure);
        const known = entry === undefined ? undefined : functions.get(entry);
        if (operation === "partialApplication" && known) partialApplications.add(known, inputs.length - 1);
      }
      if (exit.kind === "tailCall") approximations.entryOf(fn, exit.inputs[0]!);
    }
  }

  /** Compile piece number `i`; `onFunction`: told after each function. */
  compile(i: number, onFunction: () => void = () => undefined): Piece {
    const { parts, globalWords } = this.source;
    const native = new NativeModule({ several: parts.length > 1, relocatable: globalWords !== undefined });
    const { from, to } = this.plan.pieces[i]!;
    for (let index = from; index < to; index++) {
      const compiled = this.compiled[index];
      if (compiled) emitFunction({ ...this.unit, performers: this.performers, native }, compiled.fn, compiled.maxHeight, index);
      else emitPartialApplication(native, this.unit.partialApplications.all[index - this.compiled.length]!);
      onFunction();
    }
    return native.finish();
  }
}

const getsNativeCode = (f: FunctionSource): boolean => f.chosen && compilable(parameterCount(f)) && f.maxHeight <= MAX_FRAME_HEIGHT;

/** Compile code on this thread. */
export function compileNative(source: NativeSource, onProgress: OnProgress = () => undefined): NativeCode {
  const compilation = new Compilation(source);
  const { plan } = compilation;
  let done = 0;
  const pieces = plan.pieces.map((_, i) => compilation.compile(i, () => onProgress(++done, plan.functions.length)));
  return finishCode(source, plan, pieces);
}
