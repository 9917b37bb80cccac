/** The native code of programs: from files, from the cache, or compiled now. */
import v8 from "node:v8";
import type { CoreModule } from "../bytecode/engine.ts";
import { FormatError, readingFile } from "../bytecode/formats/errors.ts";
import type { BytecodeExecutable } from "../bytecode/formats/executable.ts";
import type { NativeCode } from "../native/code.ts";
import { checkAbi, type NativeFile } from "../native/file.ts";
import { readNativeFile } from "../native/file-read.ts";
import { Cache } from "./cache.ts";
import { compileProgress } from "./progress.ts";

/**
 * How much a function of native code runs in V8's baseline code before V8 compiles it for speed, in bytes of jumps backwards
 * and of bodies that are left; the same gains for all values of 1 to 13 million (docs/performance.md). main.ts sets more for
 * the interpreter, whose module is there already and keeps that.
 */
const TIERING_BUDGET = 4_000_000;

/** Read native code that is to run. Throws FormatError. */
export function openNative(bytes: Uint8Array, file: string, core: CoreModule): NativeFile {
  v8.setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
  const native = readNativeFile(bytes, file);
  readingFile(file, () => checkAbi(native, core));
  return native;
}

/** The native code of a program, which is to run. Throws FormatError. */
export async function nativeCode(core: CoreModule, program: BytecodeExecutable, useCache: boolean): Promise<NativeCode> {
  const cache = useCache ? Cache.forProgram(program.bytes) : undefined;
  const found = cache?.read();
  if (found) {
    try {
      return openNative(found, cache!.file, core).code;
    } catch (e) {
      if (!(e instanceof FormatError)) throw e; // it is made again
    }
  }
  const { compileExecutable, writeNativeFile } = await import("./native.ts");
  const name = program.file ?? "the program";
  const native = compileExecutable(program, core, { onProgress: compileProgress(name) });
  const bytes = writeNativeFile(native);
  cache?.write(bytes);
  return openNative(bytes, name, core).code;
}
