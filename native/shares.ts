/**
 * Compiling on several threads. Each makes the SSA form of all of the code for itself, and takes pieces that nobody has taken yet, the
 * largest ones first, until there are none.
 */
import type { Piece } from "./piece.ts";
import type { Plan } from "./plan.ts";
import type { NativeSource } from "./source.ts";
import { Compilation } from "./unit.ts";

/** What each thread is given. */
export interface Share {
  readonly source: NativeSource;
  /** The number of what is to be done next, for all threads: 0 is to report the plan. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** What the threads make. */
export type Made =
  | { readonly kind: "plan"; readonly plan: Plan }
  /** Piece number `i`. */
  | { readonly kind: "piece"; readonly i: number; readonly piece: Piece };

/** Do a thread's share. `report` is given what is made, and buffers in it that nobody needs here any more. */
export function compileShare({ source, next }: Share, report: (made: Made, buffers: ArrayBuffer[]) => void): void {
  const compilation = new Compilation(source);
  const { plan } = compilation;
  const order = plan.pieces.map((_, i) => i).sort((a, b) => plan.pieces[b]!.nodes - plan.pieces[a]!.nodes);
  for (let job = take(next); job <= order.length; job = take(next)) {
    if (job === 0) report({ kind: "plan", plan }, []);
    else {
      const i = order[job - 1]!;
      const piece = compilation.compile(i);
      report({ kind: "piece", i, piece }, buffersOf(piece));
    }
  }
}

const take = (next: Int32Array): number => Atomics.add(next, 0, 1);

const buffersOf = ({ wasm, siteWords, siteCodeAddresses, siteEntries }: Piece): ArrayBuffer[] =>
  [wasm, siteWords, siteCodeAddresses, siteEntries].map(({ buffer }) => buffer as ArrayBuffer);
