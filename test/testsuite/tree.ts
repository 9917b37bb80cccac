/**
 * The tree that tests are run in: Bactrian's build folder has the layout of OCaml's own, and what tests need besides the
 * toolchain is made in it here: an `ocamlrun`, the library of the testsuite and the program for expect tests.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { instructions } from "../../bytecode/instructions/table.ts";
import { loadCore } from "../../loader/installation.ts";
import { ensureToolchain } from "../../loader/toolchain.ts";
import { type Runner, runCommand } from "./commands.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const source = join(root, "node_modules/ocaml");

/** The tests of OCaml. */
export const testsFolder = join(source, "testsuite/tests");

const built = join(root, "dist/ocaml-build");
const inTree = (...path: string[]): string => join(built, ...path);

/** Places in the tree that commands name (ocamltest/ocaml_files.ml, ocaml_directories.ml). */
export const tree = {
  root: built,
  stdlib: inTree("stdlib"),
  runtime: inTree("runtime"),
  toplevel: inTree("toplevel"),
  ocamlrun: inTree("runtime/ocamlrun"),
  ocamlc: inTree("ocamlc"),
  ocaml: inTree("ocaml"),
  ocamllex: inTree("boot/ocamllex"),
  ocamlobjinfo: inTree("ocamlobjinfo"),
  expect: inTree("testsuite/tools/expect"),
} as const;

/** Where ocamlc finds the names of the primitives of OCaml's libraries. */
export const stubLibraries = join(root, "dist/ocaml/stublibs");

export const runner: Runner = { ocamlrun: tree.ocamlrun, bactrian: join(root, "dist/cli/main.js") };

/** Folders of compiled compiler modules. */
export const COMPILER_FOLDERS =
  "asmcomp bytecomp compilerlibs driver file_formats lambda middle_end parsing toplevel typing utils".split(" ");

/** Seconds for building one of the helpers. */
const BUILD_SECONDS = 300;

/** Make what tests need. Throws when Bactrian is not built, or with the compiler's messages. */
export async function prepareTree(): Promise<void> {
  if (!existsSync(runner.bactrian)) throw new Error(`${runner.bactrian} is missing: npm run build makes it`);
  await ensureToolchain(loadCore());
  mkdirSync(tree.runtime, { recursive: true });
  const launcher = `#!/bin/sh
# ocamlc -use-runtime asks for the primitives with -p
if [ "$1" = -p ]; then exec cat '${inTree("primitives")}'; fi
exec '${process.execPath}' '${runner.bactrian}' run "$@"
`;
  if (!existsSync(tree.ocamlrun) || readFileSync(tree.ocamlrun, "utf8") !== launcher) {
    writeFileSync(tree.ocamlrun, launcher);
    chmodSync(tree.ocamlrun, 0o755);
  }
  mkdirSync(inTree("tools"), { recursive: true });
  writeFileSync(inTree("tools/opnames.ml"), opcodeNames());
  for (const helper of HELPERS) await make(helper);
}

/** A file that tests need, made by ocamlc out of sources of its folder. */
interface Helper {
  readonly output: string;
  readonly flags: string;
  /** Libraries, without the extension. */
  readonly libraries?: readonly string[];
  readonly sources: readonly string[];
}

const COMPILER = ["compilerlibs/ocamlcommon", "compilerlibs/ocamlbytecomp"];
const TOPLEVEL = [...COMPILER, "compilerlibs/ocamltoplevel"];

/** What OCaml's makefile builds for its tests, and tools that a few tests are about. */
const HELPERS: readonly Helper[] = [
  { output: "testsuite/lib/lib.cmo", flags: "-nopervasives -c", sources: ["lib.mli", "lib.ml"] },
  { output: "testsuite/lib/testing.cma", flags: "-I stdlib -a -linkall", sources: ["testing.mli", "testing.ml"] },
  { output: "testsuite/tools/expect", flags: "-I stdlib -g -linkall", libraries: TOPLEVEL, sources: ["expect.mli", "expect.ml"] },
  { output: "tools/dumpobj", flags: "-I stdlib", libraries: COMPILER, sources: ["opnames.mli", "opnames.ml", "dumpobj.mli", "dumpobj.ml"] },
];

/** tools/opnames.ml (tools/make_opcodes.mll). */
function opcodeNames(): string {
  return `let names_of_instructions = [|\n${instructions.map(({ name }) => `  "${name}";\n`).join("")}|]\n`;
}

/** Make one file out of sources of its folder, unless it is younger than the compiler. */
async function make({ output, flags, libraries = [], sources }: Helper): Promise<void> {
  const file = inTree(output);
  if (existsSync(file) && statSync(file).mtimeMs > statSync(tree.ocamlc).mtimeMs) return;
  const folder = dirname(output);
  for (const name of sources) {
    if (existsSync(join(source, folder, name))) cpSync(join(source, folder, name), inTree(folder, name));
  }
  const words = [
    ...[tree.ocamlrun, tree.ocamlc, "-nostdlib", ...flags.split(" "), "-I", folder],
    ...COMPILER_FOLDERS.flatMap((name) => ["-I", name]),
    ...(output.endsWith(".cmo") ? [] : ["-o", output]),
    ...libraries.map((name) => `${name}.cma`),
    ...sources.map((name) => `${folder}/${name}`),
  ];
  const result = await runCommand({ words, directory: built, environment: {}, seconds: BUILD_SECONDS }, runner);
  if (result.status !== 0) throw new Error(`${output} could not be made:\n${result.log}`);
}
