/** Dynlink in all combinations of tiers: what it says is what OCaml's says, and what is loaded does the same everywhere. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { withRequirements } from "../bytecode/formats/requirements.ts";
import { libraryDirectory } from "../loader/installation.ts";
import { Runtime } from "../loader/node.ts";
import { unitDigest } from "../native/plugins.ts";
import { type Combination, compileBytes, prepareDynlink, sources } from "./support/dynlink.ts";
import { type Outcome, run } from "./support/programs.ts";

const fixture = prepareDynlink();
t.teardown(() => fixture.remove());
process.env.BACTRIAN_WARNINGS = "0";

const reference = readFileSync(join(sources, "errors.reference"), "utf8");
const commands = readFileSync(join(sources, "errors.commands"), "utf8").trim().split("\n");

/** Have the host do some commands. */
function does({ folder, native }: Combination, lines: readonly string[], directory = folder): Outcome {
  return run(fixture.host, { argv: ["host", ...lines], directory, ...(native && { native }) });
}

/** What is said after each command. */
function answers(combination: Combination, lines: readonly string[], directory?: string): string[] {
  const { stdout, stderr, status } = does(combination, lines, directory);
  if (status !== 0) throw new Error(stderr);
  return stdout.split(/^# .*\n/m).slice(1).map((answer) => answer.trimEnd());
}

/** A copy of the folder, which the test may change. */
function copyOf({ folder }: Combination): string {
  const copy = mkdtempSync(`${folder}-`);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

const each = (name: string, test: (t: Test, combination: Combination) => void): void => {
  for (const combination of fixture.combinations) {
    t.test(`${name}: ${combination.name}`, (t) => {
      test(t, combination);
      t.end();
    });
  }
};

each("errors are OCaml's", (t, combination) => {
  const { stdout, status } = does(combination, commands);
  t.equal(stdout.replaceAll(".cmxs", ".cmo"), reference);
  t.equal(status, 0);
});

each("a unit that contradicts itself about its own interface", (t, combination) => {
  const said = /^# message 4 .*\n(.*)/m.exec(reference)![1]!;
  const [answer, units] = answers(combination, ["load registrx.cmo", "units"]);
  t.equal(answer, `Dynlink.Error (Dynlink.Corrupted_interface "Registrx")\n${said}`);
  t.equal(units, "");
});

t.test("another implementation than the one that a plugin requires", (t) => {
  const said = /^# message 7 .*\n(.*)/m.exec(reference)![1]!;
  for (const combination of fixture.combinations) {
    const directory = copyOf(combination);
    const plugin = combination.plugins === "native" ? "hello.cmxs" : "hello.cmo";
    const bytes = new Uint8Array(readFileSync(join(fixture.combinations[0]!.folder, "inner.cmo")));
    const hello = new Uint8Array(readFileSync(join(fixture.combinations[0]!.folder, "hello.cmo")));
    const write = (name: string, of: Uint8Array): void => {
      const requirement = { unit: "Hello", digest: Buffer.from(unitDigest(of, "Hello")).toString("hex") };
      writeFileSync(join(directory, name), compileBytes(withRequirements(bytes, [requirement])));
    };
    write("right.cmxs", hello);
    write("wrong.cmxs", Uint8Array.of(...hello, 0));
    const [absent, loaded, wrong, right, called] = answers(combination, ["load right.cmxs", `load ${plugin}`, "load wrong.cmxs", "load right.cmxs", "call inner"], directory);
    t.match(absent, /Unavailable_unit "Hello"/, combination.name);
    t.equal(wrong, `Dynlink.Error (Dynlink.Inconsistent_implementation "Hello")\n${said}`, combination.name);
    t.same([loaded, right, called], ["done", "done", "60"], combination.name);
  }
  t.end();
});

each("what the program is", (t, combination) => {
  const [native, adapted, program, all] = answers(combination, ["native", "adapt folder/x.cmo", "program", "all"]);
  t.equal(native, String(combination.host === "native"));
  t.equal(adapted, combination.host === "native" ? "folder/x.cmxs" : "folder/x.cmo");
  t.equal(program, "Host Later Registry");
  t.equal(all, program);
});

each("what plugins are", (t, combination) => {
  const tier = combination.plugins === "native" ? "native" : "interpreted";
  t.same(answers(combination, ["load counter.cmo", "tier count", "call count", "call count", "units", "global Counter"]), [
    ...["done", tier, "1", "2", "Counter", "there"],
  ]);
});

each("the units of a library that is loaded privately see each other, and nobody sees them (ocaml/ocaml#13374)", (t, combination) => {
  t.same(answers(combination, ["private greeting.cma", "call greeter", "units", "global Hello", "load inner.cmo", "load hello.cmo", "load inner.cmo"]), [
    ...["Hello!\ndone", "6", "", "not there"],
    `Dynlink.Error (Dynlink.Unavailable_unit "Hello")\nno implementation available for Hello`,
    ...["done", "done"],
  ]);
});

each("a file that is loaded privately, twice, is there twice (#11527)", (t, combination) => {
  const counted = ["call count", "call count"];
  const lines = ["private counter.cmo", ...counted, "private counter.cmo", "call count", "load counter.cmo", "call count", "units"];
  t.same(answers(combination, lines), ["done", "1", "2", "done", "1", "done", "1", "Counter"]);
});

const failure = (said: string): RegExp => new RegExp(`^Dynlink.Error \\(Dynlink.*\n${said}`);

each("units that are packed into one", (t, combination) => {
  const tier = combination.plugins === "native" ? "native" : "interpreted";
  const lines = ["private crate.cmo", "call packed", "units", "load crate.cmo", "call packed", "tier packed", "units", "global Crate", "load crate.cmo"];
  const [privately, there, hidden, ...loaded] = answers(combination, lines);
  t.same([privately, there, hidden], ["done", "42", ""]);
  t.same(loaded.slice(0, -1), ["done", "42", tier, "Crate", "there"]);
  t.match(loaded.at(-1), failure("The module `Crate' is already loaded"));
});

each("nothing is left of what could not be loaded (#14323)", (t, combination) => {
  const directory = copyOf(combination);
  const extension = combination.plugins === "native" ? "cmxs" : "cmo";
  const [inconsistent, units, there, renamed, good, again, loaded] = answers(
    combination,
    ["load other/counter.cmo", "units", "global Counter", `rename counter.${extension} other/counter.${extension}`, "load other/counter.cmo", "call count", "units"],
    directory,
  );
  t.match(inconsistent, failure("interface mismatch on Registry"));
  t.same([units, there, renamed, good, again, loaded], ["", "not there", "done", "done", "1", "Counter"]);
});

each("a unit whose initialisation has failed is repaired and loaded", (t, combination) => {
  const directory = copyOf(combination);
  const extension = combination.plugins === "native" ? "cmxs" : "cma";
  const lines = ["load half.cma", "units", "global Hello", "load half.cma", `rename fixed/half.${extension} half.${extension}`];
  const [raised, units, there, again, renamed, repaired, result, loaded, inner] = answers(
    combination,
    [...lines, "load half.cma", "call raising", "units", "load inner.cmo"],
    directory,
  );
  t.match(raised, failure("execution of module initializers .*\nthe exception is Refused 42$"));
  t.same([units, there], ["", "not there"], "nor is the unit before it there");
  t.equal(again, raised);
  t.same([renamed, repaired, result, loaded, inner], ["done", "done", "43", "Hello Raising", "done"]);
});

each("what cannot be linked leaves no number of a global behind", (t, combination) => {
  const [before, ...rest] = answers(combination, ["globals", "load predefined.cmo", "unsafe true", "load unsafe.cmo", "load uninitialised.cmo", "globals"]);
  t.equal(rest.at(-1), before);
});

each("plugins load plugins, which need their units (#9135)", (t, combination) => {
  t.same(answers(combination, ["load nesting.cma", "call inner", "units"]), ["done", "60", "Hello Inner Outer"]);
  t.same(answers(combination, ["load nesting.cma", "load greeter.cmo"]), ["done", "Hello!\ndone"]);
});

each("errors are wrapped once (#12213)", (t, combination) => {
  const [absent, text] = answers(combination, ["load absent.cmo", "load damaged.cmo"]);
  t.equal(absent!.split("Cannot_open_dll").length, 2);
  t.equal(text!.split("Cannot_open_dll").length, 2);
});

each("units that may be used, also when this is said before anything is loaded", (t, combination) => {
  const unavailable = failure("no implementation available for Registry$");
  const [only, refused, allowed, loaded, again, prohibited, hidden, harmless] = answers(combination, [
    ...["only Stdlib", "load counter.cmo", "allowed Stdlib Registry", "load counter.cmo", "call count"],
    ...["prohibit Registry", "load registered.cmo", "load hello.cmo"],
  ]);
  t.match(refused, unavailable);
  t.match(hidden, unavailable);
  t.same([only, allowed, loaded, again, prohibited, harmless], ["done", "done", "done", "1", "done", "done"]);
  t.match(answers(combination, ["prohibit Registry", "load counter.cmo"])[1], unavailable);
  t.match(answers(combination, ["allowed Stdlib", "load counter.cmo"])[1], unavailable);
});

t.test("a missing file is there in another form: a warning, unless it is switched off", (t) => {
  delete process.env.BACTRIAN_WARNINGS;
  t.teardown(() => (process.env.BACTRIAN_WARNINGS = "0"));
  for (const combination of fixture.combinations) {
    const [present, missing] = combination.plugins === "native" ? ["cmxs", "cmo"] : ["cmo", "cmxs"];
    const there = does(combination, [`load counter.${present}`]);
    t.equal(there.stderr, "", combination.name);
    const { stdout, stderr } = does(combination, [`load counter.${missing}`, "call count"]);
    t.equal(stdout, `# load counter.${missing}\ndone\n# call count\n1\n`, combination.name);
    t.match(stderr, new RegExp(`^Warning: there is no /.*counter.${missing}; /.*counter.${present} is loaded \\(BACTRIAN_WARNINGS=0.*\n$`));
    process.env.BACTRIAN_WARNINGS = "0";
    t.equal(does(combination, [`load counter.${missing}`]).stderr, "");
    delete process.env.BACTRIAN_WARNINGS;
  }
  t.end();
});

each("files are known by what is in them", (t, combination) => {
  const directory = copyOf(combination);
  const [present, named] = combination.plugins === "native" ? ["cmxs", "cma"] : ["cmo", "cmxs"];
  t.same(answers(combination, [`rename counter.${present} data.${named}`, `load data.${named}`, "call count"], directory), ["done", "done", "1"]);
});

t.test("Dynlink in the toplevel, which sees what it loads, and the other way round (#2667, #7570)", async (t) => {
  for (const { plugins, folder } of fixture.combinations.slice(0, 2)) {
    const runtime = await Runtime.create({ directory: folder, stdout: () => undefined });
    const expect = async (phrase: string, output: string | RegExp): Promise<void> => {
      t.match((await runtime.eval(phrase)).output, output, `${plugins}: ${phrase}`);
    };
    const file = (name: string): string => `${name}.${plugins === "native" ? "cmxs" : "cmo"}`;
    for (const name of [join(libraryDirectory, "dynlink/dynlink.cma"), file("registry"), file("hello")]) {
      t.match(await runtime.load(name), { ok: true }, name);
    }
    await expect(`Dynlink.loadfile ${JSON.stringify(file("inner"))};; (List.assoc "inner" !Registry.functions) ();;`, /int = 60/);
    await expect(`Dynlink.loadfile ${JSON.stringify(file("counter"))};; Counter.n := 7;;`, "- : unit = ()");
    await expect(`(List.assoc "count" !Registry.functions) ();;`, "- : int = 8");
    await expect("Dynlink.public_dynamically_loaded_units ();;", `["Counter"; "Inner"]`);
    await expect(`Dynlink.loadfile ${JSON.stringify(file("other/counter"))};;`, /Inconsistent_import "Registry"|already_loaded/);
    await expect(`Dynlink.loadfile ${JSON.stringify(file("hello"))};;`, /Module_already_loaded "Hello"/);
    await expect("let after = 1;; after + !Counter.n;;", "- : int = 9");
    runtime.dispose();
  }
});
