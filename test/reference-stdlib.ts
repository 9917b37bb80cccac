/**
 * Compiles the standard library with boot/ocamlc on a reference `ocamlrun` and compares it with Bactrian's
 * (`npm run reference-stdlib -- /path/to/ocamlrun`). The reference is built from the npm package `ocaml` with
 * `./configure && make`. It is no part of the tests, which need nothing outside of the package.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareSources } from "../loader/bootstrap/prepare.ts";
import { stdlibTargets, type Target } from "../loader/bootstrap/targets.ts";
import { dist, libraryDirectory, ocamlSource, packageFile } from "../loader/installation.ts";

const [ocamlrun] = process.argv.slice(2);
if (ocamlrun === undefined) throw new Error("give the path of a reference ocamlrun");
const folder = mkdtempSync(join(tmpdir(), "bactrian-reference-"));
const source = ocamlSource();
prepareSources({
  source,
  library: libraryDirectory,
  buildFolder: folder,
  ownSources: packageFile("loader"),
});
const targets = stdlibTargets((path) => readFileSync(join(source, path), "utf8"));
const made = new Set(targets.flatMap((t) => [t.output, ...t.alsoWrites]));
const done = new Set<string>();
const isReady = (t: Target): boolean => t.needs.every((file) => done.has(file) || !made.has(file));

for (let left = [...targets]; left.length > 0; ) {
  const target = left.find(isReady);
  if (!target) throw new Error("the standard library's units wait for each other");
  left = left.filter((t) => t !== target);
  const { status, stderr } = spawnSync(ocamlrun, [join(folder, target.program), ...target.args], {
    cwd: join(folder, target.directory),
    env: { ...process.env, BUILD_PATH_PREFIX_MAP: `/ocaml=${folder}` },
  });
  if (status !== 0) throw new Error(`${target.label}: ${stderr.toString()}`);
  for (const file of [target.output, ...target.alsoWrites]) done.add(file);
}
let different = 0;
for (const file of made) {
  if (readFileSync(join(folder, file)).equals(readFileSync(join(dist, "ocaml-build", file)))) continue;
  different++;
  console.log(`${file} differs`);
}
console.log(`${made.size} files of the standard library, ${different} of them different`);
rmSync(folder, { recursive: true });
process.exitCode = different === 0 ? 0 : 1;
