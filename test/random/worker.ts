/** Tries programs in a process of its own. */
import { nextChunk } from "./chunks.ts";
import { type Comparison, compare } from "./compare.ts";
import type { Finding, Report, Task } from "./driver.ts";
import { Kit } from "./kit.ts";
import { generate, type Program } from "./program.ts";
import { Recorder } from "./record.ts";
import { references } from "./reference.ts";
import { type Tier, tiers } from "./tiers.ts";

const task = JSON.parse(process.argv[2]!) as Task;
const compilers = task.reference === undefined ? [] : references(task.reference);
const say = (report: Report): void => void process.send!(report);

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

/** Try the programs from `from` up to, but not with, `next`: a chunk, or a part of one. */
function tryChunk(from: number, next: number, kit: Kit): void {
  const alive = (): void => say({ next: from, findings: [], refused: [] });
  /** A tier that says, too, that the process is alive. */
  const reporting = (tier: Tier): Tier => ({
    ...tier,
    run: (batch) => {
      alive();
      return tier.run(batch);
    },
  });
  const programs = Array.from({ length: next - from }, (_, i) => generate(from + i));
  const comparisons = groups(programs).map((group, i) => {
    return compare(group.programs, { kit, tiers: group.tiers.map(reporting), references: i === 0 ? compilers : [] });
  });
  const recorder = new Recorder(task, compilers, alive);
  const differences = comparisons.flatMap((it) => it.differences.map((difference) => recorder.difference(kit, difference)));
  say({
    next,
    findings: [...differences, ...comparisons.flatMap((it) => refusals(it, true))],
    refused: comparisons.flatMap((it) => refusals(it, false)),
  });
}

function tryFatal(seed: number): void {
  const finding = new Recorder(task, compilers, () => say({ next: seed, findings: [], refused: [] })).fatal(seed);
  say({ next: seed + 1, findings: finding ? [finding] : [], refused: [] });
}

if (task.fatal) tryFatal(task.from);
else {
  const kit = new Kit(task.kit);
  for (let at = task.from; at < task.to; at = nextChunk(at, task.to)) tryChunk(at, nextChunk(at, task.to), kit);
}
process.disconnect();
