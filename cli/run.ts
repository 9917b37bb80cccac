/** `bactrian run`, the toplevel and OCaml's tools: programs that are run with the process as their host. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { NodeHost } from "../runtime/host/node.ts";
import type { CoreModule } from "../bytecode/engine.ts";
import { readUnitDebug } from "../bytecode/formats/debug.ts";
import { readingFile } from "../bytecode/formats/errors.ts";
import { type BytecodeExecutable, readExecutable } from "../bytecode/formats/executable.ts";
import { readUnits } from "../bytecode/formats/unit.ts";
import { runProgramAsync } from "../loader/program.ts";
import { UsageError } from "../loader/errors.ts";
import { libraryDirectory, loadCore } from "../loader/installation.ts";
import { buildProgress } from "./progress.ts";
import { ensureToolchain } from "../loader/toolchain.ts";

export const TOOLS = ["ocamlc", "ocamldep", "ocamllex", "ocamlobjinfo"] as const;
export type Tool = (typeof TOOLS)[number];

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; check its name",
  ENOTDIR: "there is no such file: a part of its path is no directory; check its name",
  EISDIR: "is a directory; give a file",
  EACCES: "may not be read; check its permissions",
};

/** The bytes of a file, or of a pipe. Throws UsageError. */
export function readInput(file: string): Uint8Array {
  try {
    if (statSync(file).isCharacterDevice()) throw new UsageError("is a device; give a file"); // some of them never end
    return readFileSync(file);
  } catch (e) {
    const { code = "", message } = e as NodeJS.ErrnoException;
    throw new UsageError(`${file}: ${PROBLEMS[code] ?? message}`);
  }
}

/** Where the tools look for the standard library, unless the user says otherwise. */
function environment(): Record<string, string | undefined> {
  return { ...process.env, OCAMLLIB: process.env.OCAMLLIB ?? process.env.CAMLLIB ?? libraryDirectory };
}

export interface RunOptions {
  /** "native": compile the program to WebAssembly first. Default: interpret it. */
  readonly tier?: "interp" | "native";
  /** Verify the code of executables, which come from outside. */
  readonly verify: boolean;
}

/**
 * Run a program: an executable, or a source or unit that is compiled and linked first, with the standard library.
 * Throws FormatError, UsageError.
 */
export async function runFile(file: string, args: readonly string[], options: RunOptions): Promise<never> {
  const core = loadCore();
  if (/\.(ml|cmo|cma)$/.test(file)) return end(await runUnlinked(core, file, args, options));
  const program = readExecutable(readInput(file), file);
  return end(await execute(core, program, [file, ...args], new NodeHost(), options));
}

/** End as a program has ended, whatever its other threads still wait for. */
function end(status: number): never {
  process.exit(status);
}

/** Read all of a unit or library: OCaml's linker takes it as it is. Throws FormatError. */
function checkUnits(bytes: Uint8Array, file: string): void {
  readingFile(file, () => {
    for (const { name, debug } of readUnits(bytes, file)) {
      if (debug !== undefined) readUnitDebug(debug, name).decode();
    }
  });
}

/** Compile a source, link it or a unit, run the result: the status of the first of these that fails. */
async function runUnlinked(
  core: CoreModule,
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<number> {
  // These say better than the compiler what is wrong with it.
  const bytes = readInput(file);
  const compiled = !file.endsWith(".ml");
  if (compiled) checkUnits(bytes, file);
  await ensureToolchain(core, buildProgress());
  const folder = mkdtempSync(join(tmpdir(), "bactrian-run-"));
  try {
    const linked = join(folder, "program");
    const unit = compiled ? file : join(folder, `${basename(file, ".ml")}.cmo`);
    const steps = [
      ...(compiled ? [] : [["-g", "-I", dirname(file), "-c", "-o", unit, file]]),
      ["-g", "-linkall", "-I", dirname(file), "-o", linked, unit],
    ];
    for (const step of steps) {
      const status = await executeTool(core, "ocamlc", step);
      if (status !== 0) return status;
    }
    const program = readExecutable(readInput(linked), file);
    return await execute(core, program, [file, ...args], new NodeHost(), { ...options, verify: compiled });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Run one of OCaml's programs, which Bactrian has built. */
export async function runTool(tool: Tool | "ocaml", args: readonly string[]): Promise<never> {
  const core = loadCore();
  await ensureToolchain(core, buildProgress());
  return end(await executeTool(core, tool, args));
}

/** Whether lines can be edited here. */
function onTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== "dumb";
}

async function executeTool(core: CoreModule, tool: Tool | "ocaml", args: readonly string[]): Promise<number> {
  const file = join(libraryDirectory, "bin", tool);
  const host = new NodeHost({ environment: environment() });
  if (tool === "ocaml" && onTerminal()) (await import("./line-editor.ts")).editLines(host);
  return execute(core, readExecutable(readInput(file), file), [file, ...args], host, { verify: false });
}

async function execute(
  core: CoreModule,
  program: BytecodeExecutable,
  argv: readonly string[],
  host: NodeHost,
  { verify, tier }: RunOptions,
): Promise<number> {
  const parameters = process.env.OCAMLRUNPARAM ?? process.env.CAMLRUNPARAM;
  const native = tier === "native" ? (await import("./native.ts")).compile(program, core) : undefined;
  return runProgramAsync(program, { core, host, argv, parameters, verify, ...(native && { native }) });
}
