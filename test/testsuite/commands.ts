/** Running commands for tests (ocamltest/run_unix.c). Bytecode programs run on Bactrian, each in a process of its own. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";
import { looksLikeModule } from "../../native/wasm-sections.ts";
import type { Tiers } from "./tiers.ts";

export interface Command {
  /** Program and arguments. */
  readonly words: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Files that the standard streams are, relative to the directory; absent: nothing to read, output to the log. */
  readonly stdin?: string | undefined;
  readonly stdout?: string | undefined;
  readonly stderr?: string | undefined;
  /** Whether output is added to what the files hold already. */
  readonly append?: boolean;
  readonly seconds: number;
}

export interface CommandResult {
  /** Exit status, or the number of the signal that ended the program. */
  readonly status: number;
  readonly timedOut: boolean;
  /** What went to streams without a file. */
  readonly log: string;
}

/** How to start Bactrian. */
export interface Runner {
  /** The program that stands for ocamlrun in command lines. */
  readonly ocamlrun: string;
  /** The bundled `bactrian` command. */
  readonly bactrian: string;
  /** For programs that are not given to ocamlrun. Default: interp. */
  readonly tier?: Tiers["program"];
}

const EXECUTABLE_MAGIC = "Caml1999X";
const MAGIC_LENGTH = 12;

/** Whether a file is a program that `bactrian compile` has made. */
function isModule(file: string): boolean {
  const fd = openSync(file, "r");
  try {
    const start = Buffer.alloc(4);
    readSync(fd, start, 0, start.length, 0);
    return looksLikeModule(start);
  } finally {
    closeSync(fd);
  }
}

/** Whether a file is a bytecode executable: whether its last bytes say so. */
function isBytecode(file: string): boolean {
  const fd = openSync(file, "r");
  try {
    const { size } = fstatSync(fd);
    const end = Buffer.alloc(MAGIC_LENGTH);
    readSync(fd, end, 0, MAGIC_LENGTH, Math.max(0, size - MAGIC_LENGTH));
    return end.toString("latin1").startsWith(EXECUTABLE_MAGIC);
  } finally {
    closeSync(fd);
  }
}

/** The command as Node is to start it: without the detour over the program's first line where that names ocamlrun. */
function toNode(command: Command, runner: Runner): readonly string[] {
  const [program = "", ...args] = command.words;
  if (program === runner.ocamlrun) return [process.execPath, runner.bactrian, "run", ...args];
  const file = resolve(command.directory, program);
  if (!existsSync(file)) return command.words;
  if (isBytecode(file)) return [process.execPath, runner.bactrian, "run", "--tier", runner.tier ?? "interp", program, ...args];
  if (isModule(file)) return [process.execPath, runner.bactrian, "run", program, ...args];
  return command.words;
}

/** Run a command until it ends. One that takes too long is killed, with all that it has started. */
export function runCommand(command: Command, runner: Runner): Promise<CommandResult> {
  const [program = "", ...args] = toNode(command, runner);
  const open = (file: string | undefined, flags: string): number | undefined =>
    file ? openSync(resolve(command.directory, file), flags) : undefined;
  const output = command.append ? "a" : "w";
  const files: (number | undefined)[] = [];
  try {
    files.push(open(command.stdin, "r"), open(command.stdout, output));
    files.push(command.stderr === command.stdout ? files[1] : open(command.stderr, output));
    return start(program, args, command, files);
  } finally {
    for (const fd of new Set(files)) if (fd !== undefined) closeSync(fd);
  }
}

function start(
  program: string,
  args: readonly string[],
  command: Command,
  [stdin, stdout, stderr]: readonly (number | undefined)[],
): Promise<CommandResult> {
  const child = spawn(program, args, {
    cwd: command.directory,
    env: { ...process.env, ...command.environment },
    stdio: [stdin ?? "ignore", stdout ?? "pipe", stderr ?? "pipe"],
    detached: true, // a process group of its own
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const log = (): string => Buffer.concat(chunks).toString();
  let timedOut = false;
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, command.seconds * 1000);
  return new Promise((done) => {
    child.on("error", (e) => {
      clearTimeout(timer);
      done({ status: 127, timedOut, log: `${log()}${e.message}\n` });
    });
    child.on("exit", () => {
      // What the program has started may live on and hold the streams open.
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, 200).unref();
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      kill();
      done({ status: code ?? (signal ? constants.signals[signal] : -1), timedOut, log: log() });
    });
  });
}
