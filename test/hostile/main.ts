/**
 * Runs many damaged files (npm run hostile -- [options]) and prints how that ends: see attempts.ts. Status 1: there is a bug.
 *
 *     --count N      mutations of each file (default: 5000)
 *     --seed N       the first seed (default: 0)
 *     --only TEXT    only subjects with TEXT in their names
 *     --jobs N       processes at a time (default: 2)
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describe, line, sumOf, type Tally, tryAll } from "./driver.ts";
import { allSubjects, type Kind } from "./subjects.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "5000" },
    seed: { type: "string", default: "0" },
    only: { type: "string", default: "" },
    jobs: { type: "string", default: "2" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "bactrian-hostile-"));
try {
  const subjects = (await allSubjects(folder)).filter(({ name }) => name.includes(values.only));
  const tallies: Tally[] = [];
  await tryAll(subjects, Number(values.seed), () => Number(values.count), Number(values.jobs), (tally) => {
    tallies.push(tally);
    console.log(`${tally.subject.name}: ${describe(tally.counts)}`);
    for (const report of tally.remarkable) console.log(`    ${line(report)}`);
    if (tally.counts.bug !== undefined || tally.counts.stuck !== undefined) process.exitCode = 1;
  });
  for (const kind of new Set<Kind>(subjects.map((subject) => subject.kind))) {
    const counts = tallies.filter(({ subject }) => subject.kind === kind).map((tally) => tally.counts);
    console.log(`all ${kind}: ${describe(sumOf(counts))}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
