/** Runs one file of OCaml's testsuite as its TEST block says (ocamltest/main.ml). */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Action, type Result, Session, type Status } from "./action.ts";
import { builtinActions, hook, isCondition } from "./builtin-actions.ts";
import { Environment } from "./environment.ts";
import { applyModifier } from "./modifiers.ts";
import { defaultTests, findModules, ocamlActions, tests } from "./ocaml-actions.ts";
import { ocamloptActions } from "./ocamlopt.ts";
import type { Tiers } from "./tiers.ts";
import { testsFolder, tree } from "./tree.ts";
import { parseTest, type Statement, type TestTree } from "./tsl.ts";

export interface RunOptions {
  /** The folder of tests, instead of OCaml's. */
  readonly tests?: string;
  /** Where tests are built and run. */
  readonly folder: string;
  /** Limit for a single command. */
  readonly seconds: number;
  /** Keep what tests leave behind. */
  readonly keep: boolean;
  /** In which its programs run. Default: interpreted. */
  readonly tiers?: Tiers;
}

export interface Outcome {
  /** Path below the folder of tests. */
  readonly test: string;
  readonly status: Status;
  /** Why it failed or was skipped; empty for those that passed. */
  readonly reason: string;
  /** Command lines with their output. */
  readonly log: string;
  readonly seconds: number;
}

const actions: Readonly<Record<string, Action>> = { ...builtinActions, ...ocamlActions, ...ocamloptActions };

/** Run a test, a path below the folder of tests. */
export async function runTest(test: string, options: RunOptions): Promise<Outcome> {
  const started = performance.now();
  const run = new TestRun(test, options);
  await run.all();
  const { status, reason } = run.summary();
  return { test, status, reason, log: run.session.log, seconds: (performance.now() - started) / 1000 };
}

class TestRun {
  readonly session: Session;
  private readonly file: string;
  private readonly sourceFolder: string;
  private readonly name: string;
  private readonly buildFolder: string;
  private readonly options: RunOptions;
  private readonly results: { status: Status; reason: string }[] = [];

  constructor(test: string, options: RunOptions) {
    this.options = options;
    this.file = join(options.tests ?? testsFolder, test);
    this.sourceFolder = dirname(this.file);
    this.name = basename(test).replace(/\.[^.]*$/, "");
    this.buildFolder = join(options.folder, dirname(test), this.name);
    this.session = new Session(this.buildFolder, options.seconds, options.tiers);
  }

  async all(): Promise<void> {
    rmSync(this.buildFolder, { recursive: true, force: true });
    mkdirSync(this.buildFolder, { recursive: true });
    try {
      const { statements, branches } = parseTest(readFileSync(this.file, "utf8"));
      const first = statements.findIndex((s) => s.kind === "test");
      const settings = first < 0 ? statements : statements.slice(0, first);
      let environment = this.initialEnvironment();
      for (const s of settings) environment = interpret(s, environment);
      environment = findModules(environment);
      const rest = statements.slice(settings.length);
      await this.walk({ statements: rest, branches: rest.length + branches.length === 0 ? defaults : branches }, environment);
    } catch (e) {
      this.record("failed", (e as Error).message);
    } finally {
      if (!this.options.keep) rmSync(this.buildFolder, { recursive: true, force: true });
    }
  }

  /** Failed when a branch has, passed when one has been gone to its end, skipped otherwise. */
  summary(): { status: Status; reason: string } {
    const first = (status: Status): { status: Status; reason: string } | undefined =>
      this.results.find((r) => r.status === status);
    return first("failed") ?? first("passed") ?? first("skipped") ?? { status: "failed", reason: "there is nothing to do" };
  }

  private record(status: Status, reason: string): void {
    this.results.push({ status, reason });
  }

  private initialEnvironment(): Environment {
    return new Environment({
      MAKE: "make",
      SORT: "sort",
      TEST_PASS: "0",
      TEST_FAIL: "1",
      TEST_SKIP: "125",
      test_file: basename(this.file),
      reference: join(this.sourceFolder, `${this.name}.reference`),
      test_source_directory: this.sourceFolder,
      test_build_directory_prefix: this.buildFolder,
      ocamlsrcdir: tree.root,
      ocamlrun: tree.ocamlrun,
      ocamlc_byte: tree.ocamlc,
      ocamlrunparam: process.env.OCAMLRUNPARAM ?? "",
      arch: "bactrian",
      os_type: "Unix",
      objext: "o",
      libext: "a",
      asmext: "s",
      sharedobjext: "so",
      bytecc_libs: "",
      nativecc_libs: "",
      BACTRIAN_WARNINGS: "0",
      BACTRIAN_CACHE: join(this.options.folder, "cache"),
    });
  }

  /**
   * Go on with a tree in an environment, each branch from the same. A step that does not pass ends the branch. `begun`:
   * whether anything has been done so far but ask for conditions.
   */
  private async walk(node: TestTree, environment: Environment, begun = false): Promise<void> {
    for (const statement of node.statements) {
      if (statement.kind !== "test") {
        environment = interpret(statement, environment);
        continue;
      }
      const result = await this.step(statement, environment);
      if (result.status !== "passed") {
        const where = result.status === "failed" ? `line ${statement.line}, ${statement.name}: ` : "";
        this.record(result.status, where + (result.reason ?? ""));
        return;
      }
      environment = result.environment;
      begun ||= !isCondition(statement.name);
    }
    for (const branch of node.branches) await this.walk(branch, environment, begun);
    if (node.branches.length > 0) return;
    if (begun) this.record("passed", "");
    else this.record("skipped", "does nothing");
  }

  private async step(statement: Statement & { kind: "test" }, before: Environment): Promise<Result> {
    let environment = statement.modifiers.reduce(applyModifier, before);
    let result: Result = { status: "passed", environment };
    for (const name of tests[statement.name] ?? [statement.name]) {
      result = await this.perform(name, environment.with({ action_name: name }));
      if (result.status !== "passed") return result;
      environment = result.environment;
    }
    return result;
  }

  /** A hook beside the test's file stands for the action of its name. */
  private async perform(name: string, environment: Environment): Promise<Result> {
    const action = actions[name];
    if (!action) throw new Error(`there is no test or action ${name}`);
    const script = join(this.sourceFolder, `${this.name}.${name}`);
    const code = existsSync(script) ? hook(script) : action;
    try {
      return await code(environment, this.session);
    } catch (e) {
      return { status: "failed", reason: (e as Error).message, environment };
    }
  }
}

const defaults: TestTree[] = defaultTests.map((name) => ({
  statements: [{ kind: "test", name, modifiers: [], line: 0 }],
  branches: [],
}));

function interpret(statement: Statement, environment: Environment): Environment {
  switch (statement.kind) {
    case "assign":
      return environment.with({ [statement.name]: statement.value });
    case "append":
      return environment.append(statement.name, statement.value);
    case "unset":
      return environment.unset(statement.name);
    case "include":
      return applyModifier(environment, statement.name);
    case "test":
      throw new Error("a test is no setting");
  }
}
