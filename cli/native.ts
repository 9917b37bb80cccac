/** Compiling a program that is to run natively. */
import v8 from "node:v8";
import type { CoreModule } from "../bytecode/engine.ts";
import type { BytecodeExecutable } from "../bytecode/formats/executable.ts";
import type { NativeCode } from "../native/code.ts";
import { compileProgram } from "../native/program.ts";

/**
 * How much a function of native code runs in V8's baseline code before V8 compiles it for speed, in bytes of jumps backwards
 * and of bodies that are left; the same gains for all values of 1 to 13 million (docs/performance.md). main.ts sets more for
 * the interpreter, whose module is there already and keeps that.
 */
const TIERING_BUDGET = 4_000_000;

/** Native code for a program, to be loaded next. Throws FormatError. */
export function compile(program: BytecodeExecutable, core: CoreModule): NativeCode {
  const code = compileProgram(program, core);
  v8.setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
  return code;
}
