/** Actions with OCaml's own tools (ocamltest/ocaml_actions.ml). */
import { existsSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { type Action, fail, pass, type Result, type Session, skip, type Streams } from "./action.ts";
import type { Environment } from "./environment.ts";
import { tree } from "./tree.ts";

/** Environment of all tools (Clflags' defaults). */
const TOOL_ENVIRONMENT = { TERM: "dumb", OCAML_COLOR: "auto", OCAML_ERROR_STYLE: "contextual" };

const OCAMLC = `${tree.ocamlrun} ${tree.ocamlc}`;
const STDLIB = `-nostdlib -I ${tree.stdlib}`;
const TOOL_STREAMS = {
  stdin: "compiler_stdin",
  stdout: "compiler_output",
  stderr: "compiler_output",
  append: true,
  defaults: TOOL_ENVIRONMENT,
};

/** What stands before the last dot of a file name. */
export const withoutExtension = (file: string): string => file.replace(/\.[^./]*$/, "");
const extension = (file: string): string => /\.([^./]*)$/.exec(file)?.[1] ?? "";

const includes = (environment: Environment): string =>
  environment.words("directories").map((folder) => `-I ${folder}`).join(" ");

const withExtension = (environment: Environment, variable: string, suffix: string): string =>
  environment.words(variable).map((name) => `${name}.${suffix}`).join(" ");

// ---- Setting up -----------------------------------------------------------------------------------------------------------

/** The modules of a test, with their interfaces: known before the first action. */
export function findModules(environment: Environment): Environment {
  const folder = environment.get("test_source_directory");
  const names = [...environment.words("plugins"), ...environment.words("modules"), environment.get("test_file")];
  const all = names.flatMap((name) =>
    extension(name) === "ml" && existsSync(join(folder, `${name}i`)) ? [`${name}i`, name] : [name],
  );
  return environment.with({ all_modules: all.join(" ") });
}

/** The reference of a tool's output: the first file that exists. */
function toolReference(environment: Environment, prefix: string, tool: string): string {
  const suffix = `${environment.get("compiler_reference_suffix")}.reference`;
  const candidates = [tool, tool.startsWith("ocamlopt") ? "native" : "bytecode", "compilers"].map((name) => `${prefix}.${name}${suffix}`);
  return candidates.find((file) => existsSync(file)) ?? candidates.at(-1)!;
}

/** Make a folder for what a tool makes, with the test's sources in it. */
export function setUpTool(tool: string, before: Environment, session: Session): Result {
  const name = withoutExtension(before.get("test_file"));
  const reference = toolReference(before, join(before.get("test_source_directory"), name), tool);
  const folder = join(
    before.get("test_build_directory_prefix"),
    tool + before.get("compiler_directory_suffix"),
  );
  const output = join(folder, `${tool}.output`);
  rmSync(output, { force: true });
  const environment = before
    .withDefault("compiler_reference", reference)
    .withDefault("compiler_output", output)
    .with({ test_build_directory: folder });
  return session.setUp(environment, environment.words("all_modules"));
}

const setUpCompiler: Action = (before, session) => {
  const { environment } = setUpTool("ocamlc.byte", before, session);
  const name = `${withoutExtension(environment.get("test_file"))}.byte`;
  const withProgram = environment.withDefault("program", join(environment.get("test_build_directory"), name));
  return pass(withProgram.withDefault("output", `${withProgram.get("program")}.output`));
};

// ---- Compiling --------------------------------------------------------------------------------------------------------------

/** Run a tool, with its exit status compared to the one that the test expects. */
async function runTool(
  environment: Environment,
  session: Session,
  texts: readonly string[],
  expected = 0,
  streams: Streams = TOOL_STREAMS,
): Promise<Result> {
  const status = await session.run(environment, texts, streams);
  if (status === expected) return pass(environment);
  const tool = basename(texts[0]!.split(" ").at(-1)!);
  const output = session.written(environment.get(streams.stdout ?? "stdout"));
  return fail(environment, `${tool}: exit status ${status} instead of ${expected}\n${output}`);
}

const compilerStatus = (environment: Environment): number => environment.number("ocamlc_byte_exit_status");

/** Flags that make ocamlc call the C compiler. */
const C_FLAGS = /(^| )(-custom|-output-complete-\w+|\S+\.[co])( |$)/;

export const compile: Action = (environment, session) => {
  if (["flags", "commandline", "module", "all_modules"].some((name) => C_FLAGS.test(environment.get(name)))) {
    return skip(environment, "needs C stubs");
  }
  const line = environment.get("commandline");
  if (line.trim() !== "") return runTool(environment, session, [OCAMLC, line], compilerStatus(environment));
  const module = environment.get("module");
  return module.trim() === "" ? compileProgram(environment, session) : compileModule(environment, session, module);
};

/** Flags of a compilation that tests give, in the order that ocamltest has. */
const flags = (environment: Environment): string[] => [
  includes(environment),
  environment.get("flags"),
  withExtension(environment, "libraries", "cma"),
  environment.get("ocamlc_default_flags"),
  environment.get("ocamlc_flags"),
];

function compileModule(environment: Environment, session: Session, module: string): Promise<Result> {
  return runTool(environment, session, [OCAMLC, STDLIB, ...flags(environment), `-c ${module}`], compilerStatus(environment));
}

async function compileProgram(environment: Environment, session: Session): Promise<Result> {
  const sources = environment.words("all_modules");
  if (sources.some((file) => extension(file) === "mly")) return skip(environment, "needs ocamlyacc");
  const files: string[] = [];
  for (const file of sources) {
    if (extension(file) === "mll") {
      const lexer = [`${tree.ocamlrun} ${tree.ocamllex}`, environment.get("ocamllex_flags"), file];
      const result = await runTool(environment, session, lexer);
      if (result.status !== "passed") return result;
      files.push(`${withoutExtension(file)}.ml`);
    } else files.push(file);
  }
  const compileOnly = environment.get("compile_only") === "true";
  return runTool(
    environment,
    session,
    [
      OCAMLC,
      environment.get("use_runtime") === "false" ? "" : `-use-runtime ${tree.ocamlrun}`,
      `-I ${tree.runtime}`,
      STDLIB,
      ...flags(environment),
      compileOnly ? "-c" : `-o ${environment.get("program")}`,
      environment.get("ocaml_filetype_flag"),
      withExtension(environment, "binary_modules", "cmo"),
      ...files,
      environment.get("last_flags"),
    ],
    compilerStatus(environment),
  );
}

// ---- Toplevel and expect tests ------------------------------------------------------------------------------------------------

const toplevel: Action = async (environment, session) => {
  for (const file of environment.words("modules")) {
    if (extension(file) === "c") return skip(environment, "needs C stubs");
    const output = extension(file) === "ml" ? `-o ${withoutExtension(file)}.cmo` : "";
    const parts = [OCAMLC, STDLIB, environment.get("flags"), environment.get("ocamlc_flags"), `-c ${file}`, output];
    const result = await runTool(environment, session, parts, compilerStatus(environment));
    if (result.status !== "passed") return result;
  }
  const asArgument = environment.get("ocaml_script_as_argument") === "true";
  return runTool(
    environment,
    session,
    [
      tree.ocaml,
      "-noinit -no-version -noprompt",
      STDLIB,
      includes(environment),
      `-I ${tree.toplevel}`,
      environment.get("flags"),
      withExtension(environment, "libraries", "cma"),
      withExtension(environment, "binary_modules", "cmo"),
      asArgument ? environment.get("test_file") : "",
      environment.get("arguments"),
    ],
    environment.number("ocaml_exit_status"),
    { ...TOOL_STREAMS, append: false, stdin: asArgument ? "stdin" : "test_file" },
  );
};

/** The program writes a file with the results that it gets put in the place of those expected: once for each mode. */
const runExpect: Action = async (environment, session) => {
  const file = environment.get("test_file");
  let input = file;
  for (const mode of ["", "-principal"]) {
    const texts = [`${tree.ocamlrun} ${tree.expect}`, environment.get("flags"), `-repo-root ${tree.root}`, mode, input];
    const result = await runTool(environment, session, texts, 0, { defaults: TOOL_ENVIRONMENT });
    if (result.status !== "passed") return result;
    input += ".corrected";
  }
  return pass(environment.with({ reference: file, output: input }));
};

// ---- Other tools ------------------------------------------------------------------------------------------------------------------

const objinfo: Action = (environment, session) =>
  runTool(
    environment,
    session,
    [`${tree.ocamlrun} ${tree.ocamlobjinfo}`, "-null-crc", environment.get("program")],
    0,
    { stdout: "output", stderr: "output", append: true, defaults: TOOL_ENVIRONMENT },
  );

const missing = (what: string): Action => (environment) => skip(environment, what);
const native = missing("native code");

export const ocamlActions: Readonly<Record<string, Action>> = {
  "setup-ocamlc.byte-build-env": setUpCompiler,
  "ocamlc.byte": compile,
  "check-ocamlc.byte-output": (environment, session) => session.check(environment, "compiler_output", "compiler_reference"),
  "setup-ocaml-build-env": (environment, session) => setUpTool("ocaml", environment, session),
  ocaml: toplevel,
  "check-ocaml-output": (environment, session) => session.check(environment, "compiler_output", "compiler_reference"),
  "run-expect": runExpect,
  ocamlobjinfo: objinfo,
  ...Object.fromEntries(
    ["ocamlc.opt", "ocamlopt.opt"].flatMap((tool) => [
      [`setup-${tool}-build-env`, native],
      [tool, native],
      [`check-${tool}-output`, native],
    ]),
  ),
  "setup-ocamlnat-build-env": native,
  ocamlnat: native,
  "check-ocamlnat-output": native,
  "compare-bytecode-programs": native,
  "compare-binary-files": native,
  codegen: native,
  cc: missing("needs a C compiler"),
  ocamldebug: missing("needs ocamldebug"),
  ocamlmklib: missing("needs ocamlmklib"),
  ocamldoc: missing("needs ocamldoc"),
  setup_ocamldoc_build_env: missing("needs ocamldoc"),
  "check-ocamldoc-output": missing("needs ocamldoc"),
};

/** Tests that are several actions (ocamltest/ocaml_tests.ml). */
export const tests: Readonly<Record<string, readonly string[]>> = {
  bytecode: ["setup-ocamlc.byte-build-env", "ocamlc.byte", "check-ocamlc.byte-output", "run", "check-program-output"],
  native: ["setup-ocamlopt.byte-build-env", "ocamlopt.byte", "check-ocamlopt.byte-output", "run", "check-program-output"],
  toplevel: ["setup-ocaml-build-env", "ocaml", "check-ocaml-output"],
  "toplevel.opt": ["setup-ocamlnat-build-env"],
  expect: ["setup-simple-build-env", "run-expect", "check-program-output"],
  asmgen: ["codegen"],
};

export const defaultTests = ["bytecode", "native"];
