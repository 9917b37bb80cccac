/**
 * Signals, in processes of their own: a program that sends itself some, against what OCaml's runtime prints for it, and
 * one that is interrupted.
 *
 *     cd test/programs/signals
 *     ocamlc -I +unix -I +threads unix.cma threads.cma handlers.ml -o handlers.byte; ocamlrun handlers.byte > handlers.txt
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { testFolder } from "./support/programs.ts";

const bactrian = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = testFolder("programs/signals");
const work = mkdtempSync(join(tmpdir(), "bactrian-test-"));
t.teardown(() => rmSync(work, { recursive: true }));

/** Compile a program; the executable file. */
function compile(name: string): string {
  const executable = join(work, `${name}.byte`);
  const libraries = ["-I", "+unix", "-I", "+threads", "unix.cma", "threads.cma"];
  const object = ["-w", "-a", ...libraries, join(folder, `${name}.ml`), "-o", executable];
  // The object files go next to the source, which is copied for that.
  const { status, stderr } = spawnSync(process.execPath, [bactrian, "ocamlc", ...object], { encoding: "utf8" });
  for (const suffix of ["cmi", "cmo"]) rmSync(join(folder, `${name}.${suffix}`), { force: true });
  if (status !== 0) throw new Error(stderr);
  return executable;
}

/** A process that runs a program; its standard input stays open. */
const start = (executable: string): ChildProcess =>
  spawn(process.execPath, [bactrian, "run", executable], { stdio: ["pipe", "pipe", "inherit"] });

/** How a process ends. */
const end = (child: ChildProcess): Promise<{ status: number | null; signal: string | null }> =>
  new Promise((done) => child.once("close", (status, signal) => done({ status, signal })));

t.test("handlers", async (t) => {
  const child = start(compile("handlers"));
  let output = "";
  child.stdout!.on("data", (bytes: Buffer) => (output += bytes.toString("latin1")));
  t.same(await end(child), { status: null, signal: "SIGUSR1" });
  t.equal(output, readFileSync(join(folder, "handlers.txt"), "latin1"));
});

t.test("Ctrl-C", async (t) => {
  const child = start(compile("break"));
  const lines: string[] = [];
  let rest = "";
  child.stdout!.on("data", (bytes: Buffer) => {
    const parts = (rest + bytes.toString("latin1")).split("\n");
    rest = parts.pop()!;
    for (const line of parts) {
      lines.push(line);
      // A program that is about to wait gets a moment to start waiting.
      if (!line.startsWith("Break")) setTimeout(() => child.kill("SIGINT"), 100);
    }
  });
  t.same(await end(child), { status: null, signal: "SIGINT" });
  const caught = ["a loop", "recursion", "read_line", "sleep", "sleep with threads"];
  t.same(lines, [...caught.flatMap((what) => [what, `Break in ${what}`]), "death"]);
});
