/** `bactrian bench`: programs in each tier, side by side. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../loader/errors.ts";
import { loadCore } from "../../loader/installation.ts";
import { writeOutput } from "../files.ts";
import { benchProgress } from "../progress.ts";
import { baselineReport, checkComparable, compareWithBaseline, unsettled } from "./baseline.ts";
import { earlierPrograms } from "./earlier.ts";
import { type EngineOptions, findEngines, usable } from "./engines.ts";
import { MeasureError } from "./measure.ts";
import { noiseWarnings } from "./noise.ts";
import { plot } from "./plot.ts";
import { makeEmpty, makePrograms, namesOf } from "./programs.ts";
import { report } from "./report.ts";
import { readResults, type Results, resultsHead } from "./results.ts";
import { runRounds } from "./rounds.ts";

export interface BenchOptions extends Omit<EngineOptions, "folder" | "core"> {
  readonly runs: number;
  /** Seconds for each run. */
  readonly timeout: number;
  readonly args?: string;
  readonly result?: string;
  readonly relativeTo?: string;
  readonly json?: string;
  readonly plot?: string;
  readonly baseline?: string;
}

/** Exit status when programs fail, or are slower than before. */
const FAILED = 1;
const INTERRUPTED = 130;
/** What ends the measuring, and with it the process that is measured, which is in a group of its own. */
const ENDINGS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Throws UsageError, FormatError. */
export async function bench(files: readonly string[], options: BenchOptions): Promise<void> {
  const baseline = options.baseline === undefined ? undefined : readResults(options.baseline);
  const results = await measureAll(files, options, baseline);
  const base = options.relativeTo ?? results.engines[0]!.name;
  process.stdout.write(report(results, base));
  if (options.json !== undefined) writeOutput(options.json, Buffer.from(`${JSON.stringify(results, null, 1)}\n`));
  if (options.plot !== undefined) writeOutput(options.plot, Buffer.from(plot(results, base)));
  for (const warning of noiseWarnings(results, base)) process.stderr.write(`bactrian: ${warning}\n`);
  if (baseline) {
    const changes = compareWithBaseline(results, baseline);
    process.stdout.write(`\n${baselineReport(results, baseline, changes, options.baseline!)}`);
    if (changes.some(({ verdict }) => verdict === "slower")) process.exitCode = FAILED;
  }
}

/** With a baseline, programs of which it cannot be said yet whether they have changed are run more often. */
async function measureAll(files: readonly string[], options: BenchOptions, baseline: Results | undefined): Promise<Results> {
  const { runs, timeout, relativeTo, result } = options;
  const args = (options.args ?? "").split(" ").filter((arg) => arg !== "");
  const core = loadCore();
  const folder = mkdtempSync(join(tmpdir(), "bactrian-bench-"));
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  const say = benchProgress();
  try {
    const empty = await makeEmpty(core, folder);
    const engines = await usable(findEngines({ ...options, folder, core }, say.line), empty, say.line);
    if (relativeTo !== undefined && !engines.some(({ name }) => name === relativeTo)) {
      throw new UsageError(`--relative-to ${relativeTo}: is not among ${engines.map(({ name }) => name).join(", ")}`);
    }
    const names = namesOf(files);
    if (baseline) checkComparable(baseline, options.baseline!, { args: args.join(" "), engines, names });
    const earlier = baseline && earlierPrograms(baseline, options.baseline!, names, folder);
    const programs = await makePrograms(core, files, folder, (file, done) => say.step(`linking ${file}`, done, undefined));
    for (const name of ENDINGS) process.once(name, interrupt);
    const onProblem = (program: string, engine: string, problem: string, isEarlier: boolean): void => {
      if (!isEarlier) process.exitCode = FAILED;
      say.line(`${program}${isEarlier ? ` of ${options.baseline}` : ""}, ${engine}: ${problem}`);
    };
    const measured = await runRounds(engines, empty, programs, {
      runs, timeout, args, result, signal: abort.signal, onProblem, onStep: say.step, earlier,
      unsettled: baseline && ((measured) => unsettled(measured, baseline, runs)),
    });
    if (abort.signal.aborted) process.exitCode = INTERRUPTED;
    const heads = engines.map(({ name, version, build }) => ({ name, version, build }));
    return { ...resultsHead(heads, args.join(" ")), ...measured };
  } catch (e) {
    if (e instanceof MeasureError) throw new UsageError(e.message);
    throw e;
  } finally {
    say.end();
    for (const name of ENDINGS) process.off(name, interrupt);
    rmSync(folder, { recursive: true, force: true });
  }
}
