/** Whether programs have become slower since results were kept. */
import { markdownTable } from "markdown-table";
import { UsageError } from "../../loader/errors.ts";
import { whyNotAgain } from "./earlier.ts";
import { netTimes, outcomeOf } from "./figures.ts";
import { showEstimate } from "./report.ts";
import type { EngineHead, Outcome, Results } from "./results.ts";
import { type Estimate, independentRatio, ratioOfPairs, spread } from "../../loader/statistics.ts";

/** How the times of now and of then were made comparable: both run now, side by side; or each measured against the same work. */
type Means = "side by side" | "calibration";
type Verdict = "slower" | "faster" | "same" | "unclear";

export interface Change {
  readonly program: string;
  readonly engine: string;
  readonly means: Means;
  /** Time now over time then. */
  readonly ratio: Estimate;
  readonly verdict: Verdict;
  /** Of the program now. */
  readonly runs: number;
}

/**
 * Changes below that are none: so much differs when the same is measured twice, even by the place of code in memory. On a busy
 * machine calibrated times do more: the spread of what the same work took is added.
 */
const TOLERANCE = 0.02;
/** An interval of calibrated times of which the upper end is no more than so many times the lower one is enough to say that nothing has changed. */
const NARROW = 1.08;
/** When programs run side by side, changes of so much have to be excluded before they are called the same. */
const NOTABLE = 0.06;
/** Fewer runs have no interval of 99 %: all of 7 differ by chance in the same direction in 1.6 % of cases, of 8 in 0.8 %. */
const LEAST_RUNS = 8;
/** There are many comparisons, which are repeated while they are unclear, and each that is wrong fails somebody's build. */
const CONFIDENCE = 0.99;
/** Rounds until it is left unclear, as multiples of those that were asked for. */
const MOST: Readonly<Record<Means, number>> = { "side by side": 8, calibration: 4 };

/** Times of a program as multiples of what the calibration took next to it. */
function relativeTimes(results: Pick<Results, "startUp">, outcome: Outcome | undefined): number[] | undefined {
  return netTimes(results, outcome)?.map((t, i) => t / outcome!.times.calibration[i]!);
}

/** Of calibrated times; `noise`: the spread of what the same work took. */
export function calibratedVerdict({ low, high }: Estimate, noise: number): Verdict {
  const least = 1 + TOLERANCE + noise;
  if (low > least) return "slower";
  if (high < 1 / least) return "faster";
  return high / low > NARROW ? "unclear" : "same";
}

/** Of programs that ran side by side so often. */
export function verdict({ low, high }: Estimate, runs: number): Verdict {
  if (runs < LEAST_RUNS) return "unclear";
  if (low > 1 + TOLERANCE) return "slower";
  if (high < 1 / (1 + TOLERANCE)) return "faster";
  return high < 1 + NOTABLE && low > 1 / (1 + NOTABLE) ? "same" : "unclear";
}

type Measured = Pick<Results, "startUp" | "programs">;

function sideBySide(results: Measured, outcome: Outcome): Omit<Change, "program" | "engine"> | undefined {
  const { now, before } = outcome.sideBySide!;
  const samples = netTimes(results, outcome, now);
  const base = netTimes(results, outcome, before);
  if (!samples || !base) return undefined;
  const ratio = ratioOfPairs({ samples, base }, CONFIDENCE);
  return { means: "side by side", ratio, verdict: verdict(ratio, samples.length), runs: samples.length };
}

function calibrated(results: Measured, outcome: Outcome, baseline: Results, old: Outcome | undefined): Omit<Change, "program" | "engine"> | undefined {
  const now = relativeTimes(results, outcome);
  const then = relativeTimes(baseline, old);
  if (!now || !then) return undefined;
  const ratio = independentRatio(now, then, CONFIDENCE);
  const noise = Math.max(spread(outcome.times.calibration), spread(old!.times.calibration));
  return { means: "calibration", ratio, verdict: calibratedVerdict(ratio, noise), runs: now.length };
}

/**
 * Whether something of what is going to be measured, programs by their names, can be compared with a baseline, which is of `file`.
 * Throws UsageError.
 */
export function checkComparable(
  baseline: Results,
  file: string,
  { args, engines, names }: { readonly args: string; readonly engines: readonly EngineHead[]; readonly names: readonly string[] },
): void {
  if (baseline.args !== args) {
    const given = (text: string): string => (text === "" ? "without --args" : `with --args '${text}'`);
    throw new UsageError(`${file}: was measured ${given(baseline.args)}, and not ${given(args)}. Measure both alike`);
  }
  const known = baseline.programs.filter(({ name }) => names.includes(name));
  if (known.some(({ outcomes }) => outcomes.some(({ engine }) => engines.some(({ name }) => name === engine)))) return;
  const has = baseline.programs.map(({ name }) => name).join(", ");
  const by = baseline.engines.map(({ name }) => name).join(", ");
  throw new UsageError(`${file}: has nothing of what is to be measured, but ${has} with ${by}. Give the same files and --tiers`);
}

/** What both have measured. */
export function compareWithBaseline(results: Measured, baseline: Results): Change[] {
  return results.programs.flatMap(({ name, outcomes }) => {
    const before = baseline.programs.find((program) => program.name === name);
    return outcomes.flatMap((outcome): Change[] => {
      const old = before && outcomeOf(before.outcomes, outcome.engine);
      const change = outcome.sideBySide ? sideBySide(results, outcome) : calibrated(results, outcome, baseline, old);
      return change ? [{ program: name, engine: outcome.engine, ...change }] : [];
    });
  });
}

/**
 * What has to be run again: of which it cannot be said yet whether it has changed, and what was slower in the `runs` first runs
 * only.
 */
export function unsettled(results: Measured, baseline: Results, runs: number): Change[] {
  return compareWithBaseline(results, baseline).filter(
    (c) => c.runs < MOST[c.means] * runs && (c.verdict === "unclear" || (c.verdict === "slower" && c.runs <= runs)),
  );
}

/** Why calibrated times were compared, and what is better. */
function remarks(results: Results, baseline: Results, changes: readonly Change[]): string[] {
  const calibrated = changes.filter(({ means }) => means === "calibration");
  if (calibrated.length === 0) return [];
  const reasons = calibrated.map(({ program, engine }) => {
    const why = whyNotAgain(baseline, program, results.engines.find(({ name }) => name === engine)!);
    return `- ${program}, ${engine}: ${why ?? "the baseline's program could not be run beside it"}`;
  });
  return [
    `Not run side by side with what the baseline has kept:\n\n${reasons.join("\n")}`,
    "Such times are compared as multiples of what the same work took next to them. On most machines that cannot tell 10 % reliably. To " +
      "compare two builds or Nodes, give both: --bactrian OLD/dist/cli/main.js --bactrian NEW/dist/cli/main.js, or --node OLD --node NEW",
  ];
}

/** What has been measured now, but is not compared. */
function missing(results: Results, baseline: Results, changes: readonly Change[]): string[] {
  const lines = results.programs.flatMap(({ name, outcomes }) =>
    outcomes
      .filter(({ engine, problem }) => problem === undefined && !changes.some((c) => c.program === name && c.engine === engine))
      .map((outcome) => {
        const before = baseline.programs.find((program) => program.name === name);
        const old = before && outcomeOf(before.outcomes, outcome.engine);
        const why = !old ? "is not in the baseline" : old.problem !== undefined ? "has failed in the baseline" : "too short";
        return `- ${name}, ${outcome.engine}: ${why}`;
      }),
  );
  return lines.length === 0 ? [] : [`Not compared:\n\n${lines.join("\n")}`];
}

export function baselineReport(results: Results, baseline: Results, changes: readonly Change[], file: string): string {
  const rows = changes.map(({ program, engine, means, ratio, verdict, runs }) => [program, engine, showEstimate(ratio), String(runs), means, verdict]);
  const heading = ["program", "engine", "now / then", "runs", "compared by", ""];
  const sections = [
    `Compared with ${file}; intervals of 99 %`,
    ...(rows.length > 0 ? [markdownTable([heading, ...rows], { align: ["l", "l", "r", "r", "l", "l"] })] : []),
    ...missing(results, baseline, changes),
    ...remarks(results, baseline, changes),
  ];
  return `${sections.join("\n\n")}\n`;
}
