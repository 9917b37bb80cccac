/** Whether programs have become slower since results were kept. */
import { markdownTable } from "markdown-table";
import { netTimes, outcomeOf } from "./figures.ts";
import { showEstimate } from "./report.ts";
import type { Outcome, Results } from "./results.ts";
import { type Estimate, independentRatio, spread } from "../../loader/statistics.ts";

export interface Change {
  readonly program: string;
  readonly engine: string;
  /** Time now over time then, both relative to what the calibration took. */
  readonly ratio: Estimate;
  readonly verdict: "slower" | "faster" | "same" | "unclear";
  /** Of the program now. */
  readonly runs: number;
}

/**
 * Changes below that are none: so much differs when the same is measured twice, even by the place of code in memory. On a busy
 * machine more does: the spread of what the same work took is added.
 */
const TOLERANCE = 0.02;
/** An interval of which the upper end is no more than so many times the lower one is enough to say that nothing has changed. */
const NARROW = 1.08;
/** There are many comparisons, which are repeated while they are unclear, and each that is wrong fails somebody's build. */
const CONFIDENCE = 0.99;

/** Times of a program as multiples of what the calibration took next to it. */
function relativeTimes(results: Pick<Results, "startUp">, outcome: Outcome | undefined): number[] | undefined {
  return netTimes(results, outcome)?.map((t, i) => t / outcome!.times.calibration[i]!);
}

/** `noise`: the spread of what the same work took. */
export function verdict({ low, high }: Estimate, noise: number): Change["verdict"] {
  const least = 1 + TOLERANCE + noise;
  if (low > least) return "slower";
  if (high < 1 / least) return "faster";
  return high / low > NARROW ? "unclear" : "same";
}

/** What both have measured. */
export function compareWithBaseline(results: Pick<Results, "startUp" | "programs">, baseline: Results): Change[] {
  return results.programs.flatMap(({ name, outcomes }) => {
    const before = baseline.programs.find((program) => program.name === name);
    return outcomes.flatMap((outcome): Change[] => {
      const old = before && outcomeOf(before.outcomes, outcome.engine);
      const now = relativeTimes(results, outcome);
      const then = relativeTimes(baseline, old);
      if (!now || !then) return [];
      const ratio = independentRatio(now, then, CONFIDENCE);
      const noise = Math.max(spread(outcome.times.calibration), spread(old!.times.calibration));
      return [{ program: name, engine: outcome.engine, ratio, verdict: verdict(ratio, noise), runs: now.length }];
    });
  });
}

/**
 * Names of programs that have to be run again: those of which it cannot be said yet whether they have changed, and those that
 * were slower in the `runs` first runs only.
 */
export function unsettledPrograms(results: Pick<Results, "startUp" | "programs">, baseline: Results, runs: number): ReadonlySet<string> {
  const unsettled = compareWithBaseline(results, baseline).filter((c) => c.verdict === "unclear" || (c.verdict === "slower" && c.runs <= runs));
  return new Set(unsettled.map(({ program }) => program));
}

export function baselineReport(changes: readonly Change[], file: string): string {
  const rows = changes.map(({ program, engine, ratio, verdict }) => [program, engine, showEstimate(ratio), verdict]);
  const table = markdownTable([["program", "engine", "now / then", ""], ...rows], { align: ["l", "l", "r", "l"] });
  return `Compared with ${file}\n\n${table}\n`;
}
