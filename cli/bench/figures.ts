/** Figures from results: times without start-up, ratios between engines. */
import type { Outcome, ProgramResult, Results } from "./results.ts";
import { type Estimate, geometricMeanOfRatios, median, type Pair, pairedRatio } from "../../loader/statistics.ts";

/** Least part of its time that a program must take besides starting, for its time to mean something. */
const LEAST_PART = 0.25;

export const outcomeOf = (outcomes: readonly Outcome[], engine: string): Outcome | undefined =>
  outcomes.find((outcome) => outcome.engine === engine);

/**
 * User times without those of starting, round by round: of an outcome, unless other times with its engine are given. undefined:
 * there are none, or starting takes most of the time, so that the rest cannot be told.
 */
export function netTimes(
  results: Pick<Results, "startUp">,
  outcome: Outcome | undefined,
  times: readonly number[] = outcome?.times.user ?? [],
): readonly number[] | undefined {
  const start = outcome && outcomeOf(results.startUp, outcome.engine);
  if (!outcome || !start || outcome.problem !== undefined || times.length === 0) return undefined;
  const starting = start.problem === undefined && start.times.user.length > 0 ? median(start.times.user) : 0;
  const net = times.map((t) => t - starting);
  return median(net) < LEAST_PART * median(times) ? undefined : net;
}

/** Net times of an engine and of the one that ratios refer to, in the same rounds. */
export function pairOf(results: Results, { outcomes }: ProgramResult, engine: string, base: string): Pair | undefined {
  const samples = netTimes(results, outcomeOf(outcomes, engine));
  const others = netTimes(results, outcomeOf(outcomes, base));
  if (!samples || !others) return undefined;
  const rounds = Math.min(samples.length, others.length);
  return { samples: samples.slice(0, rounds), base: others.slice(0, rounds) };
}

export interface RatioRow {
  readonly program: string;
  readonly ratio: Estimate | undefined;
}

/** How many times the time of `base` an engine takes: for each program, and the geometric mean. */
export function ratios(results: Results, engine: string, base: string): { rows: RatioRow[]; mean: Estimate | undefined } {
  const pairs = results.programs.map((program) => pairOf(results, program, engine, base));
  const known = pairs.filter((pair) => pair !== undefined);
  return {
    rows: pairs.map((pair, i) => ({ program: results.programs[i]!.name, ratio: pair && pairedRatio(pair) })),
    mean: known.length > 0 ? geometricMeanOfRatios(known) : undefined,
  };
}
