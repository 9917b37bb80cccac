/** Compiling on several threads: the same bytes as on one, and what becomes of threads that fail or are not wanted any more. */
import { execFile } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import t from "tap";
import { readExecutable } from "../bytecode/formats/executable.ts";
import { compileOnThreads, worthThreads } from "../loader/compile-threads.ts";
import { ThreadError } from "../loader/errors.ts";
import { commandScript, libraryDirectory, loadCore } from "../loader/installation.ts";
import { programInput } from "../native/input.ts";
import { planPieces } from "../native/plan.ts";
import { Command } from "./support/command.ts";
import { testFolder } from "./support/programs.ts";

const command = new Command(t);
const { folder } = command;
const path = (name: string): string => join(folder, name);
const executables = testFolder("data/executables");
const QUIET = { status: 0, stdout: "", stderr: "" };
const program = join(executables, "closures_debug.byte");
copyFileSync(program, path("closures.byte"));
copyFileSync(join(libraryDirectory, "unix/unix.cma"), path("unix.cma"));

t.test("the same bytes from one thread, two and three", async (t) => {
  for (const [file, compiled] of [["closures.byte", "closures.wasm"], ["unix.cma", "unix.cmxs"]] as const) {
    t.same(await command.run(["compile", "--jobs", "1", file]), QUIET);
    const alone = readFileSync(path(compiled));
    for (const jobs of ["2", "3"]) {
      t.same(await command.run(["compile", "-j", jobs, file]), QUIET);
      t.ok(readFileSync(path(compiled)).equals(alone), `${file} with ${jobs} threads`);
    }
  }
  const expected = (what: string): string => readFileSync(join(executables, `closures_debug.${what}`), "utf8");
  const ended = { status: Number(expected("status")), stdout: expected("stdout"), stderr: expected("stderr") };
  t.same(await command.run(["run", "closures.wasm"]), ended);
  t.same(await command.run(["run", "--tier", "native", "--jobs", "2", "closures.byte"]), ended);
  const [cached] = readdirSync(command.cache);
  t.ok(readFileSync(join(command.cache, cached!)).equals(readFileSync(path("closures.wasm"))), "run compiles the same");
});

t.test("how many threads", async (t) => {
  const source = programInput(readExecutable(readFileSync(program), program), loadCore()).source;
  t.equal(worthThreads(source), 1, "small programs are compiled on one thread");
  const threads = worthThreads({ ...source, code: new Int32Array(10_000_000) });
  t.ok(threads >= 1 && threads <= 4, `${threads} for a large one`);
  const none = source.functions.map((f) => ({ ...f, chosen: false }));
  t.equal(worthThreads({ ...source, code: new Int32Array(10_000_000), functions: none }), 1, "what is not compiled does not count");
  for (const jobs of ["0", "-1", "two"]) t.match(await command.run(["compile", "-j", jobs, "closures.byte"]), { status: 2, stderr: /--jobs.*not a positive number/ });
});

t.test("pieces have all functions, in their order", (t) => {
  const nodes = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1700);
  const pieces = planPieces(nodes);
  t.same(pieces.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)), [...nodes.keys()]);
  t.ok(pieces.every(({ from, to, nodes }) => nodes <= 1000 || to === from + 1), "only functions that are large by themselves are large pieces");
  t.same(planPieces([]), []);
  t.end();
});

t.test("threads that fail", async (t) => {
  const source = programInput(readExecutable(readFileSync(program), program), loadCore()).source;
  const failing = { raises: 'throw new Error("no luck")', ends: "process.exit(0)", rejects: 'await Promise.reject(new RangeError("late"))' };
  const reasons = { raises: /closures: a thread that compiles it has failed \(no luck\)\. Try --jobs 1/, ends: /\(it ended too early\)/, rejects: /\(late\)/ };
  for (const name of ["raises", "ends", "rejects"] as const) {
    writeFileSync(path(`${name}.mjs`), failing[name]);
    const compiling = compileOnThreads(source, { jobs: 2, file: "closures", script: pathToFileURL(path(`${name}.mjs`)) });
    await t.rejects(compiling, ThreadError);
    await t.rejects(compiling, { message: reasons[name] });
  }
});

t.test("a compilation that is interrupted leaves nothing", async (t) => {
  copyFileSync(join(libraryDirectory, "bin/ocamlc"), path("ocamlc.byte"));
  const before = readdirSync(folder).sort();
  const ended = await new Promise<{ signal: string | null; started: boolean }>((done) => {
    let started = false;
    const child = execFile(process.execPath, [commandScript, "compile", "-j", "2", "ocamlc.byte"], { cwd: folder }, (error) =>
      done({ signal: error?.signal ?? null, started }));
    void after(1000).then(() => {
      started = true;
      child.kill("SIGINT");
    });
  });
  t.same(ended, { signal: "SIGINT", started: true });
  t.same(readdirSync(folder).sort(), before);
});
