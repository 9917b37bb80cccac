/**
 * The toplevel in both tiers, with plugins in both: sessions give what OCaml's own toplevel gives with a .cmo
 * (test/data/toplevel/*.reference, made by `ocaml -noinit -noprompt` of OCaml 5.3.0), and packages are found and loaded.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import t from "tap";
import { libraryDirectory, loadCore } from "../loader/installation.ts";
import { compileLibrary } from "../native/compile.ts";
import { writeNativeFile } from "../native/file-write.ts";
import { Command } from "./support/command.ts";
import { ocamlc, testFolder } from "./support/programs.ts";
import { runTest } from "./testsuite/runner.ts";
import { prepareTree } from "./testsuite/tree.ts";

const core = loadCore();
const command = new Command(t);
const { folder } = command;
const data = testFolder("data/toplevel");
/** Milliseconds: the toplevel is compiled once. */
const PATIENCE = 600_000;

/** Compile a .cmo or .cma to a .cmxs beside it. */
function compile(file: string): void {
  const plugin = compileLibrary(readFileSync(join(folder, file)), core, file);
  writeFileSync(join(folder, file.replace(/\.\w+$/, ".cmxs")), writeNativeFile(plugin));
}

/** What a toplevel says to some phrases, errors included, and its exit status. */
async function session(tier: string, input: string, environment: Record<string, string> = {}): Promise<string> {
  const args = ["--tier", tier, "-noinit", "-noprompt"];
  const { status, stdout, stderr } = await command.run(args, environment, { input, patience: PATIENCE });
  return `${stdout}${stderr}${status === 0 ? "" : `status ${status}\n`}`;
}

for (const unit of ["kernel", "callers"]) {
  copyFileSync(join(data, `${unit}.ml`), join(folder, `${unit}.ml`));
  ocamlc(folder, ["-g", "-c", `${unit}.ml`]);
  compile(`${unit}.cmo`);
}

/** All that a toplevel says, given what it says to phrases. */
const whole = (answers: string): string => `OCaml version 5.3.0\nEnter "#help;;" for help.\n\n${answers}\n`;
const TIERS = ["interp", "native"];

/** Whether a function is native: closures hold the index of their native code in the high half of the code word. */
const isNative = (f: string): string => `Nativeint.shift_right (Obj.raw_field (Obj.repr ${f}) 0) 32 <> 0n;;\n`;

t.test("sessions give what OCaml's toplevel gives, in every mix of tiers", async (t) => {
  for (const name of ["crossing", "tracing", "calling"]) {
    const phrases = readFileSync(join(data, `${name}.ml`), "utf8");
    const reference = readFileSync(join(data, `${name}.reference`), "utf8");
    for (const tier of TIERS) {
      for (const plugin of ["kernel.cmo", "kernel.cmxs"]) {
        t.equal(await session(tier, phrases.replaceAll("kernel.cmo", plugin).replaceAll("callers.cmo", plugin.replace("kernel", "callers"))), reference, `${name}: ${tier}, ${plugin}`);
      }
    }
  }
});

t.test("which functions are native", async (t) => {
  const phrases = `#load "kernel.cmxs";;
let native f = ${isNative("f")}native Kernel.power, native (fun x -> x), native List.map;;
#trace Kernel.power;;
native Kernel.power, native Kernel.square;;
#untrace Kernel.power;;
native Kernel.power;;
`;
  for (const tier of TIERS) {
    t.equal(
      await session(tier, phrases),
      whole(`val native : 'a -> bool = <fun>
- : bool * bool * bool = (true, false, ${tier === "native"})
Kernel.power is now traced.
- : bool * bool = (false, true)
Kernel.power is no longer traced.
- : bool = true
`),
      tier,
    );
  }
});

t.test("tests of OCaml's toplevel, as native code", async (t) => {
  await prepareTree();
  process.env.BACTRIAN_CACHE = command.cache; // the toplevel is there
  const run = { folder: t.testdir({}), seconds: PATIENCE / 1000, keep: false, tiers: { program: "native", plugins: "bytecode" } as const };
  for (const name of ["tracing", "install_printer"]) {
    const test = `tool-toplevel/${name}.ml`;
    t.match(await runTest(test, run), { test, status: "passed", reason: "" }, test);
  }
});

t.test("loading with what is needed", async (t) => {
  writeFileSync(join(folder, "base.ml"), "let one = 1 let f x = x");
  writeFileSync(join(folder, "above.ml"), "let two = Base.one + 1");
  for (const unit of ["base", "above"]) {
    ocamlc(folder, ["-c", `${unit}.ml`]);
    compile(`${unit}.cmo`);
  }
  const look = `Above.two;; ${isNative("Base.f")}`;
  const said = (native: boolean): string => whole(`- : int = 2\n- : bool = ${native}\n`);
  t.equal(await session("interp", `#load_rec "above.cmo";; ${look}`), said(false));
  t.equal(await session("interp", `#load_rec "above.cmxs";; ${look}`), said(true), "native with native");
  const args = ["top", "-noinit", "-noprompt", "base.cmxs", "above.cmo"];
  t.equal((await command.run(args, {}, { input: look })).stdout, said(true), "on the command line");
});

/** Packages in a folder of OCAMLPATH: what they are, and their units. */
function makePackages(path: string): void {
  const file = (name: string, text: string): void => {
    mkdirSync(join(path, name, ".."), { recursive: true });
    writeFileSync(join(path, name), text);
  };
  const library = (name: string, source: string): void => {
    file(`${name}/${name}.ml`, source);
    ocamlc(join(path, name), ["-I", "../alpha", "-c", `${name}.ml`]);
    ocamlc(join(path, name), ["-a", "-o", `${name}.cma`, `${name}.cmo`]);
  };
  file("alpha/META", '# first\nversion = "1.0"\nrequires = "unix"\narchive(byte) = "alpha.cma"\narchive(native) = "alpha.cmxa"\n');
  library("alpha", 'let () = print_endline "alpha" let rec f x = if x = 0 then 1 else f (x - 1)');
  file(
    "META.beta",
    `directory = "beta"
requires = "alpha, str"
archive(byte) = "none.cma"
archive(byte,toploop) = "beta.cma"
package "part" ( version = "2" requires = "beta" )
package "gone" ( exists_if = "gone.cma" )
package "needy" ( requires = "nowhere" )
`,
  );
  library("beta", "let b = Alpha.f 3");
  file("first/META", 'requires = "second"');
  file("second/META", 'requires = "first"');
  file("damaged/META", 'version = "1"\nrequires = alpha\n');
  file("old/META", 'error = "it is too old"');
}

t.test("packages", async (t) => {
  const path = join(folder, "packages");
  makePackages(path);
  const environment = { OCAMLPATH: ["/nowhere", path].join(delimiter), OPAM_SWITCH_PREFIX: "" };
  const phrases = `#use "topfind";;
#require "beta.part";; Beta.b;; Str.quote ".";; Unix.getpid () > 0;; ${isNative("Alpha.f")}
#require "beta, alpha";;
#thread;; Thread.id (Thread.self ());;\n`;
  const said = (native: boolean): string =>
    whole(`alpha\n- : int = 1\n- : string = "\\\\."\n- : bool = true\n- : bool = ${native}\n- : int = 0\n`);
  t.equal(await session("interp", phrases, environment), said(false));
  compile("packages/alpha/alpha.cma");
  t.equal(await session("interp", phrases, environment), said(true), "native code beside the bytecode");
  t.equal(await session("native", phrases, environment), said(true), "in the native toplevel");
  writeFileSync(join(path, "alpha/alpha.ml"), `${readFileSync(join(path, "alpha/alpha.ml"), "utf8")} let more = 1`);
  ocamlc(join(path, "alpha"), ["-c", "alpha.ml"]);
  ocamlc(join(path, "alpha"), ["-a", "-o", "alpha.cma", "alpha.cmo"]);
  t.match(await session("interp", `#require "alpha";; Alpha.more;; ${isNative("Alpha.f")}`, environment), /int = 1\n- : bool = false/, "native code of other bytecode");
  writeFileSync(join(path, "alpha/alpha.cmxs"), Buffer.from("7f454c4602010100", "hex"));
  t.match(await session("interp", `#require "alpha";; Alpha.more;;`, environment), /int = 1/, "native code of ocamlopt's");

  const searched = ["/nowhere", path, libraryDirectory].map((folder) => `\n  ${folder}`).join("");
  const folders = `Folders that were searched for its META file (OCAMLPATH, the standard library's):${searched}`;
  const problems: [string, string][] = [
    ["nowhere", `Cannot find package nowhere.\n${folders}`],
    ["beta.needy", `Cannot find package nowhere, which beta.needy requires.\n${folders}`],
    ["beta.gone", `Cannot find package beta.gone: package beta, in ${path}/beta, has no such part.`],
    ["../alpha", `Cannot find package ../alpha.\n${folders}`],
    ["first", "Package first requires itself: first, which requires second, which requires first."],
    ["damaged", `File ${path}/damaged/META, line 2: requires is not followed by a sign and a string.`],
    ["old", "Package old cannot be used: it is too old"],
  ];
  const all = await session("interp", problems.map(([name]) => `#require "${name}";;\n`).join(""), environment);
  t.equal(all, whole(problems.map(([, text]) => `${text}\n`).join("")));
  writeFileSync(join(folder, "script.ml"), `#require "nowhere";; print_int 1`);
  t.match(await command.run(["script.ml"], environment), { status: 125, stdout: "", stderr: /^Cannot find package nowhere/ });
  t.match(await session("interp", "#list;;", environment), /^alpha +\(version: 1\.0\)\n[^]*^beta +\(version: none\)\nbeta\.needy +.*\nbeta\.part +\(version: 2\)$/m);
});
