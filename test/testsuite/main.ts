/**
 * Runs OCaml's own testsuite (node_modules/ocaml/testsuite/tests) with OCaml's tools, all on Bactrian:
 *
 *     npm run testsuite -- [FOLDER…] [--filter REGEXP] [--jobs N] [--seconds N] [--json FILE] [--verbose] [--keep]
 *                          [--tier interp|native] [--plugins bytecode|native]
 *
 * `--tier` and `--plugins` tell in which tiers programs and what they load run; lists (a,b) stand for all combinations.
 *
 * Ends with status 1 when a test failed that expected-failures.json does not list, or that lists one which passes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { findTests } from "./find.ts";
import { judge, table } from "./report.ts";
import { type Outcome, runTest } from "./runner.ts";
import { INTERPRETED, PLUGIN_KINDS, PROGRAM_TIERS, type Tiers } from "./tiers.ts";
import { prepareTree } from "./tree.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    filter: { type: "string", default: "" },
    jobs: { type: "string", default: "2" },
    seconds: { type: "string", default: "120" },
    json: { type: "string" },
    verbose: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    tier: { type: "string", default: INTERPRETED.program },
    plugins: { type: "string", default: INTERPRETED.plugins },
  },
});

const expected = JSON.parse(readFileSync(new URL("expected-failures.json", import.meta.url), "utf8")) as Record<string, string>;
const pattern = new RegExp(values.filter);
const tests = findTests(positionals).filter((test) => pattern.test(test));
const folder = mkdtempSync(join(tmpdir(), "bactrian-testsuite-"));

/** The values of an option, which must be some of these. */
function chosen<T extends string>(option: string, text: string, known: readonly T[]): T[] {
  return text.split(",").map((word) => {
    const value = known.find((name) => name === word);
    if (value === undefined) throw new Error(`--${option} ${text}: give ${known.join(" or ")}`);
    return value;
  });
}

function show(outcome: Outcome, done: number): void {
  const { test, status, reason, log, seconds } = outcome;
  const verdict = judge(outcome, expected);
  const brief = values.verbose ? reason : reason.split("\n")[0]!;
  const time = seconds >= 10 ? ` (${seconds.toFixed(0)} s)` : "";
  console.log(`${done}/${tests.length} ${test}: ${verdict}${time}${brief ? ` (${brief})` : ""}`);
  if (values.verbose && status === "failed") console.log(log.replaceAll(/^/gm, "  | "));
}

/** Run all tests in some tiers. */
async function runAll(tiers: Tiers): Promise<Outcome[]> {
  const queue = [...tests];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let test = queue.shift(); test !== undefined; test = queue.shift()) {
      const outcome = await runTest(test, { folder, seconds: Number(values.seconds), keep: values.keep, tiers });
      outcomes.push(outcome);
      show(outcome, outcomes.length);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  return outcomes.sort((a, b) => (a.test < b.test ? -1 : 1));
}

const plugins = chosen("plugins", values.plugins, PLUGIN_KINDS);
const combinations = chosen("tier", values.tier, PROGRAM_TIERS).flatMap((program) => plugins.map((kind): Tiers => ({ program, plugins: kind })));
await prepareTree();
const all: (Outcome & Tiers)[] = [];
for (const tiers of combinations) {
  if (combinations.length > 1) console.log(`\n---- programs: ${tiers.program}, plugins: ${tiers.plugins}`);
  const outcomes = await runAll(tiers);
  all.push(...outcomes.map((outcome) => ({ ...outcome, ...tiers })));
  console.log(`\n${table(outcomes, expected)}`);
}
if (values.keep) console.log(`what the tests have made is in ${folder}`);
else rmSync(folder, { recursive: true });
if (values.json !== undefined) {
  const results = all.map(({ log: _, ...rest }) => ({ folder: dirname(rest.test), ...rest }));
  writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
}
if (all.some((o) => ["FAILED", "PASSED UNEXPECTEDLY"].includes(judge(o, expected)))) process.exitCode = 1;
