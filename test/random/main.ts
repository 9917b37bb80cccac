/**
 * Runs many random programs (npm run test:random -- [options]) and prints what is wrong. Status 1: something is.
 *
 *     --count N         how many programs (default: 10000)
 *     --seed N          the first seed (default: 0): where a run that was interrupted goes on, or the one of a finding
 *     --jobs N          processes (default: 2)
 *     --reference DIR   compare with OCaml's ocamlc, ocamlrun and ocamlopt in DIR, too
 *     --kit DIR         where what all programs share is kept, for other runs of the same sources (default: it is made again)
 *     --output DIR      where small programs that fail are written (default: random-failures)
 */
import { parseArgs } from "node:util";
import { tryPrograms } from "./driver.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "10000" },
    seed: { type: "string", default: "0" },
    jobs: { type: "string", default: "2" },
    reference: { type: "string" },
    kit: { type: "string" },
    output: { type: "string", default: "random-failures" },
  },
});
const [from, count] = [Number(values.seed), Number(values.count)];
const start = performance.now();
let shown = 0;
let last = "";
const { programs, findings, refused } = await tryPrograms({
  from,
  to: from + count,
  jobs: Number(values.jobs),
  reference: values.reference,
  kit: values.kit,
  output: values.output,
  seconds: 600,
  progress: (tally) => {
    for (; shown < tally.findings.length; shown++) console.log(`seed ${tally.findings[shown]!.seed}: ${tally.findings[shown]!.what}`);
    const state = `${tally.programs}/${count} programs (all below seed ${tally.below}), ${tally.findings.length} findings`;
    if (state === last) return;
    last = state;
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    process.stdout.write(`${state}, ${seconds} s${process.stdout.isTTY ? "\r" : "\n"}`);
  },
});
for (const { seed, what } of refused) console.log(`seed ${seed}: ${what.trim().split("\n").slice(0, 2).join("\n")}`);
console.log(`${programs} programs, ${findings.length} findings, ${refused.length} refused by OCaml's compilers`);
if (findings.length > 0) process.exitCode = 1;
