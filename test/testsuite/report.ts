/** What came out of the tests, for reading. */
import type { Outcome } from "./runner.ts";

export type Verdict = "passed" | "skipped" | "failed as expected" | "FAILED" | "PASSED UNEXPECTEDLY";

/** `expected`: the reasons of failures that are known, by test. */
export function judge({ test, status }: Outcome, expected: Readonly<Record<string, string>>): Verdict {
  const known = test in expected;
  if (status === "failed") return known ? "failed as expected" : "FAILED";
  return status === "passed" && known ? "PASSED UNEXPECTEDLY" : status;
}

const COLUMNS = ["passed", "failed", "known", "skipped"] as const;
type Counts = Record<(typeof COLUMNS)[number], number>;

function count(counts: Map<string, Counts>, key: string, column: keyof Counts): void {
  const row = counts.get(key) ?? { passed: 0, failed: 0, known: 0, skipped: 0 };
  row[column]++;
  counts.set(key, row);
}

const WIDTH = 34;

const row = (name: string, cells: readonly (number | string)[]): string =>
  name.padEnd(WIDTH) + cells.map((cell) => String(cell || "·").padStart(8)).join("");

/** Numbers for each folder and in all ("known": failures that are expected), and why tests were skipped. */
export function table(outcomes: readonly Outcome[], expected: Readonly<Record<string, string>>): string {
  const folders = new Map<string, Counts>();
  const reasons = new Map<string, number>();
  for (const outcome of outcomes) {
    const { status, reason, test } = outcome;
    const column = judge(outcome, expected) === "failed as expected" ? "known" : status;
    for (const key of [test.split("/")[0]!, "all"]) count(folders, key, column);
    if (status === "skipped") reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const all = folders.get("all");
  folders.delete("all");
  const lines = [row("folder", COLUMNS)];
  for (const [name, counts] of [...folders, ["all", all] as const]) {
    if (counts) lines.push(row(name, COLUMNS.map((column) => counts[column])));
  }
  lines.push("", "skipped because");
  for (const [reason, n] of [...reasons].sort((a, b) => b[1] - a[1])) lines.push(`${String(n).padStart(6)}  ${reason}`);
  return lines.join("\n");
}
