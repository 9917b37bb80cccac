/**
 * Runs OCaml's own testsuite (node_modules/ocaml/testsuite/tests) with OCaml's tools, all on Bactrian:
 *
 *     npm run testsuite -- [FOLDER…] [--filter REGEXP] [--jobs N] [--seconds N] [--json FILE] [--verbose] [--keep]
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
  },
});

const expected = JSON.parse(readFileSync(new URL("expected-failures.json", import.meta.url), "utf8")) as Record<string, string>;
const pattern = new RegExp(values.filter);
const queue = findTests(positionals).filter((test) => pattern.test(test));
const total = queue.length;
const outcomes: Outcome[] = [];
const folder = mkdtempSync(join(tmpdir(), "bactrian-testsuite-"));

function show(outcome: Outcome): void {
  const { test, status, reason, log, seconds } = outcome;
  const verdict = judge(outcome, expected);
  const brief = values.verbose ? reason : reason.split("\n")[0]!;
  const time = seconds >= 10 ? ` (${seconds.toFixed(0)} s)` : "";
  console.log(`${outcomes.length}/${total} ${test}: ${verdict}${time}${brief ? ` (${brief})` : ""}`);
  if (values.verbose && status === "failed") console.log(log.replaceAll(/^/gm, "  | "));
}

async function work(): Promise<void> {
  for (let test = queue.shift(); test !== undefined; test = queue.shift()) {
    const outcome = await runTest(test, { folder, seconds: Number(values.seconds), keep: values.keep });
    outcomes.push(outcome);
    show(outcome);
  }
}

await prepareTree();
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
if (values.keep) console.log(`what the tests have made is in ${folder}`);
else rmSync(folder, { recursive: true });
outcomes.sort((a, b) => (a.test < b.test ? -1 : 1));
console.log(`\n${table(outcomes, expected)}`);
if (values.json !== undefined) {
  const tests = outcomes.map(({ log: _, ...rest }) => ({ folder: dirname(rest.test), ...rest }));
  writeFileSync(values.json, `${JSON.stringify(tests, null, 1)}\n`);
}
if (outcomes.some((o) => ["FAILED", "PASSED UNEXPECTEDLY"].includes(judge(o, expected)))) process.exitCode = 1;
