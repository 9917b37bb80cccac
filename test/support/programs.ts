/** OCaml programs as tests: compiled by the toolchain that Bactrian has built, then run in this process. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CoreModule } from "../../bytecode/engine.ts";
import { type BytecodeExecutable, readExecutable } from "../../bytecode/formats/executable.ts";
import { libraryDirectory, loadCore } from "../../loader/installation.ts";
import { type ProgramOptions, runProgram, runProgramAsync } from "../../loader/program.ts";
import type { NativeCode } from "../../native/code.ts";
import { NodeHost } from "../../runtime/host/node.ts";

const core: CoreModule = loadCore();

/** The folder test/data/NAME or test/NAME. */
export const testFolder = (name: string): string => fileURLToPath(new URL(`../${name}/`, import.meta.url));

export interface Outcome {
  readonly status: number;
  /** What was written, one character per byte. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly argv?: readonly string[];
  readonly directory?: string;
  /** OCAMLRUNPARAM. */
  readonly parameters?: string;
  /** DEBUG_* bits. */
  readonly debug?: number;
  readonly maxMemoryBytes?: number;
  /** Makes native code of the program, which is run then (mixes.ts). */
  readonly native?: (program: BytecodeExecutable, core: CoreModule) => NativeCode;
}

/** How to run a program so that what it writes is kept, and what came of it, given its status. */
function capturing(program: BytecodeExecutable, options: RunOptions): { options: ProgramOptions; outcome: (status: number) => Outcome } {
  const chunks: Record<1 | 2, Uint8Array[]> = { 1: [], 2: [] };
  const host = new NodeHost({
    output: (fd, bytes) => void chunks[fd].push(bytes.slice()),
    ...(options.directory !== undefined && { directory: options.directory }),
  });
  const text = (fd: 1 | 2): string => Buffer.concat(chunks[fd]).toString("latin1");
  return {
    options: {
      core,
      host,
      argv: options.argv ?? ["program"],
      parameters: options.parameters,
      ...(options.debug !== undefined && { debug: options.debug }),
      ...(options.maxMemoryBytes !== undefined && { maxMemoryBytes: options.maxMemoryBytes }),
      ...(options.native && { native: options.native(program, core) }),
    },
    outcome: (status) => ({ status, stdout: text(1), stderr: text(2) }),
  };
}

/** Run a program until it ends. */
export function run(program: BytecodeExecutable, options: RunOptions = {}): Outcome {
  const captured = capturing(program, options);
  return captured.outcome(runProgram(program, captured.options));
}

/** The same, with an error of the VM as part of what is written to standard error, after what the program had written, and status -1. */
export function runToCrash(program: BytecodeExecutable, options: RunOptions = {}): Outcome {
  const captured = capturing(program, options);
  try {
    return captured.outcome(runProgram(program, captured.options));
  } catch (error) {
    const { stderr, ...rest } = captured.outcome(-1);
    return { ...rest, stderr: `${stderr}crash: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n` };
  }
}

/** The same for programs that need JavaScript's event loop. */
export async function runAsync(program: BytecodeExecutable, options: RunOptions = {}): Promise<Outcome> {
  const captured = capturing(program, options);
  return captured.outcome(await runProgramAsync(program, captured.options));
}

/**
 * Compile the OCaml sources of a folder and link each to a program of its own, after the libraries of the toolchain named
 * in `libraries` and the sources named in `common`. The programs by name. Throws what the compiler says.
 */
export function compilePrograms(
  folder: string,
  common: readonly string[] = [],
  libraries: readonly string[] = [],
): Map<string, BytecodeExecutable> {
  const work = mkdtempSync(join(tmpdir(), "bactrian-test-"));
  try {
    const sources = readdirSync(folder).filter((name) => name.endsWith(".ml"));
    for (const name of sources) cpSync(join(folder, name), join(work, name));
    const programs = sources.filter((name) => !common.includes(name));
    const include = libraries.flatMap((name) => ["-I", join(libraryDirectory, name)]);
    ocamlc(work, ["-g", "-w", "-a", ...include, "-c", ...common, ...programs]);
    const objects = common.map((name) => name.replace(/\.ml$/, ".cmo"));
    return new Map(
      programs.map((source) => {
        const name = basename(source, ".ml");
        ocamlc(work, ["-g", ...include, ...libraries.map((name) => `${name}.cma`), ...objects, `${name}.cmo`, "-o", `${name}.byte`]);
        return [name, readExecutable(readFileSync(join(work, `${name}.byte`)), `${name}.byte`)];
      }),
    );
  } finally {
    rmSync(work, { recursive: true });
  }
}

const tools = new Map<string, BytecodeExecutable>();

/** Run one of the toolchain's programs. Throws what it says when it fails. */
export function runTool(tool: string, directory: string, args: readonly string[]): void {
  const file = join(libraryDirectory, "bin", tool);
  const program = tools.get(tool) ?? readExecutable(readFileSync(file), file);
  tools.set(tool, program);
  const { status, stdout, stderr } = run(program, { argv: [file, ...args], directory });
  if (status !== 0) throw new Error(`${tool} ${args.join(" ")}\n${stdout}${stderr}`);
}

export function ocamlc(directory: string, args: readonly string[]): void {
  runTool("ocamlc", directory, args);
}
