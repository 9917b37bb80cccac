/**
 * Branch hints: which way an `if` rarely goes (the WebAssembly proposal of that name: a custom section before the code). V8 moves
 * code that is rarely executed out of the way, and has it save and restore what the code around it keeps in registers.
 * binaryen's interface does not know hints, so what it is given is marked (Emit.hint), and the marks are found in what it writes.
 */
import { ByteWriter } from "./byte-writer.ts";
import type { Hint } from "./wasm-code.ts";
import { customSection } from "./wasm-sections.ts";

const HINTS = "metadata.code.branch_hint";

/** A function, by its index, and the hints in its body. */
export interface HintedFunction {
  readonly index: number;
  readonly hints: readonly Hint[];
}

/** The section of hints; offsets are those in each body. */
export function branchHints(functions: readonly HintedFunction[]): Uint8Array {
  const hinted = functions.filter(({ hints }) => hints.length > 0);
  const out = new ByteWriter();
  out.size(hinted.length);
  for (const { index, hints } of hinted) {
    out.size(index);
    out.size(hints.length);
    for (const { at, taken } of hints) {
      out.size(at);
      out.byte(1);
      out.byte(Number(taken));
    }
  }
  return customSection(HINTS, out.written);
}
