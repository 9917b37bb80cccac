/**
 * Damaged executables, units, libraries and marshalled data are run as Bactrian runs them: whatever they do, that ends with
 * one line that says what is wrong, or with the program (npm run hostile for more of them).
 */
import { availableParallelism, tmpdir } from "node:os";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { line, sumOf, type Tally, tryAll } from "./hostile/driver.ts";
import { live, prepareMaterial } from "./hostile/living.ts";
import { allSubjects, type Kind } from "./hostile/subjects.ts";

/** Mutations of each file: more where they are quick. */
const COUNTS: Readonly<Record<Kind, number>> = { executable: 1000, linked: 2200, loaded: 2000, marshalled: 4000 };
const LEAST = 20_000;
/** Parts of all that may end with the crash of a program which the verifier has let through, and that may not end at all. */
const MOST_CRASHES = 0.02;
const MOST_ENDLESS = 0.005;

/** Damaged units, as many without checksum, and as many plugins, that one session loads. */
const LIVING = 150;
/** Bytes of values that a file may leave behind, on average: what its unit holds, if it is loaded. */
const MOST_LEFT = 4000;

t.setTimeout(500_000);

t.test("damaged files", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-hostile-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const tallies: Tally[] = [];
  const subjects = await allSubjects(folder);
  await tryAll(subjects, 0, ({ kind }) => COUNTS[kind], Math.min(2, availableParallelism()), (tally) => {
    tallies.push(tally);
    const bad = tally.remarkable.filter(({ outcome }) => outcome === "bug" || outcome === "stuck");
    t.same(bad.map(line), [], tally.subject.name);
    t.equal(sumOfAll([tally]), COUNTS[tally.subject.kind], `${tally.subject.name}: all are tried`);
    t.ok(tally.counts.refused, `${tally.subject.name}: some are refused`);
    t.ok((tally.counts.ended ?? 0) + (tally.counts.uncaught ?? 0), `${tally.subject.name}: some run to their ends`);
  });
  const total = sumOfAll(tallies);
  t.ok(total >= LEAST, `${total} are tried`);
  const { crashed = 0, ended = 0, endless = 0, uncaught = 0 } = sumOf(tallies.map(({ counts }) => counts));
  t.ok(ended > 0, `${ended} end`);
  t.ok(uncaught > 0, `${uncaught} end with an exception`);
  t.ok(crashed < MOST_CRASHES * total, `${crashed} crash`);
  t.ok(endless < MOST_ENDLESS * total, `${endless} do not end`);
});

t.test("a living session", async (t) => {
  for (const native of [false, true]) {
    const { fates, memory } = await live(prepareMaterial(native), LIVING, native ? 50_000 : 0);
    const name = native ? "native" : "interpreted";
    for (const kind of ["unit", "plugin"] as const) {
      t.same(fates[kind], { loaded: 0, raised: 0, refused: LIVING, ended: 0 }, `${name}: each ${kind} is refused`);
    }
    const { loaded, raised, refused } = fates.unchecked;
    t.equal(loaded + raised + refused, LIVING, `${name}: all units without checksum are tried`);
    t.ok(loaded > 0, `${name}: some are loaded`);
    t.ok(refused > 0, `${name}: some are refused`);
    const [before, after] = memory;
    t.ok(after.live - before.live < MOST_LEFT * LIVING, `${name}: ${before.live} bytes become ${after.live}`);
  }
});

const sumOfAll = (tallies: readonly Tally[]): number =>
  Object.values(sumOf(tallies.map(({ counts }) => counts))).reduce((sum, n) => sum + n, 0);
