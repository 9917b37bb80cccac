/** The passes over functions in SSA form, in their order. */
import { Approximations } from "./approximations.ts";
import { accessBigarrays } from "./bigarrays.ts";
import { checkBounds } from "./bounds.ts";
import { expectNumbers } from "./expectations.ts";
import { Inliner } from "./inlining.ts";
import { foldConstants } from "./folding.ts";
import { hoistInvariants } from "./invariants.ts";
import type { SsaFunction } from "./ir.ts";
import { keepBlocksLocal } from "./local-blocks.ts";
import { shareValues } from "./numbering.ts";
import { usesBoxes } from "./phis.ts";
import { dropExtensions } from "./narrowing.ts";
import type { NativePrimitive } from "./module.ts";
import { dropShortPolls } from "./short-loops.ts";
import { loopTailCalls } from "./tail-loops.ts";
import { threadJumps } from "./threading.ts";
import { type NumberGlobals, unboxNumbers } from "./unboxing.ts";

interface Pass {
  readonly name: string;
  run(fn: SsaFunction): void;
}

export interface PassOptions {
  readonly primitives: readonly NativePrimitive[];
  readonly numbers: NumberGlobals;
}

/** What is done to each function, once others have been inlined. */
function localPasses({ primitives, numbers }: PassOptions, approximations: Approximations): readonly Pass[] {
  const ifBoxed = (run: (fn: SsaFunction) => void) => (fn: SsaFunction): void => void (usesBoxes(fn) && run(fn));
  return [
    { name: "tail loops", run: loopTailCalls },
    { name: "folding", run: (fn) => foldConstants(fn, approximations) },
    { name: "threading", run: threadJumps },
    { name: "local blocks", run: keepBlocksLocal },
    { name: "Bigarrays", run: (fn) => accessBigarrays(fn, primitives) },
    { name: "numbering", run: shareValues },
    { name: "invariants", run: hoistInvariants },
    { name: "expectations", run: ifBoxed(expectNumbers) },
    { name: "unboxing", run: ifBoxed((fn) => unboxNumbers(fn, numbers)) },
    { name: "narrowing", run: dropExtensions },
    // What phis do not need any more is boxed later, or not at all.
    { name: "local boxes", run: ifBoxed(keepBlocksLocal) },
    { name: "short loops", run: dropShortPolls },
    { name: "bounds", run: checkBounds },
  ];
}

/**
 * Let functions be as they are to be compiled. `functions`: all of the code; `compiled`: those of them, by entry, that get native
 * code; `afterPass`: told after each pass over a function.
 */
export function optimise(
  functions: readonly SsaFunction[],
  compiled: ReadonlyMap<number, SsaFunction>,
  options: PassOptions,
  afterPass?: (pass: string, fn: SsaFunction) => void,
): Approximations {
  const approximations = new Approximations(functions, options.numbers);
  for (const fn of compiled.values()) {
    foldConstants(fn, approximations);
    afterPass?.("folding", fn);
  }
  const inliner = new Inliner(compiled, approximations);
  for (const fn of compiled.values()) inliner.inline(fn);
  if (afterPass) for (const fn of compiled.values()) afterPass("inlining", fn);
  const passes = localPasses(options, approximations);
  for (const fn of compiled.values()) {
    for (const { name, run } of passes) {
      run(fn);
      afterPass?.(name, fn);
    }
  }
  return approximations;
}
