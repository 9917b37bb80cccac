/**
 * Compiling on this thread. This takes binaryen, which is slow to load: import it only where code is compiled. loader/compile-threads.ts
 * compiles on several.
 */
import type { CoreModule } from "../bytecode/engine.ts";
import type { BytecodeExecutable } from "../bytecode/formats/executable.ts";
import type { NativeCode } from "./code.ts";
import type { NativeFile } from "./file.ts";
import type { OnProgress } from "./plan.ts";
import { programSource } from "./program.ts";
import type { Chosen } from "./source.ts";
import { programInput, pluginInput, type Input } from "./input.ts";
import { compileNative } from "./unit.ts";

interface Options {
  /** Which functions get native code; absent: all that can. */
  readonly chosen?: Chosen;
  readonly onProgress?: OnProgress;
}

/** The native code of a program. Throws FormatError for code that is not valid. */
export function compileProgram(program: BytecodeExecutable, core: CoreModule, { chosen, onProgress }: Options = {}): NativeCode {
  return compileNative(programSource(program, core, chosen), onProgress);
}

/** A file of a program's native code. Throws FormatError for code that is not valid. */
export function compileExecutable(program: BytecodeExecutable, core: CoreModule, { chosen, onProgress }: Options = {}): NativeFile {
  return compileInput(programInput(program, core, chosen), onProgress);
}

/** A plugin, of the bytes of a .cmo or .cma. Throws FormatError. */
export function compileLibrary(bytecode: Uint8Array, core: CoreModule, file?: string, { chosen, onProgress }: Options = {}): NativeFile {
  return compileInput(pluginInput(bytecode, core, file, chosen), onProgress);
}

/** Throws nothing that the user could do something about. */
export function compileInput({ source, file }: Input, onProgress?: OnProgress): NativeFile {
  return file(compileNative(source, onProgress));
}
