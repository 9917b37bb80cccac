/** Runs every program with every engine: once to compare what they print, then in rounds, in which engines take turns. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { type Measurement, measure } from "./measure.ts";
import { type Engine, PrepareError, type Prepared } from "./engines.ts";
import type { Program, Refused } from "./programs.ts";
import { type Outcome, readCollections, type Results, type Times } from "./results.ts";
import { calibrate } from "./calibration.ts";

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
  /** Told when something goes wrong. */
  readonly onProblem: (program: string, engine: string, problem: string) => void;
  /** Programs of which more rounds are wanted, after those that were asked for. */
  readonly unsettled?: ((results: Measured) => ReadonlySet<string>) | undefined;
  /** Ends the measuring; what has been measured until then is the result. */
  readonly signal: AbortSignal;
}

const CHANGING = "prints something else in each run: it cannot be compared";

/** How often the rounds are repeated for programs that are not settled. */
export const REPETITIONS = 3;

/** What is measured. */
export type Measured = Pick<Results, "startUp" | "programs">;

/** A program with an engine. */
class Subject {
  readonly program: string;
  readonly engine: string;
  readonly prepared: Prepared;
  readonly args: readonly string[];
  /** Whether it is the program that does nothing. */
  readonly isEmpty: boolean;
  readonly times: Times = { user: [], system: [], wall: [], calibration: [] };
  problem: string | undefined;
  /** Of the first run. */
  first: Measurement | undefined;
  /** Digest of all that is compared. */
  output = "";

  constructor(program: Program, engine: string, prepared: Prepared, args: readonly string[]) {
    this.program = program.name;
    this.isEmpty = program.isEmpty === true;
    this.engine = engine;
    this.prepared = prepared;
    this.args = args;
  }

  outcome(): Outcome {
    const { engine, problem, times, prepared, first } = this;
    const { compile, codeBytes } = prepared;
    return {
      engine,
      times,
      codeBytes,
      ...(problem !== undefined && { problem }),
      ...(compile && { compile: { user: compile.user, wall: compile.wall } }),
      ...(first && { peakBytes: first.peakBytes, collections: readCollections(first.stderr) }),
    };
  }
}

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
        onProblem(program.name, "all", program.problem);
        this.rows.push({ ...program, outcomes: [] });
        continue;
      }
      onStep(`${program.name}: compiling and comparing`, i / programs.length, undefined);
      this.rows.push({ name: program.name, outcomes: await this.prepare(program) });
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
      this.subjects.push(subject);
    }
    return outcomes;
  }

  private async prepareFor(engine: Engine, program: Program): Promise<Subject | Outcome | undefined> {
    try {
      const prepared = await engine.prepare(program, this.options.signal);
      return prepared && new Subject(program, engine.name, prepared, program.isEmpty ? [] : this.options.args);
    } catch (e) {
      if (!(e instanceof PrepareError)) throw e;
      this.options.onProblem(program.name, engine.name, e.message);
      return { engine: engine.name, problem: e.message, times: { user: [], system: [], wall: [], calibration: [] } };
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
    else if (result !== undefined && !subject.isEmpty && !existsSync(result)) this.fail(subject, `has not written ${result}`);
    return measured;
  }

  private fail(subject: Subject, problem: string): void {
    subject.problem = problem;
    this.options.onProblem(subject.program, subject.engine, problem);
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
    const { runs, unsettled } = this.options;
    await this.repeat(this.subjects, `of ${runs}`);
    for (let i = 0; unsettled && i < REPETITIONS; i++) {
      const names = unsettled(this.measured());
      if (names.size === 0) return;
      await this.repeat(this.subjects.filter(({ program }) => names.has(program)), "more");
    }
  }

  /** As many rounds as are asked for. */
  private async repeat(subjects: readonly Subject[], what: string): Promise<void> {
    const { runs, onStep } = this.options;
    const whole = runs * subjects.reduce((sum, s) => sum + s.first!.wall, 0);
    const started = Date.now();
    let done = 0;
    for (let round = 1; round <= runs; round++) {
      for (const subject of subjects) {
        if (subject.problem !== undefined) continue;
        // What the first run took tells how the time that has passed is shared out.
        const seconds = done > 0 ? ((Date.now() - started) / 1000) * (whole / done) : whole;
        onStep(`${subject.program}, ${subject.engine}: run ${round} ${what}`, done / whole, seconds * (1 - done / whole));
        await this.sample(subject);
        done += subject.first!.wall;
      }
    }
  }

  private async sample(subject: Subject): Promise<void> {
    const before = calibrate();
    const measured = await this.run(subject);
    const after = calibrate();
    if (subject.problem !== undefined) return;
    if (this.digest(measured) !== subject.output) {
      this.fail(subject, CHANGING);
      return;
    }
    const { user, system, wall } = measured;
    subject.times.user.push(user);
    subject.times.system.push(system);
    subject.times.wall.push(wall);
    subject.times.calibration.push((before + after) / 2);
  }
}

function badEnding({ ending, stderr }: Measurement, timeout: number): string {
  const how = ending === "timeout" ? `has not ended after ${timeout} s` : typeof ending === "number" ? `ends with status ${ending}` : `is ${ending}`;
  const said = stderr.replaceAll(/^(allocated|minor|promoted|major|forced_major|heap|top_heap)_\w+: \d+\n/gm, "").trim().split("\n").at(-1) ?? "";
  return said === "" ? how : `${how}: ${said.slice(0, 200)}`;
}

/** Where what two engines print begins to differ. */
function difference(subject: Subject, expected: Subject): string {
  const [mine, other] = [subject, expected].map(({ first }) => first!.stdout.split("\n"));
  const line = mine!.findIndex((text, i) => text !== other![i]);
  const show = (text: string | undefined): string => (text === undefined ? "nothing" : JSON.stringify(text.slice(0, 80)));
  const at = line < 0 && mine!.length === other!.length ? "" : `, in line ${(line < 0 ? mine!.length : line) + 1}: ${show(mine![line])} and not ${show(other![line])}`;
  return `does not print what ${expected.engine} prints${at}`;
}
