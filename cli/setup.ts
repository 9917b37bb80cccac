/** Builds the OCaml toolchain into dist/ocaml, showing what it does (`npm run setup`). */
import { join } from "node:path";
import { BuildError, buildToolchain } from "../loader/bootstrap/build.ts";
import { allPrimitiveNames } from "../loader/program.ts";
import { dist, libraryDirectory, loadCore, ocamlSource, workerScript } from "./paths.ts";

const started = Date.now();
const terminal = process.stderr.isTTY;
let reported = 0;

function progress(done: number, total: number, label: string): void {
  const percent = Math.floor((100 * done) / total);
  const line = `building OCaml 5.3: ${String(percent).padStart(3)} %  ${done}/${total}  ${label}`;
  if (terminal) process.stderr.write(`\r${line.slice(0, 78).padEnd(78)}`);
  else if (percent >= reported + 10 || done === total) {
    reported = percent;
    process.stderr.write(`${line}\n`);
  }
}

try {
  const core = loadCore();
  await buildToolchain({
    core,
    source: ocamlSource(),
    library: libraryDirectory,
    buildFolder: join(dist, "ocaml-build"),
    primitives: allPrimitiveNames(core),
    workerScript,
    onProgress: progress,
  });
  if (terminal) process.stderr.write("\n");
  process.stderr.write(`OCaml is in ${libraryDirectory} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
} catch (e) {
  if (!(e instanceof BuildError)) throw e;
  process.stderr.write(`\n${e.message}\n`);
  process.exitCode = 2;
}
