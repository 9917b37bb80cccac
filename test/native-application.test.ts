/**
 * A native application without a toplevel, made by `bactrian compile` and started by `bactrian run`: it loads units of each
 * form (.cmo, .cma, .cmxs), which need each other across the tiers, in any order that these needs allow.
 */
import { cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { libraryDirectory } from "../loader/installation.ts";
import { Command } from "./support/command.ts";
import { sources } from "./support/dynlink.ts";
import { ocamlc } from "./support/programs.ts";

const UNITS = ["first", "second", "third"] as const;
const FORMS = ["cmo", "cma", "cmxs"] as const;
type Form = (typeof FORMS)[number];

const SAID = "done, Bob has 6.50, done, Bob has 0.00; 12.50 in all, 4 changes\nBob is overdrawn\n";

/** Which unit has which form: all ways. */
const assignments = FORMS.flatMap((a) => FORMS.flatMap((b) => FORMS.flatMap((c): Form[][] => (new Set([a, b, c]).size === 3 ? [[a, b, c]] : []))));

const tierOf = (form: Form): string => (form === "cmxs" ? "native" : "interpreted");

t.test("units of all forms in a native application", async (t) => {
  const command = new Command(t);
  const { folder } = command;
  cpSync(sources, folder, { recursive: true });
  const include = ["-I", join(libraryDirectory, "dynlink")];
  ocamlc(folder, ["-g", ...include, "-c", "registry.ml", "pig.mli", "later.ml", "host.ml", ...UNITS.map((unit) => `${unit}.ml`)]);
  ocamlc(folder, ["-g", "-linkall", ...include, "dynlink.cma", "registry.cmo", "host.cmo", "later.cmo", "-o", "host.byte"]);
  t.same(await command.run(["compile", "host.byte", "-o", "host.wasm"]), { status: 0, stdout: "", stderr: "" });
  for (const unit of UNITS) {
    ocamlc(folder, ["-a", `${unit}.cmo`, "-o", `${unit}.cma`]);
    t.same(await command.run(["compile", `${unit}.cmo`]), { status: 0, stdout: "", stderr: "" });
  }
  const required = ["--requires", "first.cmxs", "--requires", "second.cma"];
  t.same(await command.run(["compile", ...required, "third.cma", "-o", "exact.cmxs"]), { status: 0, stdout: "", stderr: "" });
  await command.refuses(t, ["compile", ...required, "host.byte"], "host.byte: --requires is for plugins", /has its units in it/);
  // Nothing of what the application is made of is there any more but the application.
  mkdirSync(join(folder, "units"));
  for (const unit of UNITS) for (const form of FORMS) renameSync(join(folder, `${unit}.${form}`), join(folder, "units", `${unit}.${form}`));
  for (const name of ["host.byte", "host.cmo", "registry.cmo", "later.cmo"]) rmSync(join(folder, name));

  for (const [first, second, third] of assignments as [Form, Form, Form][]) {
    const files = [`units/first.${first}`, `units/second.${second}`, `units/third.${third}`] as const;
    const { status, stdout, stderr } = await command.run(["run", "host.wasm", "native", ...files.map((file) => `load ${file}`)]);
    const tiers = [first, second, third].map(tierOf).join(", ");
    const expected = `# native\ntrue\n# load ${files[0]}\ndone\n# load ${files[1]}\ndone\n# load ${files[2]}\n${SAID}${tiers}\ndone\n`;
    t.same({ status, stdout, stderr }, { status: 0, stdout: expected, stderr: "" }, files.join(" "));
  }

  // Too early, then as soon as they can be; a private copy of what is there already cannot be had.
  const early = ["load units/third.cmxs", "load units/second.cmo", "load units/first.cma", "load units/third.cmxs", "load units/second.cmo"];
  const { stdout } = await command.run(["run", "host.wasm", ...early, "load units/third.cmxs", "private units/first.cmxs", "units"]);
  const answers = stdout.split(/^# .*\n/m).slice(1);
  t.match(answers[0], /Unavailable_unit "First"|Unavailable_unit "Second"/);
  t.match(answers[1], /Unavailable_unit "First"/);
  t.equal(answers[2], "done\n");
  t.match(answers[3], /Unavailable_unit "Second"/);
  t.equal(answers[4], "done\n");
  t.equal(answers[5], `${SAID}interpreted, interpreted, native\ndone\n`);
  t.match(answers[6], /Module_already_loaded "First"/);
  t.equal(answers[7], "First Second Third\n");

  // first.cmo is what first.cmxs has been made of, second.cmo is another file than second.cma.
  for (const [second, said] of [["second.cma", `${SAID}interpreted, interpreted, native\ndone\n`], ["second.cmo", /Inconsistent_implementation "Second"/]] as const) {
    const exact = await command.run(["run", "host.wasm", "load units/first.cmo", `load units/${second}`, "load exact.cmxs"]);
    t.match(exact.stdout.split(/^# .*\n/m).at(-1), said, second);
  }
});
