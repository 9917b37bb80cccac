/** Builds dist/core.wasm: AssemblyScript compiles runtime/core/, then the interpreter is generated into the result. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { STATIC_DATA } from "../../runtime/layout.ts";
import { generateCore } from "./generate.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Compile runtime/core/ to a wasm module that still imports the interpreter. */
async function assemble(): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      "runtime/core/index.ts",
      ...["--outFile", "core.wasm", "--debug", "--runtime", "stub", "--importMemory", "--noExportMemory"],
      ...["--memoryBase", String(STATIC_DATA), "-O3", "--noAssert", "--baseDir", root],
    ],
    {
      readFile: (name, baseDir) => {
        try {
          return readFileSync(join(baseDir, name), "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (name, contents) => {
        if (name.endsWith(".wasm")) wasm = contents as Uint8Array;
      },
    },
  );
  if (error || !wasm) throw new Error(`runtime/core does not compile\n${stderr.toString()}`);
  return wasm;
}

const started = Date.now();
/** With --profile: the interpreter that counts, for bench/training. With --wat: also the text of the module. */
const profile = process.argv.includes("--profile");
const wat = process.argv.includes("--wat");
const name = profile ? "core-profile" : "core";
const core = generateCore(await assemble(), { wat, profile });
mkdirSync(join(root, "dist"), { recursive: true });
writeFileSync(join(root, `dist/${name}.wasm`), core.wasm);
writeFileSync(join(root, `dist/${name}.json`), JSON.stringify({ primitives: core.primitives }));
if (core.wat !== undefined) writeFileSync(join(root, `dist/${name}.wat`), core.wat);
console.log(
  `${name}.wasm: ${(core.wasm.length / 1024).toFixed(0)} KiB, ${core.primitives.length} primitives, ${Date.now() - started} ms`,
);
