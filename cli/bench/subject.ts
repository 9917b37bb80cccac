/** A program with an engine: what is known of it while it is measured. */
import type { Prepared } from "./engines.ts";
import type { Measurement } from "./measure.ts";
import type { Program } from "./programs.ts";
import { noTimes, type Outcome, readCollections, type SideBySide, type Times } from "./results.ts";

export const CHANGING = "prints something else in each run: it cannot be compared";

export class Subject {
  readonly program: Program;
  readonly engine: string;
  readonly prepared: Prepared;
  readonly args: readonly string[];
  readonly times: Times = noTimes();
  /** The program as a baseline has kept it. */
  earlier: Subject | undefined;
  readonly sideBySide: SideBySide = { now: [], before: [] };
  problem: string | undefined;
  /** Of the first run. */
  first: Measurement | undefined;
  /** Digest of all that is compared. */
  output = "";

  constructor(program: Program, engine: string, prepared: Prepared, args: readonly string[]) {
    this.program = program;
    this.engine = engine;
    this.prepared = prepared;
    this.args = program.isEmpty === true ? [] : args;
  }

  /** Add the times of a run. */
  keep({ user, system, wall }: Measurement, calibration: number): void {
    this.times.user.push(user);
    this.times.system.push(system);
    this.times.wall.push(wall);
    this.times.calibration.push(calibration);
  }

  /** Seconds that its part in a round takes, as far as the first run tells; `again` in a round that is added. */
  seconds(again: boolean): number {
    const alone = this.first!.wall;
    if (!this.earlier || this.earlier.problem !== undefined) return alone;
    return alone + this.earlier.first!.wall + (again ? 0 : alone);
  }

  outcome(): Outcome {
    const { engine, problem, times, prepared, first, earlier, sideBySide } = this;
    const { compile, codeBytes } = prepared;
    return {
      engine,
      times,
      codeBytes,
      ...(problem !== undefined && { problem }),
      ...(earlier && earlier.problem === undefined && { sideBySide }),
      ...(compile && { compile: { user: compile.user, wall: compile.wall } }),
      ...(first && { peakBytes: first.peakBytes, collections: readCollections(first.stderr) }),
    };
  }
}

/** What is wrong with an ending that is not status 0. */
export function badEnding({ ending, stderr }: Measurement, timeout: number): string {
  const how = ending === "timeout" ? `has not ended after ${timeout} s` : typeof ending === "number" ? `ends with status ${ending}` : `is ${ending}`;
  const said = stderr.replaceAll(/^(allocated|minor|promoted|major|forced_major|heap|top_heap)_\w+: \d+\n/gm, "").trim().split("\n").at(-1) ?? "";
  return said === "" ? how : `${how}: ${said.slice(0, 200)}`;
}

/** Where what two engines print begins to differ. */
export function difference(subject: Subject, expected: Subject): string {
  const [mine, other] = [subject, expected].map(({ first }) => first!.stdout.split("\n"));
  const line = mine!.findIndex((text, i) => text !== other![i]);
  const show = (text: string | undefined): string => (text === undefined ? "nothing" : JSON.stringify(text.slice(0, 80)));
  const at = line < 0 && mine!.length === other!.length ? "" : `, in line ${(line < 0 ? mine!.length : line) + 1}: ${show(mine![line])} and not ${show(other![line])}`;
  return `does not print what ${expected.engine} prints${at}`;
}
