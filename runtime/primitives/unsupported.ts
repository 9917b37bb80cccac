/** Primitives that Bactrian refuses, with a clear exception. */
import { definePrimitives } from "../primitives.ts";

export const unsupportedPrimitives = definePrimitives({
  caml_memprof_start: [3, (m) => m.failwith("Gc.Memprof.start: Bactrian does not sample allocations")],
  caml_memprof_stop: [1, (m) => m.failwith("Gc.Memprof.stop: no profile running")],
  caml_memprof_discard: [1, (m) => m.failwith("Gc.Memprof.discard: no profile running")],
});
