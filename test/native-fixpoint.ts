/**
 * The compiler, compiled to WebAssembly, compiles the whole toolchain: every product must come out byte for byte as the
 * interpreted compiler makes it.
 *
 *     npm run fixpoint:native
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readExecutable } from "../bytecode/formats/executable.ts";
import { libraryDirectory, loadCore } from "../loader/installation.ts";
import { compileExecutable } from "../native/compile.ts";
import { writeNativeFile } from "../native/file-write.ts";
import { reproduce } from "./support/fixpoint.ts";

const source = join(libraryDirectory, "bin/ocamlc");
const folder = mkdtempSync(join(tmpdir(), "bactrian-native-fixpoint-"));
try {
  const compiler = join(folder, "ocamlc.wasm");
  writeFileSync(compiler, writeNativeFile(compileExecutable(readExecutable(readFileSync(source), source), loadCore())));
  const before = process.cpuUsage();
  const { files, different } = await reproduce(compiler);
  const { user } = process.cpuUsage(before);
  console.log(`${files.length} products, ${different.length} of them different; ${(user / 1e6).toFixed(0)} s of user time`);
  for (const file of different) console.log(file);
  process.exitCode = different.length === 0 && files.length > 600 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
