/**
 * What stands for ocamlopt in the native blocks of tests: ocamlc, and `bactrian compile` for what it makes. A .cmx is the .cmo
 * of its unit, a .cmxa the .cma; programs and plugins (-shared), whatever they are called, are WebAssembly. C code is left out
 * of what it would be linked with.
 */
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { type Action, fail, pass, type Result, type Session, skip } from "./action.ts";
import { words, type Environment } from "./environment.ts";
import { compile, setUpTool, withoutExtension } from "./ocaml-actions.ts";
import { isNative, makePlugin, makeProgram } from "./tiers.ts";

const onlyNative =
  (action: Action): Action =>
  (environment, session) =>
    isNative(session.tiers) ? action(environment, session) : skip(environment, "native code");

const setUp: Action = (before, session) => {
  const { environment } = setUpTool("ocamlopt.byte", before, session);
  const name = `${withoutExtension(environment.get("test_file"))}.opt`;
  const withProgram = environment.withDefault("program", join(environment.get("test_build_directory"), name));
  return pass(withProgram.withDefault("output", `${withProgram.get("program")}.output`));
};

/** Flags of ocamlopt alone, with the number of their arguments. */
const OCAMLOPT_FLAGS: Readonly<Record<string, number>> = { "-shared": 0, "-S": 0, "-ccopt": 1, "-cclib": 1, "-inline": 1, "-O3": 0, "-unsafe-string": 0 };

function ocamlcFlags(text: string): string {
  const kept: string[] = [];
  const all = words(text);
  for (let i = 0; i < all.length; i++) {
    const skipped = OCAMLOPT_FLAGS[all[i]!];
    if (skipped === undefined) kept.push(all[i]!);
    else i += skipped;
  }
  return kept.join(" ");
}

const isC = (file: string): boolean => /\.[coh]$/.test(file);
const bytecodeName = (file: string): string => file.replace(/\.cmx(a?)$/, (_, library: string) => (library ? ".cma" : ".cmo"));
const files = (environment: Environment, variable: string): string =>
  environment.words(variable).filter((file) => !isC(file)).map(bytecodeName).join(" ");

/** Let there be a .cmx or .cmxa beside what ocamlc has made, for commands that move them about. */
function nameNatively(session: Session, file: string): void {
  const from = session.path(file);
  if (existsSync(from)) copyFileSync(from, from.replace(/\.cmo$/, ".cmx").replace(/\.cma$/, ".cmxa"));
}

const ocamlopt: Action = async (before, session) => {
  if (before.get("commandline").trim() !== "") return skip(before, "a command line of ocamlopt's own");
  const flags = words(before.get("flags"));
  const module = before.get("module").trim();
  if (module !== "" && isC(module)) return pass(before);
  const program = before.get("program");
  const shared = flags.includes("-shared");
  const compilesOnly = module !== "" || before.get("compile_only") === "true";
  const makesObject = !compilesOnly && (flags.includes("-a") || flags.includes("-pack"));
  const target = shared ? `${program}.cma` : makesObject ? bytecodeName(program) : `${program}.byte`;
  // ocamlopt always keeps the locations of units that are linked.
  const linkFlags = compilesOnly ? "" : " -g";
  const environment = before.with({
    flags: `${ocamlcFlags(before.get("flags"))}${shared && !compilesOnly ? " -a" : ""}${linkFlags}`,
    ocamlc_flags: ocamlcFlags(before.get("ocamlopt_flags")),
    ocamlc_default_flags: "",
    ocamlc_byte_exit_status: before.get("ocamlopt_byte_exit_status"),
    all_modules: files(before, "all_modules"),
    program: target,
  });
  const { status, reason } = await compile(environment, session);
  if (status !== "passed") return { status, ...(reason !== undefined && { reason }), environment: before };
  const failed = before.number("ocamlopt_byte_exit_status") !== 0;
  return failed ? pass(before) : finish(before, session, { compilesOnly, makesObject, shared, target });
};

interface Made {
  readonly compilesOnly: boolean;
  readonly makesObject: boolean;
  readonly shared: boolean;
  readonly target: string;
}

function finish(before: Environment, session: Session, { compilesOnly, makesObject, shared, target }: Made): Result {
  const sources = [before.get("module").trim(), ...before.words("all_modules")];
  for (const source of sources) if (source.endsWith(".ml")) nameNatively(session, source.replace(/ml$/, "cmo"));
  if (makesObject) nameNatively(session, target);
  if (compilesOnly || makesObject) return pass(before);
  try {
    (shared ? makePlugin : makeProgram)(session.path(target), session.path(before.get("program")));
    return pass(before);
  } catch (e) {
    return fail(before, (e as Error).message);
  }
}

export const ocamloptActions: Readonly<Record<string, Action>> = {
  "setup-ocamlopt.byte-build-env": onlyNative(setUp),
  "ocamlopt.byte": onlyNative(ocamlopt),
  "check-ocamlopt.byte-output": onlyNative((environment, session) => session.check(environment, "compiler_output", "compiler_reference")),
};
