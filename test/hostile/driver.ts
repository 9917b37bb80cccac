/** Tries many damaged files, and counts how that ends. */
import { runTask } from "../support/processes.ts";
import type { Outcome } from "./attempts.ts";
import type { Subject } from "./subjects.ts";
import type { Report, Task } from "./worker.ts";

/** Milliseconds without a report after which a process is ended; the first report takes its start, too. */
const PATIENCE = 10_000;

/** Megabytes of JavaScript's heap that a process may use. */
const HEAP = 512;

/** How many mutations of a subject have ended how. */
export type Counts = Readonly<Partial<Record<Outcome, number>>>;

export interface Tally {
  readonly subject: Subject;
  readonly counts: Counts;
  /** What somebody should look at: mutations that have ended with a crash, a hang or a bug. */
  readonly remarkable: readonly Report[];
}

/** Try the mutations of a subject with `count` seeds from `seed` on. */
export async function tryMutations(subject: Subject, seed: number, count: number): Promise<Tally> {
  const counts: Partial<Record<Outcome, number>> = {};
  const remarkable: Report[] = [];
  let next = seed;
  const take = (report: Report): void => {
    counts[report.outcome] = (counts[report.outcome] ?? 0) + 1;
    if (report.outcome !== "refused" && report.outcome !== "ended" && report.outcome !== "uncaught") remarkable.push(report);
    next = report.seed + 1;
  };
  while (next < seed + count) {
    const task: Task = { subject, from: next, to: seed + count };
    const failure = await runTask(new URL("worker.ts", import.meta.url), task, { patience: PATIENCE, take, heap: HEAP });
    if (failure) take({ outcome: failure.stuck ? "stuck" : "bug", detail: failure.detail, seed: next, damage: "" });
  }
  return { subject, counts, remarkable };
}

/** Try the mutations of all subjects, `jobs` subjects at a time, and tell how each has ended as soon as it has. */
export async function tryAll(
  subjects: readonly Subject[],
  seed: number,
  count: (subject: Subject) => number,
  jobs: number,
  tell: (tally: Tally) => void,
): Promise<void> {
  const left = [...subjects];
  const work = async (): Promise<void> => {
    for (let subject = left.shift(); subject; subject = left.shift()) tell(await tryMutations(subject, seed, count(subject)));
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

/** The sum of some counts. */
export function sumOf(all: readonly Counts[]): Counts {
  const sum: Partial<Record<Outcome, number>> = {};
  for (const counts of all) {
    for (const [outcome, n] of Object.entries(counts) as [Outcome, number][]) sum[outcome] = (sum[outcome] ?? 0) + n;
  }
  return sum;
}

/** What to look at: `seed 7, flip CODE: crashed RuntimeError: unreachable`. */
export const line = ({ seed, damage, outcome, detail }: Report): string => `seed ${seed}, ${damage}: ${outcome} ${detail}`;

/** Counts as text: `ended 3, refused 7`. */
export function describe(counts: Counts): string {
  return Object.entries(counts)
    .sort()
    .map(([outcome, n]) => `${outcome} ${n}`)
    .join(", ");
}
