/**
 * Functions of core.wasm that neither collect nor raise, wait or look at the stack (OCaml: [@@noalloc]), found from what they do: native
 * code calls them without a frame.
 */
import binaryen from "binaryen";
import { CELL_ACCU, CELL_EXN, CELL_PC, CELL_SP, CELL_TRAP_SP, CELL_YOUNG_PTR } from "../../runtime/layout.ts";

/** Who touches none of these, and calls nobody outside, does nothing of the kind. */
const CELLS: ReadonlySet<number> = new Set([CELL_YOUNG_PTR, CELL_SP, CELL_TRAP_SP, CELL_PC, CELL_ACCU, CELL_EXN]);

/** Functions of the host that end the program, or only look at the memory's size. */
const HARMLESS: ReadonlySet<string> = new Set(["fatal_error", "heap_damaged", "memory_grown"]);

interface Facts {
  readonly quiet: boolean;
  /** Internal names of the functions that it calls. */
  readonly calls: readonly string[];
}

/** What a function's body says, as text: a constant that happens to be a cell's address counts as that cell. */
function facts(body: binaryen.ExpressionRef): Facts {
  const text = binaryen.emitText(body);
  const numbers = [...text.matchAll(/\(i32\.const (\d+)\)|offset=(\d+)/g)].map(([, n, offset]) => Number(n ?? offset));
  const quiet = !/\bcall_indirect\b|\bcall_ref\b/.test(text) && !numbers.some((n) => CELLS.has(n));
  return { quiet, calls: [...text.matchAll(/\(?\b(?:return_)?call \$(\S+?)(?=[\s)])/g)].map(([, name]) => name!) };
}

/** Whether the function with an internal name is one. */
export function leafFunctions(module: binaryen.Module): (internal: string) => boolean {
  const known = new Map<string, Facts>();
  const factsOf = (name: string): Facts => {
    const { body, base } = binaryen.getFunctionInfo(module.getFunction(name));
    const found = known.get(name) ?? (body ? facts(body) : { quiet: base !== null && HARMLESS.has(base), calls: [] });
    known.set(name, found);
    return found;
  };
  return (internal) => {
    const reached = new Set([internal]);
    for (const name of reached) {
      const { quiet, calls } = factsOf(name);
      if (!quiet) return false;
      calls.forEach((called) => reached.add(called));
    }
    return true;
  };
}
