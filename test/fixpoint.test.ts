/**
 * The compiler that Bactrian has built compiles the standard library, itself and all the rest of the toolchain again:
 * every object, library and executable must come out byte for byte as the compiler of the npm package made it, which
 * OCaml's own runtime was used to build.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { dist, libraryDirectory, loadCore, ocamlSource, packageFile, workerScript } from "../loader/installation.ts";
import { compileToolchain } from "../loader/bootstrap/build.ts";

const EXECUTABLES = ["ocamlc", "ocamldep", "ocamlobjinfo", "ocaml", "evaluator"];

/** Digests of what was compiled, by path. */
function products(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const wanted = files.filter((f) => (/\.cm[ioa]$/.test(f) && !f.startsWith(".")) || EXECUTABLES.includes(f));
  return new Map(wanted.map((f) => [f, createHash("sha256").update(readFileSync(join(folder, f))).digest("hex")]));
}

t.test("the toolchain reproduces itself", { timeout: 1_800_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-fixpoint-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  await compileToolchain({
    core: loadCore(),
    source: ocamlSource(),
    library: libraryDirectory,
    buildFolder: folder,
    ownSources: packageFile("loader"),
    runCommand: [],
    workerScript,
    compiler: join(libraryDirectory, "bin/ocamlc"),
  });
  const first = products(join(dist, "ocaml-build")); // the testsuite's runner builds there, too
  const second = products(folder);
  t.ok(second.size > 600, `${second.size} files`);
  for (const name of EXECUTABLES) t.ok(second.has(name), name);
  t.same(
    [...second].filter(([file, digest]) => first.get(file) !== digest).map(([file]) => file),
    [],
    "files that differ",
  );
});
