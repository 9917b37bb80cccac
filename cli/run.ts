/** `bactrian run`, the toplevel and OCaml's tools: programs that are run with the process as their host. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NodeHost } from "../runtime/host/node.ts";
import type { CoreModule } from "../bytecode/engine.ts";
import { readExecutable } from "../bytecode/formats/executable.ts";
import { runProgramAsync } from "../loader/program.ts";
import { UsageError } from "../loader/errors.ts";
import { libraryDirectory, loadCore } from "../loader/installation.ts";
import { canEditLines, editLines } from "./line-editor.ts";
import { buildProgress } from "./progress.ts";
import { ensureToolchain } from "../loader/toolchain.ts";

export const TOOLS = ["ocamlc", "ocamldep", "ocamllex", "ocamlobjinfo"] as const;
export type Tool = (typeof TOOLS)[number];

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "is a directory; give a file",
  EACCES: "may not be read; check its permissions",
};

/** The bytes of a file. Throws UsageError. */
export function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (e) {
    const { code = "" } = e as NodeJS.ErrnoException;
    throw new UsageError(`${file}: ${PROBLEMS[code] ?? (e as Error).message}`);
  }
}

/** Where the tools look for the standard library, unless the user says otherwise. */
function environment(): Record<string, string | undefined> {
  return { ...process.env, OCAMLLIB: process.env.OCAMLLIB ?? process.env.CAMLLIB ?? libraryDirectory };
}

/** Run a program and end as it ends, whatever its other threads still wait for. Throws FormatError. */
async function execute(core: CoreModule, host: NodeHost, argv: [string, ...string[]], verify: boolean): Promise<never> {
  const status = await runProgramAsync(readExecutable(readInput(argv[0]), argv[0]), {
    core,
    host,
    argv,
    parameters: process.env.OCAMLRUNPARAM ?? process.env.CAMLRUNPARAM,
    verify,
  });
  process.exit(status);
}

/** Run an executable file. Throws FormatError, UsageError. */
export async function runFile(file: string, args: readonly string[], options: { verify: boolean }): Promise<void> {
  await execute(loadCore(), new NodeHost(), [file, ...args], options.verify);
}

/** Run one of OCaml's programs, which Bactrian has built. */
export async function runTool(tool: Tool | "ocaml", args: readonly string[]): Promise<void> {
  const core: CoreModule = loadCore();
  await ensureToolchain(core, buildProgress());
  const host = new NodeHost({ environment: environment() });
  if (tool === "ocaml" && canEditLines()) editLines(host);
  await execute(core, host, [join(libraryDirectory, "bin", tool), ...args], false);
}
