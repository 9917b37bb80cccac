/** What a benchmark has measured, as it is kept in files (--json, --baseline). */
import { arch, cpus, platform, release } from "node:os";
import { readFileSync } from "node:fs";
import { UsageError } from "../../loader/errors.ts";
import { bactrianVersion, ocamlVersion } from "../../loader/installation.ts";

/** To be changed with every change of what follows. */
export const RESULTS_FORMAT = 2;

/** What a program has allocated and collected, as OCaml's runtime tells it (OCAMLRUNPARAM=v=0x400). */
export interface Collections {
  readonly minor_words: number;
  readonly promoted_words: number;
  readonly major_words: number;
  readonly minor_collections: number;
  readonly major_collections: number;
}

/** Times of one program with one engine, in seconds; those with the same index were taken in the same round. */
export interface Times {
  readonly user: number[];
  readonly system: number[];
  readonly wall: number[];
  /** Of the round: what the same piece of work took before and after the run (calibration.ts), in seconds of user time. */
  readonly calibration: number[];
}

/** No runs yet. */
export const noTimes = (): Times => ({ user: [], system: [], wall: [], calibration: [] });

/** User times, in seconds, of a program and of the same as a baseline has kept it: those with the same index ran at the same time. */
export interface SideBySide {
  readonly now: number[];
  readonly before: number[];
}

export interface Outcome {
  readonly engine: string;
  /** Why there is no result. */
  readonly problem?: string;
  readonly times: Times;
  readonly sideBySide?: SideBySide;
  readonly codeBytes?: number;
  /** Seconds of making it. */
  readonly compile?: { readonly user: number; readonly wall: number };
  readonly peakBytes?: number | undefined;
  readonly collections?: Collections | undefined;
}

export interface ProgramResult {
  readonly name: string;
  /** Why no engine could run it. */
  readonly problem?: string;
  /** The executable (earlier.ts). */
  readonly bytecode?: string;
  readonly outcomes: readonly Outcome[];
}

export interface EngineHead {
  /** Unique among those that are compared. */
  readonly name: string;
  readonly version: string;
  /** Tells builds of the same version from each other: Bactrian's dist/identity, a digest of another's file. Absent: not known. */
  readonly build?: string | undefined;
}

export interface Results {
  readonly format: typeof RESULTS_FORMAT;
  readonly date: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly bactrian: string;
  readonly args: string;
  readonly engines: readonly EngineHead[];
  /** A program that does nothing. */
  readonly startUp: readonly Outcome[];
  readonly programs: readonly ProgramResult[];
}

/** What is known before anything is measured. */
export function resultsHead(engines: Results["engines"], args: string): Omit<Results, "startUp" | "programs"> {
  return {
    format: RESULTS_FORMAT,
    date: new Date().toISOString(),
    machine: {
      processor: cpus()[0]?.model.trim() ?? "unknown",
      processors: cpus().length,
      system: `${platform()} ${arch()} ${release()}`,
      node: process.version,
    },
    bactrian: `${bactrianVersion} (OCaml ${ocamlVersion})`,
    args,
    engines,
  };
}

/** Results of a file. Throws UsageError. */
export function readResults(file: string): Results {
  const remedy = "Give a file that bactrian bench --json has written";
  let results: Partial<Results>;
  try {
    results = JSON.parse(readFileSync(file, "utf8")) as Partial<Results>;
  } catch (e) {
    throw new UsageError(`${file}: ${e instanceof SyntaxError ? `is no JSON. ${remedy}` : "cannot be read; check its name"}`);
  }
  if (results?.format !== RESULTS_FORMAT || !Array.isArray(results.programs) || !Array.isArray(results.startUp)) {
    throw new UsageError(`${file}: are no results of this version of bactrian bench. ${remedy}`);
  }
  return results as Results;
}

/** The lines of OCaml's report among what a program has written to standard error. */
export function readCollections(stderr: string): Collections | undefined {
  const numbers = new Map([...stderr.matchAll(/^(\w+): (\d+)$/gm)].map(([, name, n]) => [name!, Number(n)]));
  const names = ["minor_words", "promoted_words", "major_words", "minor_collections", "major_collections"] as const;
  if (!names.every((name) => numbers.has(name))) return undefined;
  return Object.fromEntries(names.map((name) => [name, numbers.get(name)!])) as unknown as Collections;
}
