/** Runs benchmarks alternately with several engines, checks that all write the same, and tabulates one quantity. */
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { type Engine, type EngineOptions, enginesOf, machine } from "./engines.ts";
import type { Sample } from "./measure.ts";
import { geometricMean, median, ratio, showRatio, table } from "./statistics.ts";

export interface Benchmark {
  readonly name: string;
  /** Bytecode executable and its arguments. */
  readonly argv: readonly string[];
  /** The same in machine code, for engines that run such. */
  readonly native?: readonly string[];
  /** Something besides the standard output that must be equal for all engines. */
  readonly result?: () => string;
}

/** What is compared, and how one run gives it. */
export interface Quantity {
  readonly unit: string;
  /** Digits after the point in the table. */
  readonly digits: number;
  readonly sample: (command: readonly string[]) => Sample;
  /** Engines, except the first, may fail: they are then left out for that program, and the status of the end is 1. */
  readonly lenient?: boolean;
}

/** A list of samples, over the rounds, for each engine; empty for those that have failed. */
interface Result {
  readonly name: string;
  readonly samples: readonly (readonly number[])[];
}

const message = (e: unknown): string => (e instanceof Error ? e.message : String(e));

function run(benchmark: Benchmark, engines: readonly Engine[], rounds: number, quantity: Quantity): Result {
  const samples = engines.map((): number[] => []);
  const failed = new Set<Engine>();
  let expected: string | undefined;
  const once = (engine: Engine): number => {
    const argv = engine.native === true ? benchmark.native! : benchmark.argv;
    const { value, stdout } = quantity.sample([...engine.command, ...argv]);
    const output = stdout + (benchmark.result?.() ?? "");
    expected ??= output;
    if (output !== expected) throw new Error(`the output differs\nfirst: ${expected}\nnow:   ${output}`);
    return value;
  };
  for (let round = 0; round < rounds; round++) {
    engines.forEach((engine, i) => {
      if (failed.has(engine)) return;
      try {
        samples[i]!.push(once(engine));
      } catch (e) {
        const report = `${benchmark.name} with ${engine.label}: ${message(e)}`;
        if (quantity.lenient !== true || i === 0) throw new Error(report);
        process.stderr.write(`${report}\n`);
        process.exitCode = 1;
        samples[i] = [];
        failed.add(engine);
      }
    });
  }
  return { name: benchmark.name, samples };
}

function report(engines: readonly Engine[], results: readonly Result[], { unit, digits }: Quantity): string {
  const others = engines.slice(1);
  const ratioTo = (base: readonly number[]) => (s: readonly number[]) => (s.length === 0 ? undefined : ratio(s, base));
  const ratios = results.map(({ samples }) => samples.slice(1).map(ratioTo(samples[0]!)));
  const heading = ["program", ...engines.map((e) => `${e.label} (${unit})`), ...others.map((e) => `${e.label}: ratio`)];
  const rows = results.map(({ name, samples }, i) => [
    name,
    ...samples.map((s) => (s.length === 0 ? "failed" : median(s).toFixed(digits))),
    ...ratios[i]!.map((r) => (r === undefined ? "" : showRatio(r))),
  ]);
  const summary = (name: string, of: (medians: number[]) => number): string[] => {
    const medians = others.map((_, i) => ratios.flatMap((row) => row[i]?.median ?? []));
    return [name, ...engines.map(() => ""), ...medians.map((m) => (m.length === 0 ? "" : of(m).toFixed(3)))];
  };
  const worst = summary("worst", (medians) => Math.max(...medians));
  return table([heading, ...rows, summary("geometric mean", geometricMean), worst]);
}

/**
 * The whole of a benchmark command: runs, table on stdout, and JSON when asked for. Ends the process with status 1 when
 * something cannot be run or engines disagree about the output (but see `lenient`).
 */
export function compare<O extends EngineOptions>(
  command: Command,
  benchmarks: (options: O) => Benchmark[],
  quantity: Quantity,
  enginesFor: (options: O) => Engine[] = (options) => enginesOf(options),
): void {
  const options = command.parse().opts<O>();
  try {
    const engines = enginesFor(options);
    const list = benchmarks(options);
    if (list.length === 0) throw new Error("no such programs");
    const results = list.map((benchmark) => {
      process.stderr.write(`${benchmark.name}…\n`);
      return run(benchmark, engines, options.rounds, quantity);
    });
    process.stdout.write(`${report(engines, results, quantity)}\n`);
    if (options.json === undefined) return;
    const data = { machine: machine(), unit: quantity.unit, size: options.size, engines, results };
    writeFileSync(options.json, `${JSON.stringify(data, null, 1)}\n`);
  } catch (e) {
    command.error(message(e));
  }
}
