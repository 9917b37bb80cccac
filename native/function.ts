/** All wasm functions of one function of the bytecode. */
import binaryen from "binaryen";
import { savedValues, splitAfter } from "./continuations.ts";
import { type Emitted, type FunctionContext, RegionEmitter } from "./emit.ts";
import { engineWords, framedNodes } from "./frames.ts";
import type { SsaFunction } from "./ir.ts";
import { liveness } from "./liveness.ts";
import { continuationLabel } from "./piece.ts";
import { planRegions } from "./regions.ts";
import { assignSlots } from "./slots.ts";
import type { CompiledUnit } from "./unit.ts";

/** Locals of a wasm function besides the values that live at a time, for the first estimate. */
const SPARE_LOCALS = 12;

/** Define the wasm functions of function number `index`, one for each region. `maxHeight`: words of the interpreter's frame. */
export function emitFunction(unit: CompiledUnit, fn: SsaFunction, maxHeight: number, index: number): void {
  const { native } = unit;
  const following = splitAfter(fn, unit.performers.continued(fn));
  const live = liveness(fn);
  const saved = savedValues(live, following.keys());
  const regions = planRegions(fn, new Map([...following].filter(([node]) => saved.has(node))));
  const number = (block: number): number => native.continuations.push(continuationLabel(index, block)) - 1;
  const continuations = new Map([...regions.continuations].map(([node, { entry }]) => [node, number(entry)]));
  const framed = framedNodes(fn, live, unit.primitives, saved);
  const slots = assignSlots([...framed.values()].map(({ values }) => values));
  const shared = { fn, live, framed, slots, regions, index, continuations };
  // The frames depend on the number of locals, which is not known before.
  let estimate = live.most + SPARE_LOCALS;
  const forgetSites = native.sites.mark();
  for (;;) {
    const emitted = emitRegions(unit, { ...shared, leastFrame: engineWords(estimate) }, maxHeight);
    const locals = Math.max(...emitted.map((f) => countLocals(native.module, f, estimate)));
    const tooMuch = emitted.some(({ padded }) => padded) && engineWords(locals) < engineWords(estimate);
    if (locals <= estimate && !tooMuch) return;
    for (const f of emitted) native.remove(f.label);
    forgetSites();
    estimate = locals;
  }
}

function emitRegions(unit: CompiledUnit, context: FunctionContext, maxHeight: number): Emitted[] {
  const { parts, loopEntries, continuations } = context.regions;
  const [first, ...others] = [...parts.values(), ...loopEntries.values(), ...continuations.values()];
  const emitted = others.map((region) => new RegionEmitter(unit, context, region).emitRegion());
  // The function itself checks the stack for all of them.
  const frames = emitted.map(({ frameWords }) => frameWords);
  return [...emitted, new RegionEmitter(unit, context, first!).emitFunction(Math.max(maxHeight, ...frames))];
}

/** Locals of a function, parameters among them, which are made fewer where there are more than `wanted`. */
function countLocals(module: binaryen.Module, { label, parameters, locals }: Emitted, wanted: number): number {
  if (parameters + locals <= wanted) return parameters + locals;
  module.runPassesOnFunction(label, ["coalesce-locals"]);
  return parameters + binaryen.getFunctionInfo(module.getFunction(label)).vars.length;
}
