/**
 * In which tiers tests run: their programs interpreted, as on ocamlrun, or compiled to WebAssembly; what these load as bytecode,
 * or as native plugins that take its place. Where all is native, the tests' native blocks are done, too: see ocamlopt.ts.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadCore } from "../../loader/installation.ts";
import { compileExecutable, compileLibrary } from "../../native/compile.ts";
import { writeNativeFile } from "../../native/file-write.ts";
import { readExecutable } from "../../bytecode/formats/executable.ts";

export const PROGRAM_TIERS = ["interp", "native"] as const;
export const PLUGIN_KINDS = ["bytecode", "native"] as const;

export interface Tiers {
  readonly program: (typeof PROGRAM_TIERS)[number];
  readonly plugins: (typeof PLUGIN_KINDS)[number];
}

export const INTERPRETED: Tiers = { program: "interp", plugins: "bytecode" };

/** Whether there is something that stands for ocamlopt. */
export const isNative = ({ program, plugins }: Tiers): boolean => program === "native" && plugins === "native";

const core = loadCore();

const read = (file: string): Uint8Array => new Uint8Array(readFileSync(file));

/** Make a native plugin of a .cmo or .cma. Throws FormatError. */
export function makePlugin(from: string, to: string): void {
  writeFileSync(to, writeNativeFile(compileLibrary(read(from), core, from)));
}

/** Make a native program of a bytecode executable. Throws FormatError. */
export function makeProgram(from: string, to: string): void {
  writeFileSync(to, writeNativeFile(compileExecutable(readExecutable(read(from), from), core)));
}

const HIDDEN = ".hidden";

/**
 * Do something while each .cmo and .cma below a folder is away, and the native plugin that is made of it is there. Where a
 * unit and a library have one name, the library is the plugin.
 */
export async function withPlugins<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file));
  const hidden = files.filter((file) => /\.cm[oa]$/.test(file)).sort();
  const made: string[] = [];
  for (const file of hidden) {
    const plugin = file.replace(/\.cm[oa]$/, ".cmxs");
    if (!existsSync(plugin)) {
      makePlugin(file, plugin); // .cma comes before .cmo
      made.push(plugin);
    }
  }
  for (const file of hidden) renameSync(file, file + HIDDEN);
  try {
    return await act();
  } finally {
    for (const file of hidden) renameSync(file + HIDDEN, file);
    for (const file of made) rmSync(file, { force: true });
  }
}
