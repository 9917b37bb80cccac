/** Compiling to native code, which takes binaryen: imported only when it is needed. */
export { compileExecutable, compileLibrary } from "../native/compile.ts";
export { writeNativeFile } from "../native/file-write.ts";
