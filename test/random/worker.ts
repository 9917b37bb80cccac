/** Tries programs in a process of its own. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nextChunk } from "./chunks.ts";
import { type Comparison, compare, type Difference } from "./compare.ts";
import type { Finding, Report, Task } from "./driver.ts";
import { Kit, PRELUDE } from "./kit.ts";
import { generate, type Program, unitOf } from "./program.ts";
import { references } from "./reference.ts";
import { shrink } from "./shrink.ts";
import { type Tier, tiers } from "./tiers.ts";

/** How many programs are tried to make one smaller. */
const ATTEMPTS = 400;

const { from, to, kit: folder, reference, output } = JSON.parse(process.argv[2]!) as Task;
const compilers = reference === undefined ? [] : references(reference);
const kit = new Kit(folder);
const say = (report: Report): void => void process.send!(report);

/** Write the small version of a program that fails to a file of its own. */
function record(difference: Difference, next: number): Finding {
  const { program } = difference;
  const [first, second] = difference.tiers;
  const options = {
    kit,
    tiers: tiers.filter(({ name }) => difference.tiers.includes(name)),
    references: compilers.filter(({ name }) => name === second),
  };
  let last = difference;
  const fails = (smaller: Program): boolean => {
    say({ next, findings: [], refused: [] });
    const [found] = compare([smaller], options).differences;
    last = found ?? last;
    return found !== undefined;
  };
  const small = fails(program) ? shrink(program, { fails, attempts: ATTEMPTS }) : undefined;
  const file = join(output, `random-${program.seed}.ml`);
  const together = small === undefined ? "(* Fails only together with the programs before it. *)\n" : "";
  mkdirSync(output, { recursive: true });
  writeFileSync(file, `${together}module Prelude = struct\n${readFileSync(PRELUDE, "latin1")}end\n\n${unitOf([small ?? program])}`, "latin1");
  return { seed: program.seed, what: `${first} and ${second} differ, see ${file}:\n--- ${first}\n${last.outputs[0]}--- ${second}\n${last.outputs[1]}` };
}

/** What compilers have not accepted: ours has to, those of OCaml have bugs. */
const refusals = ({ refused }: Comparison, ours: boolean): Finding[] =>
  refused
    .filter(({ by }) => (by === "Bactrian") === ours)
    .map(({ program, by, message }) => ({ seed: program.seed, what: `refused by ${by}: ${message}` }));

interface Group {
  readonly programs: readonly Program[];
  readonly tiers: readonly Tier[];
}

/** Programs, and the tiers that all of them run in; the slow tiers have programs of their own. */
function groups(programs: readonly Program[]): Group[] {
  const covers = (tier: Tier): Program[] => programs.filter(({ seed }) => tier.covers(seed));
  const [all, some] = [tiers.filter((tier) => covers(tier).length === programs.length), tiers.filter((tier) => covers(tier).length < programs.length)];
  return [{ programs, tiers: all }, ...some.map((tier) => ({ programs: covers(tier), tiers: [tiers[0]!, tier] }))];
}

/** A tier that says, too, that the process is alive. */
const reporting = (tier: Tier, next: number): Tier => ({
  ...tier,
  run: (batch) => {
    say({ next, findings: [], refused: [] });
    return tier.run(batch);
  },
});

for (let at = from; at < to; at = nextChunk(at, to)) {
  const next = nextChunk(at, to);
  const programs = Array.from({ length: next - at }, (_, i) => generate(at + i));
  const comparisons = groups(programs).map((group, i) => {
    return compare(group.programs, { kit, tiers: group.tiers.map((tier) => reporting(tier, at)), references: i === 0 ? compilers : [] });
  });
  const differences = comparisons.flatMap((it) => it.differences.map((difference) => record(difference, at)));
  say({
    next,
    findings: [...differences, ...comparisons.flatMap((it) => refusals(it, true))],
    refused: comparisons.flatMap((it) => refusals(it, false)),
  });
}
process.disconnect();
