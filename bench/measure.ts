/** Runs a command and takes the processor time of its whole process. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A command could not be run or measured; the message says why. */
export class MeasureError extends Error {
  override readonly name = "MeasureError";
}

/** What a run has used, in seconds, and what it has written. */
export interface Measurement {
  /** User time of all threads of the process and of the children that it has waited for. */
  readonly user: number;
  readonly system: number;
  readonly wall: number;
  readonly stdout: string;
}

/**
 * Node tells no resource usage of children, so the shell's `time` does: its figures, from getrusage, go to descriptor
 * 3, which like the copy of stderr is closed in the command.
 */
const script = "TIMEFORMAT='%3U %3S %3R'; { time \"$@\" 2>&4 3>&- 4>&-; } 4>&2 2>&3";

/**
 * Run a command to its end; its stderr is shown.
 * @throws MeasureError: bash is missing, or the command fails
 */
export function measure(command: readonly string[], environment?: Readonly<Record<string, string>>): Measurement {
  const child = spawnSync("bash", ["-c", script, "bash", ...command], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", ...environment },
    maxBuffer: 1 << 28,
  });
  if (child.error) {
    throw new MeasureError(`bash, whose "time" takes the processor time, cannot be run: ${child.error.message}`);
  }
  const ending = child.signal ?? `exit status ${child.status}`;
  if (ending !== "exit status 0") throw new MeasureError(`${command.join(" ")}: ${ending}`);
  const times = child.output[3]!.trim().split(" ").map(Number);
  if (times.length !== 3 || times.some(Number.isNaN)) throw new MeasureError(`bash's "time" has told ${child.output[3]}`);
  const [user, system, wall] = times as [number, number, number];
  return { user, system, wall, stdout: child.stdout };
}

/** What compare.ts takes for a sample. */
export interface Sample {
  readonly value: number;
  readonly stdout: string;
}

/** Sample the number that a unit of bench/at_exit, linked before the program, writes to the file when the process ends. */
export const atExit =
  (file: string, scale: number) =>
  (command: readonly string[]): Sample => {
    const { stdout } = measure(command, { BENCH_RESULT: file });
    return { value: Number(readFileSync(file, "utf8")) * scale, stdout };
  };

/** Sample the user time, in seconds. */
export function userTime(command: readonly string[]): Sample {
  const { user, stdout } = measure(command);
  return { value: user, stdout };
}
