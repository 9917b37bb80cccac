/** Compiling to native code: imported only when it is needed. */
import { type CompileOptions, compileOnThreads } from "../loader/compile-threads.ts";
import type { NativeFile } from "../native/file.ts";
import type { Input } from "../native/input.ts";
import { compileProgress } from "./progress.ts";

export { writeNativeFile } from "../native/file-write.ts";
export { pluginInput, programInput } from "../native/input.ts";

/** The file of the native code of an input. Throws ThreadError. */
export async function compileInput({ source, file }: Input, options: CompileOptions): Promise<NativeFile> {
  return file(await compileOnThreads(source, options));
}

/** The same, and show how far it is. */
export async function compileVisibly(input: Input, options: Omit<CompileOptions, "onProgress">): Promise<NativeFile> {
  const progress = compileProgress(options.file);
  try {
    return await compileInput(input, { ...options, onProgress: progress.step });
  } finally {
    progress.end();
  }
}
