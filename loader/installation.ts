/** Where the package's own files are, in the source tree (run by tsx) and in dist/. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CoreModule } from "../bytecode/engine.ts";

const here = dirname(fileURLToPath(import.meta.url));
/** Bundled files are one level below dist/, sources one level below the package. */
const parent = dirname(here);
const bundled = parent.endsWith("dist");
export const dist = bundled ? parent : join(parent, "dist");

/** A file of the package. */
export const packageFile = (name: string): string => join(bundled ? dirname(dist) : parent, name);

/** The library directory of the OCaml toolchain (`ocamlc -where`). */
export const libraryDirectory = join(dist, "ocaml");

/** The package `ocaml`. */
export const ocamlSource = (): string =>
  dirname(createRequire(import.meta.url).resolve("ocaml/package.json"));

const manifest = JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as {
  version: string;
  dependencies: { ocaml: string };
};
export const bactrianVersion = manifest.version;
/** Version of OCaml that the toolchain is built from. */
export const ocamlVersion = manifest.dependencies.ocaml;

/** The command itself, bundled. */
export const commandScript = join(dist, "cli/main.js");

/** The script of the build's worker threads, bundled. */
export const workerScript = new URL(`file://${join(dist, "cli/bootstrap-worker.js")}`);

/** The script of the threads that compile to native code, bundled. */
export const compileWorkerScript = new URL(`file://${join(dist, "cli/compile-worker.js")}`);

/** A digest of the bundles in dist/; undefined when the sources themselves are run. */
export const buildIdentity = (): string | undefined => (bundled ? readFileSync(join(dist, "identity"), "utf8") : undefined);

export const coreFile = (build = "core"): string => join(dist, `${build}.wasm`);

/** A build of core.wasm, compiled, with the primitives that it was built with. */
export function loadCore(build: "core" | "core-profile" = "core"): CoreModule {
  return {
    module: new WebAssembly.Module(readFileSync(coreFile(build))),
    primitives: JSON.parse(readFileSync(join(dist, `${build}.json`), "utf8")).primitives,
  };
}
