/** Actions that know nothing of OCaml (ocamltest/builtin_actions.ml), and what is true of Bactrian and this machine. */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type Action, fail, pass, type Session, skip } from "./action.ts";
import type { Environment } from "./environment.ts";
import { isNative } from "./tiers.ts";

/** Tests pass or are skipped by these: whether it is so, and the reason for skipping when it is not. */
export const CONDITIONS: Readonly<Record<string, readonly [boolean, string]>> = {
  hasunix: [true, ""],
  libunix: [true, ""],
  hassysthreads: [true, ""],
  hasstr: [true, ""],
  libwin32unix: [false, "Windows only"],
  windows: [false, "Windows only"],
  "windows-unicode": [false, "Windows only"],
  "not-windows": [true, ""],
  "not-msvc": [true, ""],
  "not-bsd": [true, ""],
  bsd: [false, "BSD only"],
  macos: [process.platform === "darwin", "macOS only"],
  not_macos_amd64_tsan: [true, ""],
  has_symlink: [true, ""],
  arch32: [false, "32 bits only"],
  arch64: [true, ""],
  ...Object.fromEntries(
    ["arm", "arm64", "amd64", "i386", "power", "riscv64", "s390x"].map((name) => [
      `arch_${name}`,
      [false, "needs a processor of its own"] as const,
    ]),
  ),
  function_sections: [false, "native code"],
  frame_pointers: [false, "native code"],
  flambda: [false, "needs flambda"],
  "no-flambda": [true, ""],
  tsan: [false, "needs the thread sanitizer"],
  "no-tsan": [true, ""],
  "flat-float-array": [true, ""],
  "no-flat-float-array": [false, "needs arrays without flat floats"],
  // Libraries of C are not there, but most tests that ask for them use Dynlink with bytecode.
  "shared-libraries": [true, ""],
  "no-shared-libraries": [false, "needs that there is no Dynlink"],
  debugger: [false, "needs ocamldebug"],
  "instrumented-runtime": [false, "needs the instrumented runtime"],
  "csharp-compiler": [false, "needs a C# compiler"],
  "afl-instrument": [false, "needs AFL instrumentation"],
  "no-afl-instrument": [true, ""],
};

/** The same, where it depends on the tiers. */
const NATIVE_CONDITIONS = ["native-compiler", "native-dynlink"];

export const isCondition = (name: string): boolean => name in CONDITIONS || NATIVE_CONDITIONS.includes(name);

/** Variables that hold commands of a C tool chain, empty here: scripts that use them cannot run. */
const C_COMMANDS = /\$\{(cc|cpp|mkexe|mkdll|csharp_cmd)\}/;

const reason = (environment: Environment, otherwise: string): string => environment.lookup("reason") ?? otherwise;

/** Programs write to the file `output` unless the test says otherwise. */
function withOutput(environment: Environment): Environment {
  const output = environment.get("output");
  return environment.withDefault("stdout", output).withDefault("stderr", output);
}

const run: Action = async (before, session) => {
  const environment = withOutput(before);
  const program = environment.lookup("program");
  if (program === undefined) return fail(environment, "the variable program is undefined");
  const status = await session.runProgram(environment, [program, environment.get("arguments")]);
  const expected = environment.number("exit_status");
  if (status === expected) return pass(environment);
  return fail(
    environment,
    `${basename(program)}: exit status ${status} instead of ${expected}\n${session.written(environment.get("stderr"))}`,
  );
};

const script: Action = (environment, session) => {
  const line = environment.raw("script");
  if (line === undefined) return fail(environment, "the variable script is undefined");
  if (C_COMMANDS.test(line)) return skip(environment, "needs a C compiler");
  const expected = environment.number("exit_status");
  return session.runScript(withOutput(environment), expected, (e) => session.run(e, [e.get("script")]));
};

/** Run a hook, a shell script that stands for an action. */
export const hook =
  (file: string): Action =>
  (environment, session) =>
    session.runScript(environment, 0, (e) => session.runWords(e, ["sh", file], HOOK_STREAMS));

/** Hooks have streams of no variable. */
const HOOK_STREAMS = { stdin: "", stdout: "", stderr: "" };

/**
 * The reference of a native program where OCaml has one for each back end. Backtraces of our native code are those of bytecode,
 * through the one Dynlink that there is, so it is that of bytecode; but Dynlink.is_native may lead the test's program along
 * other lines of its source: those are as they are in the other reference.
 */
function withReference(environment: Environment, session: Session): Environment {
  const reference = environment.get("reference");
  const [bytecode, native] = ["byte.", "native."].map((name) => reference.replace(/\b(byte|native)\.(?=[^/]*$)/, name)) as [string, string];
  if (session.tiers.program === "interp" || bytecode === native || !existsSync(bytecode) || !existsSync(native)) return environment;
  const place = `in file "${environment.get("test_file")}"`;
  const [lines, others] = [bytecode, native].map((file) => readFileSync(file, "latin1").split("\n")) as [string[], string[]];
  const own = others.filter((line) => line.includes(place));
  const combined = session.path("combined.reference");
  writeFileSync(combined, lines.map((line) => (line.includes(place) ? (own.shift() ?? "") : line)).join("\n"), "latin1");
  return environment.with({ reference: combined });
}

const fileExists: Action = (environment, session) => {
  const file = environment.lookup("file");
  if (file === undefined) return fail(environment, "the variable file is undefined");
  return existsSync(session.path(file)) ? pass(environment) : fail(environment, reason(environment, `there is no ${file}`));
};

const changeDirectory: Action = (environment, session) => {
  const folder = session.path(environment.get("cwd"));
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return fail(environment, `no folder ${folder}`);
  session.directory = folder;
  return pass(environment);
};

const copy: Action = (environment, session) => {
  if (!environment.has("src") || !environment.has("dst")) return fail(environment, "src or dst is undefined");
  session.copy(environment.words("src"), environment.get("dst"));
  return pass(environment);
};

const setUp: Action = (environment, session) => session.setUp(environment, [environment.get("test_file")]);

export const builtinActions: Readonly<Record<string, Action>> = {
  ...Object.fromEntries(
    Object.entries(CONDITIONS).map(([name, [holds, otherwise]]): [string, Action] => [
      name,
      (environment) => (holds ? pass(environment) : skip(environment, otherwise)),
    ]),
  ),
  ...Object.fromEntries(
    NATIVE_CONDITIONS.map((name): [string, Action] => [
      name,
      (environment, session) => (isNative(session.tiers) ? pass(environment) : skip(environment, "native code")),
    ]),
  ),
  pass,
  skip: (environment) => skip(environment, reason(environment, "the test says so")),
  fail: (environment) => fail(environment, reason(environment, "the test says so")),
  dumpenv: pass,
  cd: changeDirectory,
  run,
  script,
  copy,
  "file-exists": fileExists,
  "setup-build-env": setUp,
  "setup-simple-build-env": (environment, session) =>
    setUp(environment.with({ test_build_directory: environment.get("test_build_directory_prefix") }), session),
  "check-program-output": (environment, session) => session.check(withReference(environment, session), "output", "reference"),
};
