/** All wasm functions of one function of the bytecode. */
import binaryen from "binaryen";
import { type Emitted, RegionEmitter } from "./emit.ts";
import { SPARE_LOCALS } from "./frames.ts";
import type { SsaFunction } from "./ir.ts";
import { type Liveness, liveness } from "./liveness.ts";
import { planRegions, type Regions } from "./regions.ts";
import type { CompiledUnit } from "./unit.ts";

/** Define the wasm functions of a function: `name`, and those of its other regions. `maxHeight`: words of the interpreter's frame. */
export function emitFunction(unit: CompiledUnit, fn: SsaFunction, maxHeight: number, name: string): void {
  const regions = planRegions(fn);
  const { module } = unit.native;
  let live = liveness(fn);
  // The frames depend on an estimate of the locals. The second time there is no more to find out.
  for (;;) {
    const emitted = emitRegions(unit, fn, regions, live, maxHeight, name);
    const locals = Math.max(...emitted.map((f) => countLocals(module, f, live.most + SPARE_LOCALS)));
    if (locals <= live.most + SPARE_LOCALS) return;
    for (const f of emitted) module.removeFunction(f.name);
    live = { ...live, most: locals };
  }
}

function emitRegions(unit: CompiledUnit, fn: SsaFunction, regions: Regions, live: Liveness, maxHeight: number, name: string): Emitted[] {
  const context = { fn, live, regions, name };
  const [first, ...others] = [...regions.parts.values(), ...regions.loopEntries.values()];
  const emitted = others.map((region) => new RegionEmitter(unit, context, region).emitRegion());
  // The function itself checks the stack for all of them.
  const frames = emitted.map(({ frameWords }) => frameWords);
  return [...emitted, new RegionEmitter(unit, context, first!).emitFunction(Math.max(maxHeight, ...frames))];
}

/** Locals of a function, parameters among them, which are made fewer where there are more than `wanted`. */
function countLocals(module: binaryen.Module, { name, parameters, locals }: Emitted, wanted: number): number {
  if (parameters + locals <= wanted) return parameters + locals;
  module.runPassesOnFunction(name, ["coalesce-locals"]);
  return parameters + binaryen.getFunctionInfo(module.getFunction(name)).vars.length;
}
