/** `bactrian compile`, programs and plugins that it has made, and the cache of what `run --tier native` compiles. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Cache, cacheFolder } from "../cli/cache.ts";
import { Command } from "./support/command.ts";
import { testFolder } from "./support/programs.ts";

const command = new Command(t);
const { folder, cache } = command;
const path = (name: string): string => join(folder, name);
const units = testFolder("data/units");
const executables = testFolder("data/executables");
const copy = (from: string, ...names: string[]): void => names.forEach((name) => copyFileSync(join(from, name), path(name)));
copy(units, "pair.cma", "control.cmo", "bare.byte");
copy(executables, "closures_debug.byte", "exceptions_debug.byte");

/** What a run ended with, as the file beside the executable says. */
const expected = (name: string): unknown => {
  const text = (extension: string): string => readFileSync(join(executables, `${name}.${extension}`), "utf8");
  return { status: Number(text("status")), stdout: text("stdout"), stderr: text("stderr") };
};
const QUIET = { status: 0, stdout: "", stderr: "" };

t.test("programs", async (t) => {
  for (const name of ["closures_debug", "exceptions_debug"]) {
    t.same(await command.run(["compile", `${name}.byte`]), QUIET);
    for (const tier of [[], ["--tier", "native"], ["--tier", "interp"]]) {
      const ended = await command.run(["run", ...tier, `${name}.wasm`], { OCAMLRUNPARAM: "b" });
      t.same(ended, expected(name), `${name} ${tier.join(" ")}`);
    }
  }
  t.notOk(existsSync(cache), "what is compiled already is not cached");
});

t.test("sources", async (t) => {
  writeFileSync(path("source.ml"), 'let hello () = print_string "hello"\nlet () = if Array.length Sys.argv > 1 then hello ()\n');
  t.same(await command.run(["compile", "source.ml"]), QUIET);
  t.same(await command.run(["run", "source.wasm", "x"]), { ...QUIET, stdout: "hello" });
  t.same(await command.run(["compile", "source.ml", "-o", "made.cmxs"]), QUIET);
  t.match(await command.run(["info", "made.cmxs"]), { status: 0, stdout: /^Native code: plugin of [^]*^Functions of other units that are called directly \(unit, fields, arguments\):\n\tStdlib\t\d+\t1$[^]*^Unit name: Source$/m });
  writeFileSync(path("wrong.ml"), "let x : int = true\n");
  t.match(await command.run(["compile", "wrong.ml"]), { status: 2, stdout: "", stderr: /File "wrong\.ml", line 1/ });
  t.notOk(existsSync(path("wrong.wasm")));
});

t.test("plugins, the same bytes each time, and what they hold", async (t) => {
  t.same(await command.run(["compile", "pair.cma"]), QUIET);
  t.same(await command.run(["compile", "pair.cma", "-o", "again.cmxs"]), QUIET);
  t.same(readFileSync(path("again.cmxs")), readFileSync(path("pair.cmxs")));
  t.same(readdirSync(folder).filter((name) => /\.\d+$/.test(name)), [], "nothing unfinished is left");
  const { status, stdout } = await command.run(["info", "pair.cmxs"]);
  t.equal(status, 0);
  t.match(stdout, /^File pair\.cmxs\nNative code: plugin of OCaml 5\.3, format \d+\nMachine: [0-9a-f]{64}\nSize: \d+ bytes, of them bytecode 5516, /);
  t.match(stdout, /^Implementations:\n\t[0-9a-f]{32}\tFirst\n\t[0-9a-f]{32}\tSecond$/m);
  t.match(stdout, /^Native functions: 5 \(name, arguments\)\n(\t\S+\t1\n){5}/m);
  // What ocamlobjinfo says of the library, but for its first line.
  const library = (await command.run(["info", "pair.cma"])).stdout;
  t.equal(stdout.slice(stdout.indexOf("Bytecode:\n") + 10), library.slice(library.indexOf("\n") + 1));
  t.match((await command.run(["info", "--disassemble", "pair.cmxs"])).stdout, /^Code:$/m);
});

t.test("some functions only", async (t) => {
  t.same(await command.run(["compile", "--only", "^Source\\.hello$", "source.ml"]), QUIET);
  t.match((await command.run(["info", "source.wasm"])).stdout, /^Native functions: 1 \(name, arguments\)\n\tSource\.hello\t1\n/m);
  t.same(await command.run(["run", "source.wasm", "x"]), { ...QUIET, stdout: "hello" });
  t.same(await command.run(["compile", "--only", "hello", "source.ml", "-o", "some.cmxs"]), QUIET);
  t.match((await command.run(["info", "some.cmxs"])).stdout, /^Native functions: 1 /m);
  await command.refuses(t, ["compile", "--only", "^Engine", "source.ml"], "source.ml: --only matches none", /without -g/);
  await command.refuses(t, ["compile", "--only", "(", "source.ml"], "--only (: is no regular expression", /such as/);
});

t.test("files that are not compiled", async (t) => {
  writeFileSync(path("text.cmo"), "let () = ()\n");
  writeFileSync(path("half.cmo"), readFileSync(path("control.cmo")).subarray(0, 2000));
  writeFileSync(path("empty"), "");
  await command.refuses(t, ["compile", "text.cmo"], "text.cmo: ", /this is a text file/);
  await command.refuses(t, ["compile", "half.cmo"], "half.cmo: ", /Build it again/);
  await command.refuses(t, ["compile", "empty"], "empty: ", /an empty file/);
  await command.refuses(t, ["compile", "absent.cmo"], "absent.cmo: ", /no such file/);
  await command.refuses(t, ["compile", "control.cmo", "-o", "x.wasm"], "x.wasm: ", /is compiled to a plugin\. Call it x\.cmxs/);
  await command.refuses(t, ["compile", "bare.byte", "-o", "x.cmxs"], "x.cmxs: ", /is compiled to a program\. Call it x\.wasm/);
  await command.refuses(t, ["compile", "control.cmo", "-o", "none/x.cmxs"], "none/x.cmxs: ", /its folder does not exist/);
  await command.refuses(t, ["compile", "control.cmo", "pair.cma", "-o", "x.cmxs"], "-o is for one file", /by themselves/);
  await command.refuses(t, ["compile"], "missing required argument", /--help/);
});

t.test("files of native code that are not run", async (t) => {
  await command.run(["compile", "bare.byte"]);
  const bytes = readFileSync(path("bare.wasm"));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path("damaged.wasm"), bytes);
  writeFileSync(path("half.wasm"), bytes.subarray(0, bytes.length >> 1));
  writeFileSync(path("elf.cmxs"), Buffer.from("7f454c4602010100", "hex"));
  for (const what of ["run", "info"]) {
    await command.refuses(t, [what, "damaged.wasm"], "damaged.wasm: ", /the file is damaged: its checksum is another/);
    await command.refuses(t, [what, "half.wasm"], "half.wasm: ", /the file ends inside a section/);
    await command.refuses(t, [what, "elf.cmxs"], "elf.cmxs: ", /this is an ELF file .*with bactrian compile/);
  }
  await command.refuses(t, ["run", "pair.cmxs"], "pair.cmxs: ", /is a plugin, not a program\. Load it with Dynlink or #load/);
});

t.test("the cache", async (t) => {
  const runTier = (tier: string, ...options: string[]) =>
    command.run(["run", "--tier", tier, ...options, "closures_debug.byte"], { OCAMLRUNPARAM: "b" });
  const run = (...options: string[]) => runTier("native", ...options);
  t.same(await runTier("mixed"), expected("closures_debug"), "mixed, with nothing compiled");
  t.same(await run("--no-cache"), expected("closures_debug"));
  t.notOk(existsSync(cache), "mixed and --no-cache leave nothing behind");
  t.same(await run(), expected("closures_debug"));
  const [name, ...others] = readdirSync(cache);
  t.same(others, []);
  const file = join(cache, name!);
  const bytes = readFileSync(file);
  const { ino } = statSync(file);
  t.same(await run(), expected("closures_debug"));
  t.equal(statSync(file).ino, ino, "a second run takes what is there");
  utimesSync(file, 1, 1);
  t.same(await runTier("mixed"), expected("closures_debug"), "mixed, with the program compiled");
  t.ok(statSync(file).mtimeMs > 1000, "which was read");
  const damaged = Buffer.from(bytes);
  damaged[bytes.length >> 1]! ^= 8;
  writeFileSync(file, damaged);
  t.same(await run(), expected("closures_debug"));
  t.same(readFileSync(file), bytes, "a damaged entry is made again");
  writeFileSync(path("file"), "");
  const nowhere = await command.run(["run", "--tier", "native", "closures_debug.byte"], { OCAMLRUNPARAM: "b", BACTRIAN_CACHE: path("file") });
  t.same(nowhere, expected("closures_debug"), "a folder that cannot be made");
});

t.test("the cache has a place and a size", (t) => {
  t.equal(cacheFolder({ BACTRIAN_CACHE: "/a", XDG_CACHE_HOME: "/b" }), "/a");
  t.equal(cacheFolder({ XDG_CACHE_HOME: "/b" }), "/b/bactrian");
  t.match(cacheFolder({ XDG_CACHE_HOME: "relative" }), /\/\.cache\/bactrian$/);
  const place = path("small");
  mkdirSync(place);
  writeFileSync(join(place, "mine.wasm"), new Uint8Array(1000));
  const key = (i: number): string => String(i).repeat(64);
  const entry = (i: number): Cache => new Cache(place, key(i), 250);
  for (let i = 1; i <= 2; i++) {
    entry(i).write(new Uint8Array(100).fill(i));
    utimesSync(entry(i).file, i, i);
  }
  t.same(entry(1).read(), Buffer.alloc(100, 1)); // now it is the newer one
  entry(3).write(new Uint8Array(100));
  t.same(readdirSync(place).sort(), [`${key(1)}.wasm`, `${key(3)}.wasm`, "mine.wasm"]);
  t.equal(entry(2).read(), undefined);
  t.end();
});
