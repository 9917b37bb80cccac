/** What actions of tests work with (ocamltest/actions.ml, actions_helpers.ml). */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type CommandResult, runCommand } from "./commands.ts";
import { checkOutput } from "./compare.ts";
import type { Environment } from "./environment.ts";
import { words } from "./environment.ts";
import { INTERPRETED, type Tiers, withPlugins } from "./tiers.ts";
import { runner } from "./tree.ts";

export type Status = "passed" | "failed" | "skipped";

/** How an action ends, and with which environment the test goes on. */
export interface Result {
  readonly status: Status;
  readonly reason?: string;
  readonly environment: Environment;
}

export type Action = (environment: Environment, session: Session) => Result | Promise<Result>;

/** Exit status by which scripts say that a test is to be skipped. */
const SKIP_STATUS = 125;

const MESSAGE_CHARACTERS = 2000;

export const pass = (environment: Environment): Result => ({ status: "passed", environment });
export const fail = (environment: Environment, reason: string): Result => ({ status: "failed", reason, environment });
export const skip = (environment: Environment, reason: string): Result => ({ status: "skipped", reason, environment });

/** Names of the variables that tell where the standard streams are. */
export interface Streams {
  readonly stdin?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly append?: boolean;
  /** Variables of the environment where the test has none. */
  readonly defaults?: Readonly<Record<string, string>>;
}

/** One file of the testsuite while it is tested. */
export class Session {
  /** Current directory of actions and programs; it stays changed when the test goes back to another branch. */
  directory: string;
  /** The command lines, and output that goes nowhere else. */
  log = "";
  readonly tiers: Tiers;
  /** What was set up last, even if the test goes on with an environment of before. */
  private buildDirectory: string;
  private readonly seconds: number;

  /** `seconds`: limit for a single command, unless the test sets the variable `timeout`. */
  constructor(directory: string, seconds: number, tiers: Tiers = INTERPRETED) {
    this.directory = directory;
    this.buildDirectory = directory;
    this.seconds = seconds;
    this.tiers = tiers;
  }

  path(file: string): string {
    return resolve(this.directory, file);
  }

  /** Run the words in the texts as a command. Its exit status. */
  async run(environment: Environment, texts: readonly string[], streams: Streams = {}): Promise<number> {
    return this.runWords(environment, texts.flatMap(words), streams);
  }

  /** The same for a program of the test, which may load plugins that the test has made. */
  runProgram(environment: Environment, texts: readonly string[]): Promise<number> {
    const start = (): Promise<number> => this.run(environment, texts);
    return this.tiers.plugins === "native" ? withPlugins(this.buildDirectory, start) : start();
  }

  async runWords(environment: Environment, line: readonly string[], streams: Streams = {}): Promise<number> {
    const { stdin = "stdin", stdout = "stdout", stderr = "stderr" } = streams;
    const seconds = environment.number("timeout", this.seconds);
    this.log += `$ ${line.join(" ")}\n`;
    const result: CommandResult = await runCommand(
      {
        words: line,
        directory: this.directory,
        environment: environment.forPrograms(streams.defaults ?? {}),
        stdin: environment.lookup(stdin),
        stdout: environment.lookup(stdout),
        stderr: environment.lookup(stderr),
        append: streams.append ?? false,
        seconds,
      },
      { ...runner, tier: this.tiers.program },
    );
    this.log += result.log;
    if (result.timedOut) throw new TimeOut(line, seconds);
    return result.status;
  }

  /** The end of what a program has written, to a file or (empty name) to the log; for messages. */
  written(file: string): string {
    const path = this.path(file);
    const text = file === "" || !existsSync(path) ? this.log : readFileSync(path, "utf8");
    return text.slice(-MESSAGE_CHARACTERS);
  }

  /** Put files of the test's source folder into the build folder, which becomes the current one. */
  setUp(environment: Environment, files: readonly string[]): Result {
    const from = environment.get("test_source_directory");
    const to = environment.get("test_build_directory");
    mkdirSync(to, { recursive: true });
    for (const file of [...files, ...environment.words("readonly_files")]) {
      rmSync(join(to, file), { force: true });
      mkdirSync(dirname(join(to, file)), { recursive: true });
      symlinkSync(join(from, file), join(to, file));
    }
    for (const folder of environment.words("subdirectories")) {
      cpSync(join(from, folder), join(to, folder), { recursive: true });
    }
    this.directory = to;
    this.buildDirectory = to;
    return pass(environment);
  }

  /** Compare an output with its reference, both given by variables. */
  check(environment: Environment, output: string, reference: string): Result {
    const problem = checkOutput(
      this.path(environment.get(reference)),
      this.path(environment.get(output)),
      environment.number("skip_header_lines"),
    );
    return problem === undefined ? pass(environment) : fail(environment, problem);
  }

  /** Run a script or hook, which can send changes of variables back in a file. */
  async runScript(
    environment: Environment,
    expected: number,
    run: (environment: Environment) => Promise<number>,
  ): Promise<Result> {
    const folder = mkdtempSync(join(tmpdir(), "bactrian-response-"));
    try {
      const response = join(folder, "response");
      const status = await run(environment.with({ ocamltest_response: response }));
      const answer = existsSync(response) ? readFileSync(response, "utf8") : "";
      if (status === SKIP_STATUS) return skip(environment, answer.trim() || "a script says so");
      if (status !== expected) return fail(environment, `exit status ${status} instead of ${expected}: ${answer.trim()}`);
      return pass(applyResponse(environment, answer));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Copy files and folders, given by words, to a place (into it when it ends in a slash). */
  copy(sources: readonly string[], target: string): void {
    for (const name of sources) {
      const to = this.path(target.endsWith("/") ? join(target, name.split("/").at(-1)!) : target);
      cpSync(this.path(name), to, { recursive: true, dereference: true });
    }
  }
}

/** A command has been killed because it took too long. */
export class TimeOut extends Error {
  constructor(line: readonly string[], seconds: number) {
    super(`no end after ${seconds} s: ${line.join(" ")}`);
  }
}

/** Changes that a script has asked for (ocamltest/modifier_parser.ml). */
function applyResponse(environment: Environment, answer: string): Environment {
  for (const line of answer.split("\n").map((l) => l.trim()).filter((l) => l !== "")) {
    const [, removed, name = "", plus, value = ""] =
      /^(?:-([\w.'-]*)|([\w.'-]+)(\+)?="(.*)")$/s.exec(line) ?? [];
    if (removed !== undefined) environment = environment.remove(removed);
    else if (name === "") throw new Error(`a script answers ${line}`);
    else environment = plus ? environment.append(name, value) : environment.with({ [name]: value });
  }
  return environment;
}
