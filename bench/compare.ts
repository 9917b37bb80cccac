/** Runs benchmarks alternately with several engines, checks that all write the same, and tabulates one quantity. */
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { type Engine, type EngineOptions, enginesOf, machine } from "./engines.ts";
import { geometricMean, median, ratio, showRatio, table } from "./statistics.ts";

export interface Benchmark {
  readonly name: string;
  /** Bytecode executable and its arguments. */
  readonly argv: readonly string[];
  /** Something besides the standard output that must be equal for all engines. */
  readonly result?: () => string;
}

/** What is compared, and how one run gives it. */
export interface Quantity {
  readonly unit: string;
  /** Digits after the point in the table. */
  readonly digits: number;
  readonly sample: (command: readonly string[]) => { readonly value: number; readonly stdout: string };
}

/** A list of samples, over the rounds, for each engine. */
interface Result {
  readonly name: string;
  readonly samples: readonly (readonly number[])[];
}

function run(benchmark: Benchmark, engines: readonly Engine[], rounds: number, quantity: Quantity): Result {
  const samples = engines.map((): number[] => []);
  let expected: string | undefined;
  for (let round = 0; round < rounds; round++) {
    engines.forEach((engine, i) => {
      const { value, stdout } = quantity.sample([...engine.command, ...benchmark.argv]);
      const output = stdout + (benchmark.result?.() ?? "");
      expected ??= output;
      if (output !== expected) {
        throw new Error(`${benchmark.name}: output with ${engine.label} differs\nfirst: ${expected}\nnow:   ${output}`);
      }
      samples[i]!.push(value);
    });
  }
  return { name: benchmark.name, samples };
}

function report(engines: readonly Engine[], results: readonly Result[], { unit, digits }: Quantity): string {
  const others = engines.slice(1);
  const ratios = results.map(({ samples }) => samples.slice(1).map((s) => ratio(s, samples[0]!)));
  const heading = ["program", ...engines.map((e) => `${e.label} (${unit})`), ...others.map((e) => `${e.label}: ratio`)];
  const rows = results.map(({ name, samples }, i) => [
    name,
    ...samples.map((s) => median(s).toFixed(digits)),
    ...ratios[i]!.map(showRatio),
  ]);
  const means = others.map((_, i) => geometricMean(ratios.map((row) => row[i]!.median)).toFixed(3));
  return table([heading, ...rows, ["geometric mean", ...engines.map(() => ""), ...means]]);
}

/**
 * The whole of a benchmark command: runs, table on stdout, and JSON when asked for. Ends the process with status 1 when
 * something cannot be run or engines disagree about the output.
 */
export function compare<O extends EngineOptions>(
  command: Command,
  benchmarks: (options: O) => Benchmark[],
  quantity: Quantity,
): void {
  const options = command.parse().opts<O>();
  try {
    const engines = enginesOf(options);
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
    command.error(e instanceof Error ? e.message : String(e));
  }
}
