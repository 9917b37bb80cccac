/**
 * The code of partial applications of known functions: it calls the function directly. That of others, which finds its function in the
 * closure, is bytecode/interpreter/native-calls.ts: restart.
 */
import { nativeParameters } from "../bytecode/interpreter/native-calls.ts";
import type { Expr } from "../bytecode/interpreter/registers.ts";
import { PLAIN_ENVIRONMENT, WORD } from "../runtime/layout.ts";
import binaryen from "binaryen";
import type { NativeFunction } from "./code.ts";
import type { NativeModule } from "./module.ts";
import { partialName } from "./names.ts";
import { functionLabel } from "./piece.ts";

/** The code of closures that hold the first `held` arguments of a function. */
export interface PartialApplication {
  readonly code: NativeFunction;
  readonly applied: NativeFunction;
  readonly held: number;
}

export class PartialApplications {
  /** In the order of their indices. */
  readonly all: PartialApplication[] = [];
  private readonly first: number;
  private readonly byName = new Map<string, PartialApplication>();

  /** `first`: index of the first of them among the code's functions. */
  constructor(first: number) {
    this.first = first;
  }

  /** There is to be one, if there is none yet. */
  add(applied: NativeFunction, held: number): void {
    const name = partialName(applied.name, held);
    if (this.byName.has(name)) return;
    // The instruction RESTART stands before the function.
    const code = { entry: applied.entry - 1, arity: applied.arity - held, index: this.first + this.all.length, name };
    const partial = { code, applied, held };
    this.byName.set(name, partial);
    this.all.push(partial);
  }

  /** One that has been added. */
  of(applied: NativeFunction, held: number): NativeFunction {
    const found = this.byName.get(partialName(applied.name, held));
    if (!found) throw new Error(`a partial application of ${applied.name} to ${held} arguments was not expected`);
    return found.code;
  }
}

/** Define the wasm function. */
export function emitPartialApplication(native: NativeModule, { code: { index, arity }, applied, held }: PartialApplication): void {
  const { emit: e, module: m } = native;
  const [f, sp] = [arity, arity + 1];
  const field = (i: number): Expr => e.load64(e.wrap(e.get64(f)), (PLAIN_ENVIRONMENT + i) * WORD);
  const operands = [
    ...Array.from({ length: held }, (_, i) => field(1 + i)),
    ...Array.from({ length: arity }, (_, i) => e.get64(i)),
    field(0),
    e.get32(sp),
  ];
  const call = m.return_call(native.nativeFunction(applied), operands, binaryen.i64);
  native.define(functionLabel(index), nativeParameters(arity), [], [call]);
}
