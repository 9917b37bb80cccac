/**
 * The code of partial applications of known functions: it calls the function directly. That of others, which finds its function in the
 * closure, is bytecode/interpreter/native-calls.ts: restart.
 */
import binaryen from "binaryen";
import { nativeParameters } from "../bytecode/interpreter/native-calls.ts";
import type { Expr } from "../bytecode/interpreter/registers.ts";
import { PLAIN_ENVIRONMENT, WORD } from "../runtime/layout.ts";
import type { NativeFunction } from "./code.ts";
import type { NativeModule } from "./module.ts";
import { partialName } from "./names.ts";

export class PartialApplications {
  private readonly native: NativeModule;
  private readonly first: number;
  private readonly made = new Map<string, NativeFunction>();

  /** `first`: index of the first of them among the module's functions. */
  constructor(native: NativeModule, first: number) {
    this.native = native;
    this.first = first;
  }

  /** All that have been asked for. */
  get functions(): NativeFunction[] {
    return [...this.made.values()];
  }

  /** The code of closures that hold the first `held` arguments of a function. */
  of(applied: NativeFunction, held: number): NativeFunction {
    const name = partialName(applied.name, held);
    let code = this.made.get(name);
    if (!code) {
      // The instruction RESTART stands before the function.
      code = { entry: applied.entry - 1, arity: applied.arity - held, index: this.first + this.made.size, name };
      this.made.set(name, code);
      this.define(code, applied, held);
    }
    return code;
  }

  private define({ name, arity }: NativeFunction, applied: NativeFunction, held: number): void {
    const { emit: e, module: m } = this.native;
    const [f, sp] = [arity, arity + 1];
    const field = (i: number): Expr => e.load64(e.wrap(e.get64(f)), (PLAIN_ENVIRONMENT + i) * WORD);
    const operands = [
      ...Array.from({ length: held }, (_, i) => field(1 + i)),
      ...Array.from({ length: arity }, (_, i) => e.get64(i)),
      field(0),
      e.get32(sp),
    ];
    const call = m.return_call(applied.name, operands, binaryen.i64);
    m.addFunction(name, nativeParameters(arity), binaryen.i64, [], m.block(null, [call, m.unreachable()]));
  }
}
