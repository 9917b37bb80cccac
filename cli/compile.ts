/** `bactrian compile`: bytecode to files of native code. */
import { basename, extname } from "node:path";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { CoreModule } from "../bytecode/engine.ts";
import { readExecutable } from "../bytecode/formats/executable.ts";
import { identify } from "../bytecode/formats/magic.ts";
import { type Requirement, withRequirements } from "../bytecode/formats/requirements.ts";
import { readUnits } from "../bytecode/formats/unit.ts";
import { UsageError } from "../loader/errors.ts";
import { loadCore } from "../loader/installation.ts";
import { isNativeFile } from "../native/file.ts";
import { readNativeFile } from "../native/file-read.ts";
import { unitDigest } from "../native/plugins.ts";
import type { Chosen } from "../native/source.ts";
import { readInput, writeOutput } from "./files.ts";
import { compileSource, linkProgram, type Made } from "./link.ts";
import { compileVisibly, pluginInput, programInput, writeNativeFile } from "./native.ts";

export interface CompileOptions {
  readonly output?: string;
  /** What the names of the functions that get native code match; default: all do. */
  readonly only?: string;
  /** Files of plugins, units and libraries that the plugin is to be loaded with, and with no others in their place. */
  readonly requires?: readonly string[];
  /** Threads that compile; default: as many as are worth it. */
  readonly jobs?: number;
}

const PROGRAM = ".wasm";
const PLUGIN = ".cmxs";

/** Compile files, each to a file of its own. Throws FormatError, UsageError. */
export async function compileFiles(files: readonly string[], { output, only, requires = [], jobs }: CompileOptions): Promise<void> {
  if (output !== undefined && files.length > 1) throw new UsageError("-o is for one file. Compile the others by themselves");
  const core = loadCore();
  const chosen = only === undefined ? undefined : matching(only);
  const requirements = requires.flatMap(requirementsOf);
  for (const file of files) {
    const status = await compileFile(core, file, output, { chosen, requirements, jobs });
    if (status !== 0) {
      process.exitCode = status;
      return;
    }
  }
}

/** Those whose names match a regular expression. Throws UsageError. */
function matching(expression: string): Chosen {
  try {
    const pattern = new RegExp(expression);
    return (_, name) => pattern.test(name);
  } catch {
    throw new UsageError(`--only ${expression}: is no regular expression; give one that names of functions match, such as '^Engine\\.'`);
  }
}

/** What a plugin that needs the units of a file requires: these very ones. Throws FormatError, UsageError. */
function requirementsOf(file: string): Requirement[] {
  const bytes = readInput(file);
  const bytecode = isNativeFile(bytes, file) ? readNativeFile(bytes, file).bytecode : bytes;
  return readUnits(bytecode, file).map(({ name }) => ({ unit: name, digest: bytesToHex(unitDigest(bytecode, name)) }));
}

interface HowToCompile {
  readonly chosen: Chosen | undefined;
  readonly requirements: readonly Requirement[];
  readonly jobs: number | undefined;
}

/** The status of OCaml's compiler, if it has refused a source; else 0. */
async function compileFile(
  core: CoreModule,
  file: string,
  output: string | undefined,
  { chosen, requirements, jobs }: HowToCompile,
): Promise<number> {
  const asPlugin = output?.endsWith(PLUGIN) ?? false;
  const given: Made = !file.endsWith(".ml")
    ? { bytes: readInput(file) }
    : asPlugin
      ? await compileSource(core, file)
      : await linkProgram(core, file);
  if ("status" in given) return given.status;
  const { bytes } = given;
  const kind = identify(bytes)?.kind;
  const isPlugin = kind === "cmo" || kind === "cma";
  const extension = isPlugin ? PLUGIN : PROGRAM;
  if (output !== undefined && [PROGRAM, PLUGIN].includes(extname(output)) && extname(output) !== extension) {
    const [made, from] = isPlugin ? ["a plugin", "a unit or library"] : ["a program", "an executable"];
    throw new UsageError(`${output}: ${from} is compiled to ${made}. Call it ${output.slice(0, -extension.length)}${extension}`);
  }
  if (!isPlugin && requirements.length > 0) throw new UsageError(`${file}: --requires is for plugins. A program has its units in it`);
  const input = isPlugin
    ? pluginInput(withRequirements(bytes, requirements), core, file, chosen)
    : programInput(readExecutable(bytes, file), core, chosen);
  const native = await compileVisibly(input, { file, jobs });
  if (chosen && native.code.functions.length === 0) {
    throw new UsageError(`${file}: --only matches none of its functions; code that was compiled without -g has no names. See bactrian info of what is compiled whole`);
  }
  writeOutput(output ?? `${file.slice(0, file.length - extname(basename(file)).length)}${extension}`, writeNativeFile(native));
  return 0;
}
