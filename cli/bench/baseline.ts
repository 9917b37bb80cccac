/** Whether programs have become slower since results were kept. */
import { markdownTable } from "markdown-table";
import { netTimes, outcomeOf } from "./figures.ts";
import { showEstimate } from "./report.ts";
import type { Outcome, Results } from "./results.ts";
import { type Estimate, independentRatio } from "../../loader/statistics.ts";

export interface Change {
  readonly program: string;
  readonly engine: string;
  /** Time now over time then, both relative to what the calibration took. */
  readonly ratio: Estimate;
  readonly verdict: "slower" | "faster" | "same" | "unclear";
}

/** Changes below that are none: so much differs when the same is measured twice, even by the place of code in memory. */
const TOLERANCE = 0.02;
/** An interval of which the upper end is no more than so many times the lower one is enough to say that nothing has changed. */
const NARROW = 1.08;
/** There are many comparisons, which are repeated while they are unclear, and each that is wrong fails somebody's build. */
const CONFIDENCE = 0.99;

/** Times of a program as multiples of what the calibration took next to it. */
function relativeTimes(results: Pick<Results, "startUp">, outcome: Outcome | undefined): number[] | undefined {
  return netTimes(results, outcome)?.map((t, i) => t / outcome!.times.calibration[i]!);
}

export function verdict({ low, high }: Estimate): Change["verdict"] {
  if (low > 1 + TOLERANCE) return "slower";
  if (high < 1 / (1 + TOLERANCE)) return "faster";
  return high / low > NARROW ? "unclear" : "same";
}

/** What both have measured. */
export function compareWithBaseline(results: Pick<Results, "startUp" | "programs">, baseline: Results): Change[] {
  return results.programs.flatMap(({ name, outcomes }) => {
    const before = baseline.programs.find((program) => program.name === name);
    return outcomes.flatMap((outcome): Change[] => {
      const now = relativeTimes(results, outcome);
      const then = before && relativeTimes(baseline, outcomeOf(before.outcomes, outcome.engine));
      if (!now || !then) return [];
      const ratio = independentRatio(now, then, CONFIDENCE);
      return [{ program: name, engine: outcome.engine, ratio, verdict: verdict(ratio) }];
    });
  });
}

/** Names of programs of which it cannot be said yet whether they have changed. */
export function unclearPrograms(results: Pick<Results, "startUp" | "programs">, baseline: Results): ReadonlySet<string> {
  return new Set(compareWithBaseline(results, baseline).flatMap((c) => (c.verdict === "unclear" ? [c.program] : [])));
}

export function baselineReport(changes: readonly Change[], file: string): string {
  const rows = changes.map(({ program, engine, ratio, verdict }) => [program, engine, showEstimate(ratio), verdict]);
  const table = markdownTable([["program", "engine", "now / then", ""], ...rows], { align: ["l", "l", "r", "l"] });
  return `Compared with ${file}\n\n${table}\n`;
}
