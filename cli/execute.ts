/** Programs that are run with the process as their host: those of users, and OCaml's own. */
import { join } from "node:path";
import { NodeHost } from "../runtime/host/node.ts";
import type { CoreModule } from "../bytecode/engine.ts";
import { type BytecodeExecutable, readExecutable } from "../bytecode/formats/executable.ts";
import { runProgramAsync } from "../loader/program.ts";
import { libraryDirectory } from "../loader/installation.ts";
import type { NativeCode } from "../native/code.ts";
import { rememberWritten } from "./checksums.ts";
import { readInput } from "./files.ts";

export const TOOLS = ["ocamlc", "ocamldep", "ocamllex", "ocamlobjinfo", "embed"] as const;
export type Tool = (typeof TOOLS)[number];

export interface ExecuteOptions {
  /** Verify the code of executables, which come from outside. */
  readonly verify: boolean;
  /** The program's native code, to be run instead of its bytecode. */
  readonly native?: NativeCode | undefined;
}

/** What the user asks of the runtime, as `ocamlrun` finds it (runtime/startup_aux.c: caml_parse_ocamlrunparam). */
export const runtimeParameters = (): string | undefined => process.env.OCAMLRUNPARAM ?? process.env.CAMLRUNPARAM;

/** Run a program until it ends: its exit status. Throws FormatError. */
export function execute(
  core: CoreModule,
  program: BytecodeExecutable,
  argv: readonly string[],
  host: NodeHost,
  { verify, native }: ExecuteOptions,
): Promise<number> {
  return runProgramAsync(program, { core, host, argv, parameters: runtimeParameters(), verify, ...(native && { native }) });
}

/** Run one of OCaml's programs, which is built already. `nativeCode` gives what it has of native code. */
export async function executeTool(
  core: CoreModule,
  tool: Tool | "ocaml",
  args: readonly string[],
  nativeCode: (program: BytecodeExecutable) => Promise<NativeCode | undefined> = () => Promise.resolve(undefined),
): Promise<number> {
  const file = join(libraryDirectory, "bin", tool);
  const host = new NodeHost({ environment: environment() });
  if (tool === "ocaml" && onTerminal()) (await import("./line-editor.ts")).editLines(host);
  const program = readExecutable(readInput(file), file);
  const addChecksums = tool === "ocamlc" ? rememberWritten(host) : undefined;
  const status = await execute(core, program, [file, ...args], host, { verify: false, native: await nativeCode(program) });
  addChecksums?.();
  return status;
}

/** Where the tools look for the standard library, unless the user says otherwise. */
function environment(): Record<string, string | undefined> {
  return { ...process.env, OCAMLLIB: process.env.OCAMLLIB ?? process.env.CAMLLIB ?? libraryDirectory };
}

/** Whether lines can be edited here. */
function onTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== "dumb";
}
