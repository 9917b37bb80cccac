/** Programs as files hold them: bytecode, or native code with its bytecode. */
import type { CoreModule } from "../bytecode/engine.ts";
import { readingFile } from "../bytecode/formats/errors.ts";
import { type BytecodeExecutable, readExecutable } from "../bytecode/formats/executable.ts";
import type { NativeCode } from "../native/code.ts";
import { checkAbi, isNativeFile } from "../native/file.ts";
import { readNativeFile } from "../native/file-read.ts";
import { UsageError } from "./errors.ts";

/** Reads a bytecode executable, or a program that `bactrian compile` has made. Throws FormatError, UsageError. */
export function readProgram(bytes: Uint8Array, file: string, core: CoreModule): { program: BytecodeExecutable; native?: NativeCode } {
  if (!isNativeFile(bytes, file)) return { program: readExecutable(bytes, file) };
  const native = readNativeFile(bytes, file);
  readingFile(file, () => checkAbi(native, core));
  if (native.kind === "plugin") throw new UsageError(`${file}: is a plugin, not a program. Load it with Dynlink or #load`);
  return { program: readExecutable(native.bytecode, file), native: native.code };
}
