/** Programs and units that are made of sources and units first, by OCaml's compiler. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { CoreModule } from "../bytecode/engine.ts";
import { readUnitDebug } from "../bytecode/formats/debug.ts";
import { readingFile } from "../bytecode/formats/errors.ts";
import { readUnits } from "../bytecode/formats/unit.ts";
import { ensureToolchain } from "../loader/toolchain.ts";
import { executeTool } from "./execute.ts";
import { readInput } from "./files.ts";
import { buildProgress } from "./progress.ts";

/** Bytes of what was made, or the exit status of the compiler, which has said why it has made nothing. */
export type Made = { readonly bytes: Uint8Array } | { readonly status: number };

/**
 * Link a source, .cmo or .cma with the standard library, all of it unless only what the program refers to is asked for.
 * Throws FormatError, UsageError.
 */
export async function linkProgram(core: CoreModule, file: string, { small = false } = {}): Promise<Made> {
  // These say better than the compiler what is wrong with a file.
  const bytes = readInput(file);
  const source = file.endsWith(".ml");
  if (!source) checkUnits(bytes, file);
  return inFolder(core, async (folder) => {
    const unit = source ? join(folder, `${basename(file, ".ml")}.cmo`) : file;
    const status = source ? await compile(core, file, unit) : 0;
    const linked = join(folder, "program");
    // Nothing refers to the units of a library.
    const all = small && !file.endsWith(".cma") ? [] : ["-linkall"];
    return made(status || (await executeTool(core, "ocamlc", ["-g", ...all, "-I", dirname(file), "-o", linked, unit])), linked);
  });
}

/** Compile a source: the bytes of its .cmo. Throws UsageError. */
export async function compileSource(core: CoreModule, file: string): Promise<Made> {
  readInput(file);
  return inFolder(core, async (folder) => {
    const unit = join(folder, `${basename(file, ".ml")}.cmo`);
    return made(await compile(core, file, unit), unit);
  });
}

function compile(core: CoreModule, file: string, unit: string): Promise<number> {
  return executeTool(core, "ocamlc", ["-g", "-I", dirname(file), "-c", "-o", unit, file]);
}

function made(status: number, file: string): Made {
  return status === 0 ? { bytes: readInput(file) } : { status };
}

async function inFolder(core: CoreModule, make: (folder: string) => Promise<Made>): Promise<Made> {
  await ensureToolchain(core, buildProgress());
  const folder = mkdtempSync(join(tmpdir(), "bactrian-run-"));
  try {
    return await make(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Read all of a unit or library: OCaml's linker takes it as it is. Throws FormatError. */
function checkUnits(bytes: Uint8Array, file: string): void {
  readingFile(file, () => {
    for (const { name, debug } of readUnits(bytes, file)) {
      if (debug !== undefined) readUnitDebug(debug, name).decode();
    }
  });
}
