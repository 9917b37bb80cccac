/** The native code of programs: from files, from the cache, or compiled now. */
import type { CoreModule } from "../bytecode/engine.ts";
import { unlessMalformed } from "../bytecode/formats/errors.ts";
import type { BytecodeExecutable } from "../bytecode/formats/executable.ts";
import { readProgram } from "../loader/native-program.ts";
import type { NativeCode } from "../native/code.ts";
import { Cache } from "./cache.ts";
import { prepareEngine } from "./tiering.ts";

/** The native code of a program that the cache holds. */
function cachedCode(core: CoreModule, cache: Cache | undefined): NativeCode | undefined {
  const found = cache?.read();
  if (!found) return undefined;
  prepareEngine();
  // If it is damaged, it is made again.
  return unlessMalformed(() => readProgram(found, cache!.file, core).native);
}

/** The native code of a program that has been compiled before, if it is there still. */
export function existingCode(core: CoreModule, program: BytecodeExecutable): NativeCode | undefined {
  return cachedCode(core, Cache.forProgram(program.bytes));
}

/** The native code of a program, which is to run. `jobs`: threads that compile it. Throws FormatError, ThreadError. */
export async function nativeCode(
  core: CoreModule,
  program: BytecodeExecutable,
  { cache: useCache = true, jobs }: { readonly cache?: boolean; readonly jobs?: number },
): Promise<NativeCode> {
  const cache = useCache ? Cache.forProgram(program.bytes) : undefined;
  const found = cachedCode(core, cache);
  if (found) return found;
  prepareEngine();
  const { compileVisibly, programInput, writeNativeFile } = await import("./native.ts");
  const native = await compileVisibly(programInput(program, core), { file: program.file ?? "the program", jobs });
  cache?.write(writeNativeFile(native));
  return native.code;
}
