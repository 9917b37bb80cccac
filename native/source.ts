/** What is compiled: bytecode, and all that the compiler has to know of it. It is data, which other threads can be given. */
import type { NativePart } from "./code.ts";
import type { NativePrimitive } from "./module.ts";
import type { NumberGlobals } from "./unboxing.ts";

/** A function that the verifier has found. The code of a program is one of no argument. */
export interface FunctionSource {
  readonly entry: number;
  readonly arity: number;
  /** Words of the interpreter's frame. */
  readonly maxHeight: number;
  /** Names of functions are all different. */
  readonly name: string;
  /** Whether it is to get native code, if it can. */
  readonly chosen: boolean;
}

export interface NativeSource {
  /** Verified. */
  readonly code: Int32Array;
  readonly functions: readonly FunctionSource[];
  readonly primitives: readonly NativePrimitive[];
  /** The parts of the code. */
  readonly parts: readonly NativePart[];
  /** See NativeCode.globalWords. */
  readonly globalWords?: Int32Array;
  /** Globals that hold boxed numbers from the start. */
  readonly numbers: NumberGlobals;
}

/** Whether function number i gets native code, if it can; its name, if it has one, else "". */
export type Chosen = (i: number, name: string) => boolean;

/** Functions that the verifier has found, with their names; `chosen`: absent, all are. */
export function functionSources(
  found: readonly Omit<FunctionSource, "name" | "chosen">[],
  names: ReadonlyMap<number, string>,
  chosen: Chosen = () => true,
): FunctionSource[] {
  return found.map(({ entry, arity, maxHeight }, i) => {
    const name = names.get(entry);
    return { entry, arity, maxHeight, name: name ?? `f${entry}`, chosen: chosen(i, name ?? "") };
  });
}
