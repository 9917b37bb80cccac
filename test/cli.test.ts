/**
 * What the command says about files that are no programs and about wrong options: one line that names what it is about and
 * what to do, on standard error, and exit status 2. Programs of OCaml's own compiler do what its own runtime makes them do.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readUnit } from "../bytecode/formats/index.ts";
import { libraryDirectory } from "../loader/installation.ts";
import { Command } from "./support/command.ts";
import { testFolder } from "./support/programs.ts";

const command = new Command(t);
const { folder } = command;
const bactrian = command.run.bind(command);
const refuses = command.refuses.bind(command);
const units = testFolder("data/units");
const executables = testFolder("data/executables");

/** A file of a stored one's bytes with another magic number: that of another OCaml. */
function foreign(name: string, stored: string, magic: string, atEnd = false): string {
  const bytes = readFileSync(join(units, stored));
  bytes.write(magic, atEnd ? bytes.length - magic.length : 0, "latin1");
  writeFileSync(join(folder, name), bytes);
  return name;
}

const NATIVE = Buffer.from("7f454c4602010100000000000000000003003e00", "hex");

/** Write the bad files: name and what is said about it. */
function badFiles(): [string, RegExp][] {
  const cases: [string, RegExp][] = [];
  const add = (name: string, bytes: Uint8Array | string, text: RegExp): void => {
    writeFileSync(join(folder, name), bytes);
    cases.push([name, text]);
  };
  for (const extension of ["", ".cmo", ".cma"]) {
    mkdirSync(join(folder, `directory${extension}`));
    cases.push([`directory${extension}`, /is a directory; give a file/]);
    cases.push([`absent${extension}`, /there is no such file; check its name/]);
    add(`empty${extension}`, "", /this is an empty file .*Build it again/);
    add(`text${extension}`, "let () = ()\n", /this is a text file, not .*Give a \.cmo, \.cma or bytecode executable/);
    add(`elf${extension}`, NATIVE, /this is an ELF file .*Give a \.cmo, \.cma or bytecode executable/);
    if (extension === "") continue;
    const unit = readFileSync(join(units, extension === ".cmo" ? "control.cmo" : "pair.cma"));
    add(`truncated${extension}`, unit.subarray(0, unit.length / 2), /Build it again, or repeat the copy or download/);
    add(`magic${extension}`, unit.subarray(0, 7), /ends inside its magic number .*Build it again/);
  }
  const program = readFileSync(join(units, "bare.byte"));
  add("truncated.byte", program.subarray(0, program.length - 20), /a truncated bytecode executable/);
  cases.push(["text/within", /a part of its path is no directory; check its name/]);
  cases.push(["/dev/null", /is a device; give a file/]);
  for (const [digits, version] of [["030", "4.13"], ["031", "4.14"], ["034", "5.2"], ["036", "5.4"]] as const) {
    const said = new RegExp(` of OCaml ${version.replace(".", "\\.")}, Bactrian runs OCaml 5\\.3 .*Compile the sources again with OCaml 5\\.3\\.`);
    cases.push([foreign(`unit${version}.cmo`, "control.cmo", `Caml1999O${digits}`), said]);
    cases.push([foreign(`library${version}.cma`, "pair.cma", `Caml1999A${digits}`), said]);
    cases.push([foreign(`program${version}.byte`, "bare.byte", `Caml1999X${digits}`, true), said]);
  }
  return cases;
}

t.test("files that are no bytecode", async (t) => {
  for (const [file, text] of badFiles()) {
    for (const command of [["run"], ["run", "--no-verify"], ["info"], ["info", "--disassemble"]]) {
      // Options change little: they are tried with some files.
      if (command.length > 1 && !/^(directory|text|truncated)/.test(file)) continue;
      await refuses(t, [...command, file], `${file}: `, text);
    }
  }
});

t.test("files that may not be read", { skip: process.getuid?.() === 0 && "root may read everything" }, async (t) => {
  writeFileSync(join(folder, "secret.cmo"), "");
  chmodSync(join(folder, "secret.cmo"), 0);
  for (const command of ["run", "info"]) await refuses(t, [command, "secret.cmo"], "secret.cmo: ", /check its permissions/);
});

t.test("other files that OCaml writes", async (t) => {
  copyFileSync(join(libraryDirectory, "stdlib.cmi"), join(folder, "stdlib.cmi"));
  await refuses(t, ["run", "stdlib.cmi"], "stdlib.cmi: ", /this is a compiled OCaml interface \(\.cmi\) .*Give a \.cmo/);
  const said = await bactrian(["info", "stdlib.cmi"]);
  t.same(said, { status: 0, stdout: "File stdlib.cmi\nThis is a compiled OCaml interface (.cmi) written by OCaml 5.3.\n", stderr: "" });
  copyFileSync(join(units, "control.cmo"), join(folder, "unit"));
  await refuses(t, ["run", "unit"], "unit: ", /this is an OCaml bytecode unit \(\.cmo\) written by OCaml 5\.3, not/);
});

t.test("damaged code and debug data", async (t) => {
  const bytes = readFileSync(join(units, "control_debug.cmo"));
  const { pos, debugPos } = readUnit(bytes);
  const damage = async (at: number, text: RegExp): Promise<void> => {
    writeFileSync(join(folder, "damaged.cmo"), Uint8Array.from(bytes).fill(0xff, at, at + 4));
    await refuses(t, ["run", "damaged.cmo"], "damaged.cmo: ", text);
  };
  await damage(pos, /invalid bytecode: there is no instruction -1 .*Build it again/);
  await damage(debugPos, /no marshalled value where one should start \(debug data of Control_debug, .*Build it again/);
});

t.test("wrong options and arguments", async (t) => {
  const cases: [string[], string][] = [
    [["run", "--nope", "x"], "unknown option '--nope'"],
    [["info", "--disasemble", "x"], "unknown option '--disasemble'"],
    [["setup", "--nope"], "unknown option '--nope'"],
    [["run", "--tier", "fast", "x"], "option '--tier <tier>' argument 'fast' is invalid"],
    [["run"], "missing required argument 'file'"],
    [["info"], "missing required argument 'file'"],
    [["info", "a", "b"], "too many arguments for 'info'"],
  ];
  for (const [args, begin] of cases) await refuses(t, args, begin, /\. See bactrian --help$/m);
  t.equal((await bactrian(["--help"])).status, 0);
  for (const tool of ["ocamlc", "ocamldep", "ocamlobjinfo"]) {
    const { status, stderr } = await bactrian([tool, "--nope"]);
    t.equal(status, 2, tool);
    t.match(stderr, /unknown option '--nope'/, `${tool} says it itself`);
  }
});

t.test("primitives that do not exist", async (t) => {
  for (const name of ["missing", "missing_debug"]) {
    const file = join(executables, `${name}.byte`);
    await refuses(t, ["run", file], file, /there is no primitive no_other_primitive, which unit Missing calls; nor no_such_primitive/);
  }
});

t.test("programs of OCaml's own compiler", async (t) => {
  const names = readdirSync(executables).filter((name) => name.endsWith(".status"));
  t.equal(names.length, 4);
  for (const name of names.map((name) => name.replace(/\.status$/, ""))) {
    const parameters = name.endsWith("_debug") ? "b" : "";
    const expected = (extension: string): string => readFileSync(join(executables, `${name}.${extension}`), "utf8");
    for (const tier of ["interp", "native"]) {
      const args = ["run", "--tier", tier, join(executables, `${name}.byte`)];
      const { status, stdout, stderr } = await bactrian(args, { OCAMLRUNPARAM: parameters });
      t.equal(stdout, expected("stdout"), `${name}, ${tier}: output`);
      t.equal(stderr, expected("stderr"), `${name}, ${tier}: standard error`);
      t.equal(status, Number(expected("status")), `${name}, ${tier}: status`);
    }
  }
});
