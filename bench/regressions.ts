/**
 * Whether `bactrian bench --baseline` tells a program that has become slower from one that has not, on this machine, now:
 * `npm run bench:regressions -- [repetitions (20)] [runs (5)] [tiers (interp,native)]`. In each repetition a baseline is taken of a
 * program; then the same program is compared with it, and one that does 10 % more. Ends with status 1 when one of them is
 * called what it is not.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [repetitions = "20", runs = "5", tiers = "interp,native"] = process.argv.slice(2);
const command = join(import.meta.dirname, "..", "dist", "cli", "main.js");

/** A program of loops and short-lived lists, that repeats its work. It prints the same however often. */
const source = (rounds: number): string => `
let work () =
  let x = ref 42 and ones = ref 0 in
  for _ = 1 to 150_000 do
    x := ((!x * 1103515245) + 12345) land 0x7fffffff;
    if !x land 0x10000 <> 0 then incr ones
  done;
  let squares = List.init 5_000 (fun i -> (i + !ones) * i) in
  List.fold_left ( + ) 0 (List.filter (fun i -> i land 3 <> 0) (List.map (fun i -> i lxor 5) squares))
let () =
  let sum = ref 0 in
  for _ = 1 to ${rounds} do sum := work () done;
  print_int !sum; print_newline ()
`;

/** Rounds that take each tier some 0.5 s. In the interpreter 0.1 s of that is the engine's compiling it, which does not get more. */
const ROUNDS: Readonly<Record<string, number>> = { interp: 150, native: 400 };
/** The versions of the program: what they are called, by how much more they do, and the exit status that is right. */
const VERSIONS = [
  { name: "unchanged", factor: 1, right: 0 },
  { name: "10 % more", factor: 1.1, right: 1 },
] as const;

const folder = mkdtempSync(join(tmpdir(), "bactrian-regressions-"));
const sourceOf = (name: string, tier: string): string => join(folder, name, `${tier}.ml`);

/** Its exit status, and the line of the comparison's table, if there is one. */
function bench(tier: string, file: string, ...options: string[]): { status: number; line: string } {
  const args = [command, "bench", "--tiers", tier, ...options, file];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0 && status !== 1) throw new Error(`bactrian bench ended with ${status}: ${stderr}`);
  return { status, line: stdout.split("\n").find((l) => /\b(slower|faster|same|unclear) *\|$/.test(l)) ?? "" };
}

try {
  for (const { name, factor } of VERSIONS) {
    mkdirSync(join(folder, name));
    for (const [tier, rounds] of Object.entries(ROUNDS)) writeFileSync(sourceOf(name, tier), source(Math.round(rounds * factor)));
  }
  const summary: string[] = [];
  for (const tier of tiers.split(",")) {
    const right = VERSIONS.map(() => 0);
    for (let i = 1; i <= Number(repetitions); i++) {
      const json = join(folder, "baseline.json");
      // The program is run again: how often the baseline has run it does not matter.
      bench(tier, sourceOf("unchanged", tier), "--runs", "1", "--json", json);
      for (const [v, version] of VERSIONS.entries()) {
        const { status, line } = bench(tier, sourceOf(version.name, tier), "--runs", runs, "--baseline", json);
        if (status === version.right && line !== "") right[v]!++;
        else process.exitCode = 1;
        console.log(`${i} ${version.name}: exit status ${status} ${line}`);
      }
    }
    summary.push(`${tier}: ${VERSIONS.map(({ name }, v) => `${name}, right in ${right[v]} of ${repetitions}`).join("; ")}`);
  }
  console.log(summary.join("\n"));
} finally {
  rmSync(folder, { recursive: true });
}
