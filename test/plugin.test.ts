/**
 * Native plugins, loaded by programs and by the toplevel: what they do is what their units do, functions go both ways between
 * them and bytecode, and files that cannot be loaded leave all as it was.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { readExecutable, readUnit } from "../bytecode/formats/index.ts";
import { libraryDirectory, loadCore, ocamlSource } from "../loader/installation.ts";
import { Runtime } from "../loader/node.ts";
import { compileExecutable, compileLibrary } from "../native/compile.ts";
import { FORMAT_VERSION, type NativeFile } from "../native/file.ts";
import { writeNativeFile } from "../native/file-write.ts";
import { customSections } from "../native/wasm-sections.ts";
import { DEBUG_CHECK_HEAP, DEBUG_STRESS } from "../runtime/layout.ts";
import { ocamlc, run, type RunOptions, testFolder } from "./support/programs.ts";

const core = loadCore();
const folder = mkdtempSync(join(tmpdir(), "bactrian-plugin-"));
t.teardown(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(path(name)));

for (const name of ["registry", "plugin", "second", "other", "failing", "main"]) {
  copyFileSync(join(testFolder("data/plugins"), `${name}.ml`), path(`${name}.ml`));
}
const dynlink = ["-I", join(libraryDirectory, "dynlink"), "dynlink.cma"];
ocamlc(folder, ["-g", ...dynlink, "-c", "registry.ml", "plugin.ml", "second.ml", "other.ml", "failing.ml", "main.ml"]);
ocamlc(folder, ["-g", "-a", "-o", "both.cma", "plugin.cmo", "second.cmo"]);
ocamlc(folder, ["-g", "-linkall", ...dynlink, "registry.cmo", "main.cmo", "-o", "main.byte"]);
const main = readExecutable(read("main.byte"), "main.byte");

const compiled = compileExecutable(main, core);
const native = (): NativeFile["code"] => compiled.code;

/** Compile a .cmo or .cma of the folder, with changes, to NAME.cmxs. */
function plugin(from: string, name: string, change: (file: NativeFile) => NativeFile = (file) => file): string {
  const file = `${name}.cmxs`;
  writeFileSync(path(file), writeNativeFile(change(compileLibrary(read(from), core, from))));
  return file;
}
plugin("plugin.cmo", "plugin");
plugin("both.cma", "both");
plugin("failing.cmo", "failing");

/** A unit with the digest of an interface changed, everywhere in the file. */
function inconsistent(from: string, unit: string): Uint8Array {
  const bytes = Buffer.from(read(from));
  const digest = Buffer.from(readUnit(bytes).imports.find(({ name }) => name === unit)!.digest!, "hex");
  for (let at = bytes.indexOf(digest); at >= 0; at = bytes.indexOf(digest, at + 1)) bytes[at]! ^= 1;
  return bytes;
}

/** Files that no program loads, and what is said about them. */
function badPlugins(): [string, RegExp][] {
  const good = read("plugin.cmxs");
  const version = good.slice();
  version[customSections(good).at(-1)!.contents] = FORMAT_VERSION + 1;
  const damaged = good.slice();
  damaged[good.length >> 1]! ^= 4;
  const cases: [string, Uint8Array, RegExp][] = [
    ["truncated", good.subarray(0, good.length >> 1), /the file ends inside a section .*Build it again/],
    ["damaged", damaged, /the file is damaged: its checksum is another .*Build it again/],
    ["version", version, new RegExp(`in format ${FORMAT_VERSION + 1}, Bactrian has format ${FORMAT_VERSION} .*bactrian compile`)],
    ["elf", Buffer.from("7f454c4602010100", "hex"), /an ELF file \(native code for Linux or BSD\), .*bactrian compile/],
    ["module", Buffer.from("0061736d01000000", "hex"), /a WebAssembly module without a program or plugin/],
    ["program", writeNativeFile(compiled), /this is a program, not a plugin .*bactrian run/],
  ];
  for (const [name, bytes] of cases) writeFileSync(path(`${name}.cmxs`), bytes);
  const machine = plugin("plugin.cmo", "machine", (file) => ({ ...file, abi: "other" }));
  return [...cases.map(([name, , text]): [string, RegExp] => [`${name}.cmxs`, text]), [machine, /another version of Bactrian .*bactrian compile/]];
}
const bad = badPlugins();
writeFileSync(path("inconsistent.cmo"), inconsistent("plugin.cmo", "Registry"));
plugin("inconsistent.cmo", "inconsistent");
plugin("other.cmo", "other");
const mixes: readonly [string, RunOptions][] = [
  ["interpreted", {}],
  ["native", { native }],
  ["interpreted, checked", { debug: DEBUG_CHECK_HEAP, parameters: "s=4k" }],
  ["native, stressed", { native, debug: DEBUG_STRESS }],
];
const load = (options: RunOptions, ...files: string[]) => run(main, { ...options, argv: ["main", ...files], directory: folder });

t.test("plugins do what their units do, in native code", (t) => {
  for (const [mix, options] of mixes) {
    for (const files of [["plugin.cmo", "second.cmo"], ["both.cma"]]) {
      const units = load(options, ...files);
      t.match(units.stdout, /^plugin: interpreted$[^]*^second: \d+$/m, mix);
      const plugins = load(options, ...files.map((file) => file.replace(/^(plugin|both)\.\w+$/, "$1.cmxs")));
      t.equal(plugins.stdout, units.stdout.replace("plugin: interpreted", "plugin: native"), `${mix}: ${files.join(" ")}`);
      t.equal(plugins.stderr, "");
    }
  }
  t.end();
});

t.test("programs that load plugins name no primitive that OCaml's own runtime does not have", (t) => {
  const compiler = readExecutable(readFileSync(join(ocamlSource(), "boot/ocamlc")));
  t.same(main.primitives.filter((name) => !compiler.primitives.includes(name)), []);
  t.end();
});

t.test("a plugin that is loaded privately, twice", (t) => {
  for (const [mix, options] of mixes) {
    const { stdout } = load(options, "-private", "plugin.cmxs", "plugin.cmxs");
    const [first, second, ...rest] = stdout.split(/(?=^plugin: )/m);
    t.match(first, /^plugin: native$/m, mix);
    t.equal(second, first, mix);
    t.same(rest, []);
  }
  t.end();
});

t.test("errors of Dynlink, after which plugins are loaded", (t) => {
  const cases: [string, RegExp][] = [
    ...bad,
    ["inconsistent.cmxs", /interface mismatch on Registry/],
    ["other.cmxs", /Second/],
    ["absent.cmxs", /No such file/],
  ];
  for (const [file, text] of cases) {
    const { status, stdout, stderr } = load({}, file, "plugin.cmxs");
    const [said, ...rest] = stdout.split("\n");
    t.match(said, text, file);
    t.match(rest.join("\n"), /^plugin: native$/m, `${file}: the next one is loaded`);
    t.equal(stderr, "");
    t.equal(status, 0);
  }
  const { stdout } = load({}, "failing.cmxs", "plugin.cmxs", "plugin.cmxs");
  t.match(stdout, /Failure\("not today"\)[^]*^plugin: native$[^]*already loaded/m);
  t.end();
});

t.test("a program of native code in a runtime", async (t) => {
  const chunks: Uint8Array[] = [];
  const runtime = await Runtime.create({ directory: folder, stdout: (chunk) => void chunks.push(chunk.slice()) });
  t.equal(await runtime.run(writeNativeFile(compiled), ["plugin.cmxs"], "main"), 0);
  t.equal(Buffer.concat(chunks).toString(), load({ native }, "plugin.cmxs").stdout);
  const other = await Runtime.create();
  await t.rejects(other.run(read("plugin.cmxs")), { name: "UsageError", message: /is a plugin, not a program/ });
});

t.test("the toplevel", async (t) => {
  const runtime = await Runtime.create({ directory: folder });
  t.match(await runtime.load("registry.cmo"), { ok: true });
  for (const [file, text] of bad) {
    const { ok, output } = await runtime.load(file);
    t.notOk(ok, file);
    t.match(output, text);
  }
  const mismatch = await runtime.load("inconsistent.cmxs");
  t.match(mismatch, { ok: false, output: /disagree over interface\s+Registry/ });
  t.match(await runtime.load("both.cmxs"), { ok: true });
  t.match(await runtime.eval("Registry.tier (Obj.repr Plugin.twice);;"), { ok: true, output: /"native"/ });
  t.match(await runtime.eval("let f x = x * 10;; Plugin.twice f 7;;"), { output: /int = 700/ }, "a closure of bytecode in native code");
  t.match(await runtime.eval("List.map (Plugin.adder 3) [1; 2];;"), { output: /int list = \[4; 5\]/ }, "and the other way round");
  t.match(await runtime.eval("try Plugin.twice (fun x -> raise (Plugin.Odd x)) 3 with Plugin.Odd n -> n;;"), { output: /int = 3/ });
  t.match(await runtime.eval("Plugin.count 1_000_000;;"), { output: /int = 1000000/ }, "deep recursion");
  t.match(await runtime.eval("Plugin.shout 1;;"), { ok: false, output: /Odd 1/ });
  t.match(await runtime.eval(`#load "both.cmxs";; Plugin.twice succ 1;;`), { ok: true, output: /int = 3/ }, "loaded again");
  runtime.dispose();
});
