/** Compiling the toolchain again, with a compiler that it has made. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dist, libraryDirectory, loadCore, ocamlSource, packageFile, workerScript } from "../../loader/installation.ts";
import { compileToolchain } from "../../loader/bootstrap/build.ts";

export const EXECUTABLES = ["ocamlc", "ocamldep", "ocamlobjinfo", "ocaml", "evaluator"];

/** Digests of what was compiled, by path. */
function products(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const wanted = files.filter((f) => (/\.cm[ioa]$/.test(f) && !f.startsWith(".")) || EXECUTABLES.includes(f));
  return new Map(wanted.map((f) => [f, createHash("sha256").update(readFileSync(join(folder, f))).digest("hex")]));
}

/** What `compiler` makes of the toolchain: the names of all products, and of those that differ from the toolchain's own. */
export async function reproduce(compiler: string): Promise<{ files: string[]; different: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-fixpoint-"));
  try {
    await compileToolchain({
      core: loadCore(),
      source: ocamlSource(),
      library: libraryDirectory,
      buildFolder: folder,
      ownSources: packageFile("loader"),
      runCommand: [],
      workerScript,
      compiler,
    });
    const first = products(join(dist, "ocaml-build")); // the testsuite's runner builds there, too
    const second = products(folder);
    return {
      files: [...second.keys()],
      different: [...second].filter(([file, digest]) => first.get(file) !== digest).map(([file]) => file),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
