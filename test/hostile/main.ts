/**
 * Runs many damaged files (npm run hostile -- [options]) and prints how that ends: see attempts.ts. Status 1: there is a bug.
 *
 *     --count N      mutations of each file (default: 5000)
 *     --seed N       the first seed (default: 0)
 *     --only TEXT    only subjects with TEXT in their names
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describe, tryMutations } from "./driver.ts";
import { allSubjects } from "./subjects.ts";

const { values } = parseArgs({
  options: { count: { type: "string", default: "5000" }, seed: { type: "string", default: "0" }, only: { type: "string", default: "" } },
});
const folder = mkdtempSync(join(tmpdir(), "bactrian-hostile-"));
try {
  for (const subject of await allSubjects(folder)) {
    if (!subject.name.includes(values.only)) continue;
    const { counts, remarkable } = await tryMutations(subject, Number(values.seed), Number(values.count));
    console.log(`${subject.name}: ${describe(counts)}`);
    for (const { seed, damage, outcome, detail } of remarkable) console.log(`    seed ${seed}, ${damage}: ${outcome} ${detail}`);
    if (counts.bug !== undefined) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
