/** The named changes to environments that tests include (ocamltest/ocaml_modifiers.ml). */
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { COMPILER_FOLDERS, stubLibraries, tree } from "./tree.ts";

type Modifier = (environment: Environment) => Environment;

function appendWords(environment: Environment, name: string, words: readonly string[]): Environment {
  return environment.append(name, ` ${words.join(" ")} `);
}

const library = (name: string, ...folders: readonly string[]): Modifier => (environment) => {
  const directories = folders.map((folder) => join(tree.root, folder));
  const withFolders = appendWords(environment, "directories", directories);
  return appendWords(withFolders, "libraries", [name]).with({ caml_ld_library_path: stubLibraries });
};

const compilerLibrary = (name: string): Modifier => (environment) => {
  const folders = COMPILER_FOLDERS.map((folder) => join(tree.root, folder));
  return appendWords(appendWords(environment, "libraries", [name]), "directories", folders);
};

const folder = (name: string): Modifier => (environment) =>
  appendWords(environment, "directories", [join(tree.root, name)]);

const unix = library("unix", "otherlibs/unix");

const modifiers = new Map<string, Modifier>([
  [
    "principal",
    (environment) =>
      appendWords(environment, "flags", ["-principal"]).with({
        compiler_directory_suffix: ".principal",
        compiler_reference_suffix: ".principal",
      }),
  ],
  ["config", folder("utils")],
  ["debugger", folder("debugger")],
  ["testing", library("testing", "testsuite/lib")],
  ["unix", unix],
  ["dynlink", library("dynlink", "otherlibs/dynlink", "otherlibs/dynlink/byte")],
  ["str", library("str", "otherlibs/str")],
  ["systhreads", (environment) => library("threads", "otherlibs/systhreads")(unix(environment))],
  ["runtime_events", library("runtime_events", "otherlibs/runtime_events")],
  [
    "tool-ocaml-lib",
    (environment) => appendWords(folder("testsuite/lib")(environment), "binary_modules", ["lib"]),
  ],
  ...["ocamlcommon", "ocamlbytecomp", "ocamlmiddleend", "ocamloptcomp", "ocamltoplevel"].map(
    (name): [string, Modifier] => [name, compilerLibrary(name)],
  ),
  // Those of ocamldoc, which is not there.
  ...["latex", "html", "man"].map((name): [string, Modifier] => [name, (e) => e.with({ ocamldoc_backend: name })]),
]);

/** Throws when there is no modifier of that name. */
export function applyModifier(environment: Environment, name: string): Environment {
  const modifier = modifiers.get(name);
  if (!modifier) throw new Error(`there is no environment modifier ${name}`);
  return modifier(environment);
}
