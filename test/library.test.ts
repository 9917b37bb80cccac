/**
 * The library `bactrian` for OCaml programs: source text that is checked and run in a running program, sandboxes, units that
 * are loaded from memory or made of source text; in an interpreted program, and in a native one whose front end is interpreted.
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { readExecutable } from "../bytecode/formats/index.ts";
import { libraryDirectory, loadCore } from "../loader/installation.ts";
import { Runtime } from "../loader/node.ts";
import type { NativeCode } from "../native/code.ts";
import { compileLibrary } from "../native/compile.ts";
import { writeNativeFile } from "../native/file-write.ts";
import { compileModule } from "../native/load.ts";
import { compileProgram } from "../native/compile.ts";
import { Command } from "./support/command.ts";
import { shownIn } from "./support/documentation.ts";
import { ocamlc, run, runAsync, runTool, testFolder } from "./support/programs.ts";

const core = loadCore();
const folder = mkdtempSync(join(tmpdir(), "bactrian-library-"));
t.teardown(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
const data = testFolder("data/library");
for (const name of readdirSync(data)) copyFileSync(join(data, name), path(name));

const folders = ["dynlink", "bactrian"].map((name) => join(libraryDirectory, name));
const includes = folders.flatMap((name) => ["-I", name]);
const libraries = [...includes, "dynlink.cma", "bactrian.cma", "bactrian_eval.cma", "bactrian_stdlib.cma"];
ocamlc(folder, [...includes, "-c", "api.mli", "api.ml", "made.mli"]);
ocamlc(folder, ["-g", "-c", "needs_made.ml", "last.ml"]);
ocamlc(folder, ["-a", "-o", "both.cma", "needs_made.cmo", "last.cmo"]);
for (const name of ["needs_made", "last"]) {
  writeFileSync(path(`${name}.cmxs`), writeNativeFile(compileLibrary(new Uint8Array(readFileSync(path(`${name}.cmo`))), core)));
}
runTool("embed", folder, ["-o", "interfaces.ml", "api.cmi"]);
ocamlc(folder, ["-g", ...libraries, "api.cmo", "interfaces.ml", "evaluation.ml", "escapes.ml", "loading.ml", "parallel.ml", "main.ml", "-o", "main.byte"]);
const main = readExecutable(new Uint8Array(readFileSync(path("main.byte"))), "main.byte");

/** The front end is linked without debugging events: its functions have no names. */
const code = compileProgram(main, core, { chosen: (_, name) => name !== "" });
/** With the module made once for all runs. (The front end as native code: npm run fixpoint:native.) */
const application: NativeCode = { ...code, module: compileModule(code.wasm) };
const tiers = { interpreted: {}, "native with an interpreted front end": { native: () => application } };
const reference = (name: string): string => readFileSync(join(data, name), "utf8");

for (const [tier, options] of Object.entries(tiers)) {
  t.test(`${tier}: values, functions, exceptions, types, errors, environments, modules`, (t) => {
    const outcome = run(main, { ...options, argv: ["main", "evaluation"], directory: folder });
    t.equal(outcome.stderr, "");
    t.equal(outcome.stdout, reference("evaluation.reference"));
    t.end();
  });

  t.test(`${tier}: a unit made in memory, and files that need it, in any order`, async (t) => {
    const made = "made", late = "made native";
    const orders = [
      { actions: [made, "dynlink:needs_made.cmo", "dynlink:last.cmxs"], natives: ["Last"] },
      { actions: [late, "dynlink:needs_made.cmxs", "load:last.cmo"], natives: ["Made", "Needs_made"] },
      { actions: [made, "dynlink:both.cma"], natives: [] },
      { actions: [late, "native:both.cma"], natives: ["Made", "Needs_made", "Last"] },
      { actions: [made, "interpreted:needs_made.cmxs", "native:last.cmo"], natives: ["Last"] },
    ];
    for (const { actions, natives } of orders) {
      const { stdout, stderr } = await runAsync(main, { ...options, argv: ["main", "loading", ...actions], directory: folder });
      const units = ["Made", "Needs_made", "Last"].map((name) => `  ${name}: ${natives.includes(name) ? "native" : "interpreted"}\n`);
      t.equal(stderr, "", actions.join(", "));
      t.match(stdout, "Needs_made: 42\n");
      t.match(stdout, "Last: 42 22\n");
      t.ok(stdout.endsWith(`units:\n${units.join("")}of the program: Api true, all interfaces known true\n`), stdout);
    }
  });
}

t.test("a sandbox refuses what is not allowed, and nothing else", (t) => {
  const { stdout, stderr } = run(main, { argv: ["main", "escapes", ...folders, "."], directory: folder });
  t.equal(stderr, "");
  t.equal(stdout, reference("escapes.reference"));
  t.end();
});

t.test("units that cannot be loaded, privately loaded ones, and what is there afterwards", async (t) => {
  const actions = ["dynlink:needs_made.cmxs", "wrong", "made", "made", "eval:Made.hidden", "eval:Made.apply succ"];
  const more = ["privately:needs_made.cmxs", "privately:needs_made.cmo", "native:needs_made.cmo", "eval:Needs_made.doubled"];
  const bad = ["load:main.ml", "native:main.byte", "load:both.cma"];
  const { stdout, stderr } = await runAsync(main, { argv: ["main", "loading", ...actions, ...more, ...bad], directory: folder });
  t.equal(stderr, "");
  t.equal(stdout, reference("loading.reference"));
});

t.test("domains that evaluate at the same time", (t) => {
  const { stdout, stderr } = run(main, { argv: ["main", "parallel"] });
  t.equal(stderr, "");
  t.equal(stdout, "0 failures, 40 units\n");
  t.end();
});

t.test("what is printed is what the toplevel prints", async (t) => {
  const phrases = [
    "let x = 1 and y = [\"a\"; \"b\"];;",
    "x, y, 'c', 1.5, (fun x -> x + 1), None, Some x;;",
    "type 'a tree = Leaf | Node of 'a tree * 'a * 'a tree;;",
    "let rec insert x = function Leaf -> Node (Leaf, x, Leaf) | Node (l, y, r) as t -> if x < y then Node (insert x l, y, r) else if x > y then Node (l, y, insert x r) else t;;",
    "List.fold_right insert [3; 1; 2] Leaf;;",
    "module M = struct type t = { a : int; mutable b : string } let v = { a = 1; b = \"b\" } exception E of int end;;",
    "M.v, M.E 3, lazy x, object method m = 1 end, `A 3, 3l, [|1|], ref 2;;",
    "class c = object val mutable x = 0 method get = x end;;",
    "module type S = sig type t val x : t end;; module F (X : S) = struct let y = X.x end;;",
    "let r = ref [];;",
    "Hashtbl.create 3;;",
    "x +;;",
    "let f (x : int) : string = x;;",
  ];
  const { stdout } = run(main, { argv: ["main", "print", ...phrases] });
  const runtime = await Runtime.create();
  let expected = "";
  for (const phrase of phrases) expected += (await runtime.eval(phrase)).output;
  runtime.dispose();
  // Errors: Runtime.eval shows the source text, and names without quotes.
  const shown = (line: string): boolean => !/^(File|Line|\d+ \||\s+\^+$|$)/.test(line);
  const essence = (text: string): string[] =>
    text.split("\n").filter(shown).map((line) => (line.startsWith("Error") ? line.replaceAll('"', "") : line));
  t.same(essence(stdout), essence(expected));
  t.ok(expected.length > 800);
});

t.test("only programs that are linked with the library need its primitives", (t) => {
  const own = main.primitives.filter((name) => name.startsWith("bactrian_"));
  t.ok(own.length > 0);
  writeFileSync(path("other.ml"), "let () = print_endline (string_of_bool Dynlink.is_native)");
  ocamlc(folder, [...includes, "dynlink.cma", "other.ml", "-o", "other.byte"]);
  const other = readExecutable(new Uint8Array(readFileSync(path("other.byte"))));
  t.same(other.primitives.filter((name) => own.includes(name)), []);
  t.end();
});

t.test("files that cannot be embedded", (t) => {
  writeFileSync(path("old.cmi"), "Caml1999I001");
  const refused = (files: string[], message: RegExp): void =>
    void t.throws(() => runTool("embed", folder, ["-o", "never.ml", ...files]), { message });
  refused(["old.cmi"], /old\.cmi: is a compiled interface of another version of OCaml/);
  refused(["api.ml"], /api\.ml: is not a compiled interface\. Give a \.cmi file/);
  refused(["missing.cmi"], /missing\.cmi: No such file/);
  refused([], /usage: bactrian embed -o FILE\.ml/);
  t.notOk(readdirSync(folder).some((name) => name === "never.ml" || name.endsWith(".tmp")));
  t.end();
});

t.test("the page docs/eval.md", async (t) => {
  const command = new Command(t);
  const { files, commands } = shownIn("eval.md");
  for (const [name, contents] of files) writeFileSync(join(command.folder, name), contents);
  t.ok(commands.length > 3);
  for (const { args, output } of commands) {
    const { status, stdout, stderr } = await command.run(args);
    t.equal(status, 0, args.join(" "));
    t.equal(stdout + stderr, output, args.join(" "));
  }
});

t.test("the library in the toplevel", async (t) => {
  const runtime = await Runtime.create();
  for (const folder of ["dynlink", "bactrian"]) await runtime.eval(`#directory ${JSON.stringify(join(libraryDirectory, folder))};;`);
  for (const library of ["dynlink.cma", "bactrian.cma", "bactrian_eval.cma", "bactrian_stdlib.cma"]) {
    t.ok((await runtime.load(library)).ok, library);
  }
  const evaluation = await runtime.eval(`
    open Bactrian;;
    let of_toplevel = List.map succ [1];;
    let env = Eval.create ();;
    let first = Eval.eval env Type.(int @-> int) "let f x = x * 2 in f" |> Result.get_ok;;
    let after = first 4 + List.hd of_toplevel;;
    Eval.load_unit env "Made_here" "let x = 5" |> Result.get_ok |> List.map Loader.name;;
    (first after, Eval.eval env Type.int "Made_here.x");;
    let still = [after, first after];;`);
  t.match(evaluation.output, /val after : int = 10\n.*string list = \["Made_here"\]\n.*\(20, .*Ok 5\)\nval still .*\[\(10, 20\)\]\n$/s);
  runtime.dispose();
});
