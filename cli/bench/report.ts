/** Results as tables of Markdown. */
import { markdownTable } from "markdown-table";
import { netTimes, outcomeOf, ratios } from "./figures.ts";
import type { Outcome, Results } from "./results.ts";
import { type Estimate, median, spread } from "../../loader/statistics.ts";

/** What is not known. */
const NONE = "–";

const MEGA = 1e6;

/** Significant digits enough to compare, and no more. */
export function figure(x: number): string {
  return x.toFixed(x >= 100 ? 0 : x >= 10 ? 1 : x >= 0.1 || x < 0.0005 ? 2 : 3);
}

export const showEstimate = ({ value, low, high }: Estimate): string => `${figure(value)} (${figure(low)}–${figure(high)})`;

const showTimes = (times: readonly number[]): string =>
  times.length === 1 ? figure(times[0]!) : `${figure(median(times))} ±${(100 * spread(times)).toFixed(0)} %`;

const medianOr = (samples: readonly number[], scale = 1): string => (samples.length === 0 ? NONE : figure(median(samples) * scale));

/** The first column to the left, all others to the right. */
function table(rows: readonly (readonly string[])[], left = 1): string {
  return markdownTable(rows, { align: rows[0]!.map((_, i) => (i < left ? "l" : "r")) });
}

function timeCell(results: Results, outcome: Outcome | undefined): string {
  if (!outcome) return NONE;
  if (outcome.problem !== undefined) return "failed";
  const net = netTimes(results, outcome);
  return net ? showTimes(net) : outcome.times.user.length === 0 ? NONE : "too short";
}

/** User times of all programs with all engines, and ratios to those of one. */
function timeTable(results: Results, base: string): string {
  const engines = results.engines.map(({ name }) => name);
  const others = engines.filter((name) => name !== base);
  const columns = others.map((name) => ratios(results, name, base));
  const rows = results.programs.map(({ name, outcomes }, i) => [
    name,
    ...engines.map((engine) => timeCell(results, outcomeOf(outcomes, engine))),
    ...columns.map(({ rows }) => (rows[i]!.ratio ? showEstimate(rows[i]!.ratio) : NONE)),
  ]);
  const means = columns.map(({ mean }) => (mean ? showEstimate(mean) : NONE));
  const heading = ["program", ...engines.map((name) => `${name} (s)`), ...others.map((name) => `${name} / ${base}`)];
  const summary = results.programs.length > 1 ? [["geometric mean", ...engines.map(() => ""), ...means]] : [];
  return table([heading, ...rows, ...summary]);
}

/** What does not fit there: for each program and engine. */
function detailTable(results: Results): string {
  const heading = ["program", "engine", "elapsed (s)", "peak memory (MiB)", "minor words (M)", "promoted (M)", "major (M)", "collections", "major cycles", "code (KiB)", "compiling (s)"];
  const rows = results.programs.flatMap(({ name, outcomes }) =>
    outcomes
      .filter(({ problem }) => problem === undefined)
      .map(({ engine, times, peakBytes, collections, codeBytes, compile }) => {
        const { minor_words, promoted_words, major_words, minor_collections, major_collections } = collections ?? {};
        const words = (n: number | undefined): string => (n === undefined ? NONE : figure(n / MEGA));
        return [
          name,
          engine,
          medianOr(times.wall),
          peakBytes === undefined ? NONE : (peakBytes / 2 ** 20).toFixed(0),
          words(minor_words),
          words(promoted_words),
          words(major_words),
          String(minor_collections ?? NONE),
          String(major_collections ?? NONE),
          codeBytes === undefined ? NONE : (codeBytes / 1024).toFixed(0),
          compile ? figure(compile.user) : NONE,
        ];
      }),
  );
  return table([heading, ...rows], 2);
}

function startUpTable({ startUp, engines }: Results): string {
  const rows = startUp.map(({ engine, times, peakBytes, codeBytes, compile }) => [
    engine,
    engines.find(({ name }) => name === engine)?.version ?? "",
    medianOr(times.user, 1000),
    medianOr(times.wall, 1000),
    peakBytes === undefined ? NONE : (peakBytes / 2 ** 20).toFixed(0),
    codeBytes === undefined ? NONE : (codeBytes / 1024).toFixed(0),
    compile ? figure(compile.user) : NONE,
  ]);
  return table([["engine", "version", "start-up, user (ms)", "elapsed (ms)", "peak memory (MiB)", "code (KiB)", "compiling (s)"], ...rows], 2);
}

/** What has failed. */
function problems({ programs }: Results): string[] {
  const lines = programs.flatMap(({ name, problem, outcomes }) => [
    ...(problem === undefined ? [] : [`- ${name}: ${problem}`]),
    ...outcomes.flatMap((o) => (o.problem === undefined ? [] : [`- ${name}, ${o.engine}: ${o.problem}`])),
  ]);
  return lines.length === 0 ? [] : [`Failed\n\n${lines.join("\n")}`];
}

/** All of it; `base`: the engine that ratios refer to. */
export function report(results: Results, base: string): string {
  const { date, machine, bactrian } = results;
  const runs = Math.max(0, ...results.startUp.map(({ times }) => times.user.length));
  const sections = [
    `Bactrian ${bactrian}, Node ${machine.node}, ${machine.processors} × ${machine.processor}, ${machine.system}, ${date.slice(0, 10)}`,
    `User time without start-up: median of ${runs} run${runs === 1 ? "" : "s"}, ± half the middle half; ratios with intervals of 95 %`,
    timeTable(results, base),
    "Elapsed time with start-up, memory, allocation, code",
    detailTable(results),
    "Starting: a program that does nothing",
    startUpTable(results),
    ...problems(results),
  ];
  return `${sections.join("\n\n")}\n`;
}
