/** Compiling a program that is to run natively. */
import v8 from "node:v8";
import type { CoreModule } from "../bytecode/engine.ts";
import type { BytecodeExecutable } from "../bytecode/formats/executable.ts";
import type { NativeCode } from "../native/code.ts";
import { compileProgram } from "../native/program.ts";

/**
 * Native code for a program. From now on V8 compiles what is loaded for speed when it is first called: it has no way from
 * its baseline code into better code while a loop runs (docs/performance.md). Throws FormatError.
 */
export function compile(program: BytecodeExecutable, core: CoreModule): NativeCode {
  const code = compileProgram(program, core);
  v8.setFlagsFromString("--no-liftoff");
  return code;
}
