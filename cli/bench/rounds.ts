/** Runs every program with every engine: once to compare what they print, then in rounds, in which engines take turns. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { type Measurement, measure } from "./measure.ts";
import { type Engine, PrepareError } from "./engines.ts";
import { packBytecode } from "./earlier.ts";
import type { Program, Refused } from "./programs.ts";
import { noTimes, type Outcome, type Results } from "./results.ts";
import { calibrate } from "./calibration.ts";
import { onProcessor } from "./processors.ts";
import { badEnding, CHANGING, difference, Subject } from "./subject.ts";

export interface RoundOptions {
  readonly runs: number;
  /** Seconds for each run. */
  readonly timeout: number;
  /** Arguments of the programs. */
  readonly args: readonly string[];
  /** A file that programs write, to be compared as their output is. */
  readonly result?: string | undefined;
  /** Told before each run what it is, how much of the work is done (0 to 1), and the seconds left, when that is known. */
  readonly onStep: (what: string, done: number, left: number | undefined) => void;
  /** Told when something goes wrong; `isEarlier`: with the program as the baseline has kept it. */
  readonly onProblem: (program: string, engine: string, problem: string, isEarlier: boolean) => void;
  /** What is to be run beside a program: the same as a baseline has kept it. */
  readonly earlier?: ((program: Program, engine: Engine) => Program | undefined) | undefined;
  /** What more rounds are wanted of, after those that were asked for. */
  readonly unsettled?: ((results: Measured) => readonly { readonly program: string; readonly engine: string }[]) | undefined;
  /** Ends the measuring; what has been measured until then is the result. */
  readonly signal: AbortSignal;
}

/** What is measured. */
export type Measured = Pick<Results, "startUp" | "programs">;

/** Measure all. Throws MeasureError: nothing can be measured here. */
export async function runRounds(
  engines: readonly Engine[],
  empty: Program,
  programs: readonly (Program | Refused)[],
  options: RoundOptions,
): Promise<Measured> {
  const bench = new Rounds(engines, options);
  try {
    await bench.prepareAll(empty, programs);
    await bench.runAll();
  } catch (e) {
    if (!options.signal.aborted) throw e;
  }
  return bench.measured();
}

interface Row {
  readonly name: string;
  readonly problem?: string;
  readonly bytecode?: string;
  readonly outcomes: readonly (Subject | Outcome)[];
}

class Rounds {
  private readonly engines: readonly Engine[];
  private readonly options: RoundOptions;
  private readonly subjects: Subject[] = [];
  private startUp: readonly (Subject | Outcome)[] = [];
  private readonly rows: Row[] = [];

  constructor(engines: readonly Engine[], options: RoundOptions) {
    this.engines = engines;
    this.options = options;
  }

  /** All that has been measured so far. */
  measured(): Measured {
    const outcome = (o: Subject | Outcome): Outcome => (o instanceof Subject ? o.outcome() : o);
    const programs = this.rows.map((row) => ({ ...row, outcomes: row.outcomes.map(outcome) }));
    return { startUp: this.startUp.map(outcome), programs };
  }

  /** Make all programs ready, and compare what they print. */
  async prepareAll(empty: Program, programs: readonly (Program | Refused)[]): Promise<void> {
    const { onProblem, onStep } = this.options;
    this.startUp = await this.prepare(empty);
    for (const [i, program] of programs.entries()) {
      if ("problem" in program) {
        onProblem(program.name, "all", program.problem, false);
        this.rows.push({ ...program, outcomes: [] });
        continue;
      }
      onStep(`${program.name}: compiling and comparing`, i / programs.length, undefined);
      const bytecode = packBytecode(readFileSync(program.bytecode));
      this.rows.push({ name: program.name, bytecode, outcomes: await this.prepare(program) });
    }
  }

  /** Make a program ready for all engines, and compare what it prints with each. */
  private async prepare(program: Program): Promise<(Subject | Outcome)[]> {
    const outcomes: (Subject | Outcome)[] = [];
    let expected: Subject | undefined;
    for (const engine of this.engines) {
      const subject = await this.prepareFor(engine, program);
      if (!subject) continue;
      outcomes.push(subject);
      if (!(subject instanceof Subject)) continue;
      await this.check(subject, expected);
      if (subject.problem !== undefined) continue;
      expected ??= subject;
      subject.earlier = await this.prepareEarlier(engine, program);
      this.subjects.push(subject);
    }
    return outcomes;
  }

  /** A program as the baseline has kept it. What it prints may differ from what it prints now, but not from run to run. */
  private async prepareEarlier(engine: Engine, program: Program): Promise<Subject | undefined> {
    const earlier = this.options.earlier?.(program, engine);
    const subject = earlier && (await this.prepareFor(engine, earlier));
    if (!(subject instanceof Subject)) return undefined;
    await this.check(subject, undefined);
    return subject;
  }

  private async prepareFor(engine: Engine, program: Program): Promise<Subject | Outcome | undefined> {
    try {
      const prepared = await engine.prepare(program, this.options.signal);
      return prepared && new Subject(program, engine.name, prepared, this.options.args);
    } catch (e) {
      if (!(e instanceof PrepareError)) throw e;
      this.options.onProblem(program.name, engine.name, e.message, program.isEarlier === true);
      return { engine: engine.name, problem: e.message, times: noTimes() };
    }
  }

  /** The first run: it tells of memory and collections, too, and is not among the samples. */
  private async check(subject: Subject, expected: Subject | undefined): Promise<void> {
    subject.first = await this.firstRun(subject);
    subject.output = this.digest(subject.first);
    if (subject.problem !== undefined || !expected || subject.output === expected.output) return;
    const again = this.digest(await this.firstRun(expected));
    this.fail(subject, again === expected.output ? difference(subject, expected) : CHANGING);
  }

  private firstRun(subject: Subject): Promise<Measurement> {
    const parameters = [process.env.OCAMLRUNPARAM, "v=0x400"].filter(Boolean).join(",");
    return this.run(subject, { environment: { OCAMLRUNPARAM: parameters }, memory: true });
  }

  /** Run a program; an ending other than with status 0 is its problem. */
  private async run(subject: Subject, more: { environment?: Record<string, string>; memory?: boolean } = {}): Promise<Measurement> {
    const { timeout, signal, result } = this.options;
    if (result !== undefined) rmSync(result, { force: true });
    const measured = await measure([...subject.prepared.command, ...subject.args], { timeout, signal, ...more });
    if (measured.ending !== 0) this.fail(subject, badEnding(measured, timeout));
    else if (result !== undefined && subject.program.isEmpty !== true && !existsSync(result)) this.fail(subject, `has not written ${result}`);
    return measured;
  }

  private fail(subject: Subject, problem: string): void {
    subject.problem = problem;
    const { name, isEarlier } = subject.program;
    this.options.onProblem(name, subject.engine, problem, isEarlier === true);
  }

  /** Of what a run has written. */
  private digest({ digest }: Measurement): string {
    const { result } = this.options;
    if (result === undefined || !existsSync(result)) return digest;
    const bytes = readFileSync(result);
    rmSync(result);
    return `${digest} ${createHash("sha256").update(bytes).digest("hex")}`;
  }

  /** Run everything that still works, and what is not settled again. */
  async runAll(): Promise<void> {
    const { unsettled } = this.options;
    await this.repeat(this.subjects, false);
    while (unsettled) {
      const wanted = unsettled(this.measured());
      if (wanted.length === 0) return;
      const isWanted = ({ program, engine }: Subject): boolean => wanted.some((w) => w.program === program.name && w.engine === engine);
      await this.repeat(this.subjects.filter(isWanted), true);
    }
  }

  /** As many rounds as are asked for; `again`: more of them, of what can be run side by side only that. */
  private async repeat(subjects: readonly Subject[], again: boolean): Promise<void> {
    const { runs, onStep } = this.options;
    const whole = runs * subjects.reduce((sum, subject) => sum + subject.seconds(again), 0);
    const started = Date.now();
    let done = 0;
    for (let round = 1; round <= runs; round++) {
      for (const subject of subjects) {
        if (subject.problem !== undefined) continue;
        // What the first run took tells how the time that has passed is shared out.
        const seconds = done > 0 ? ((Date.now() - started) / 1000) * (whole / done) : whole;
        const what = `run ${round} ${again ? "more" : `of ${runs}`}`;
        onStep(`${subject.program.name}, ${subject.engine}: ${what}`, done / whole, seconds * Math.max(0, 1 - done / whole));
        done += subject.seconds(again);
        const { earlier } = subject;
        const comparable = earlier !== undefined && earlier.problem === undefined;
        if (!again || !comparable) await this.sample(subject);
        if (comparable && subject.problem === undefined) await this.sampleBoth(subject, earlier);
      }
    }
  }

  private async sample(subject: Subject): Promise<void> {
    const before = calibrate();
    const measured = await this.run(subject);
    const after = calibrate();
    if (subject.problem !== undefined) return;
    if (this.digest(measured) === subject.output) subject.keep(measured, (before + after) / 2);
    else this.fail(subject, CHANGING);
  }

  /** A program, and as the baseline has kept it, side by side. */
  private async sampleBoth(subject: Subject, earlier: Subject): Promise<void> {
    const { timeout, signal, result } = this.options;
    const round = subject.sideBySide.now.length;
    const both = [subject, earlier];
    const run = async (each: Subject): Promise<Measurement> => {
      const command = onProcessor(round >> 1, [...each.prepared.command, ...each.args]);
      if (result !== undefined) rmSync(result, { force: true });
      const measured = await measure(command, { timeout: both.length * timeout, signal });
      const problem = measured.ending !== 0 ? badEnding(measured, timeout) : this.digest(measured) !== each.output ? CHANGING : undefined;
      if (problem !== undefined) this.fail(earlier, `cannot be run beside the program of now: ${each === earlier ? "it" : "that"} ${problem}`);
      return measured;
    };
    // They take turns in being the first.
    const runs = await inOrder(round % 2 === 0 ? both : both.toReversed(), run, result === undefined);
    if (earlier.problem !== undefined) return;
    subject.sideBySide.now.push(runs.get(subject)!.user);
    subject.sideBySide.before.push(runs.get(earlier)!.user);
  }
}

/** Do something with each: at once, or one after the other. */
async function inOrder<T, R>(items: readonly T[], action: (item: T) => Promise<R>, atOnce: boolean): Promise<Map<T, R>> {
  const done = new Map<T, R>();
  const act = async (item: T): Promise<void> => void done.set(item, await action(item));
  if (atOnce) await Promise.all(items.map(act));
  else for (const item of items) await act(item);
  return done;
}
