/** The host and the plugins of test/data/dynlink, in all combinations: each interpreted and native. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BytecodeExecutable, readExecutable } from "../../bytecode/formats/executable.ts";
import { libraryDirectory, loadCore } from "../../loader/installation.ts";
import { compileExecutable, compileLibrary } from "../../native/compile.ts";
import type { NativeCode } from "../../native/code.ts";
import { writeNativeFile } from "../../native/file-write.ts";
import { ocamlc, testFolder } from "./programs.ts";

const core = loadCore();

export const sources = testFolder("data/dynlink");
const dynlink = ["-I", join(libraryDirectory, "dynlink")];

/** Units that are plugins, in an order in which they compile. */
const PLUGINS = (
  "counter hello greeter raising outer inner nested missing uninitialised unsafe pig predefined registrx registered"
).split(" ");

export interface Combination {
  readonly name: string;
  readonly folder: string;
  readonly host: "interpreted" | "native";
  readonly plugins: "bytecode" | "native";
  /** What makes the host's native code; absent: it is interpreted. */
  readonly native?: () => NativeCode;
}

export interface Fixture {
  readonly host: BytecodeExecutable;
  readonly combinations: readonly Combination[];

  remove(): void;
}

/** Replaces a text in a file by one of the same length, everywhere. */
export function patch(file: string, from: string, to: string): void {
  const text = readFileSync(file, "latin1");
  if (!text.includes(from) || from.length !== to.length) throw new Error(`${file}: ${from} cannot be replaced`);
  writeFileSync(file, Buffer.from(text.replaceAll(from, to), "latin1"));
}

/** The plugin that is made of a .cmo or .cma. */
export const compileBytes = (bytes: Uint8Array): Uint8Array => writeNativeFile(compileLibrary(bytes, core));

/** Makes all of it, in folders of their own. */
export function prepareDynlink(): Fixture {
  const root = mkdtempSync(join(tmpdir(), "bactrian-dynlink-"));
  const bytecode = join(root, "bytecode");
  cpSync(sources, bytecode, { recursive: true });
  const inFolder = (folder: string, ...args: string[]): void => ocamlc(join(bytecode, folder), ["-g", "-w", "-8", ...dynlink, ...args]);
  inFolder("", "-c", "registry.ml", "pig.mli", "absent.mli", "later.ml", "host.ml", ...PLUGINS.map((name) => `${name}.ml`));
  inFolder("other", "-c", "registry.ml", "counter.ml");
  inFolder("", "-I", ".", "-c", "fixed/raising.ml");
  inFolder("", "-I", "packed", "-for-pack", "Crate", "-c", "packed/left.ml", "packed/right.ml");
  inFolder("", "-pack", "-o", "crate.cmo", "packed/left.cmo", "packed/right.cmo");
  inFolder("", "-linkall", "dynlink.cma", "registry.cmo", "host.cmo", "later.cmo", "-o", "host.byte");
  inFolder("", "-a", "hello.cmo", "greeter.cmo", "-o", "greeting.cma");
  inFolder("", "-a", "hello.cmo", "raising.cmo", "-o", "half.cma");
  inFolder("", "-a", "hello.cmo", "fixed/raising.cmo", "-o", "fixed/half.cma");
  inFolder("", "-a", "hello.cmo", "outer.cmo", "-o", "nesting.cma");
  patch(join(bytecode, "predefined.cmo"), "Match_failure", "Match_failurf");
  patch(join(bytecode, "registrx.cmo"), "Registry", "Registrx");
  const host = readExecutable(readFileSync(join(bytecode, "host.byte")), "host.byte");
  for (const name of ["later.cmo", "other/registry.cmo", "packed/left.cmo", "packed/right.cmo"]) rmSync(join(bytecode, name));
  const native = join(root, "native");
  cpSync(bytecode, native, { recursive: true });
  for (const file of readdirSync(native, { recursive: true, encoding: "utf8" })) {
    const path = join(native, file);
    if (!/\.cm[oa]$/.test(file)) continue;
    writeFileSync(path.replace(/\.cm[oa]$/, ".cmxs"), compileBytes(new Uint8Array(readFileSync(path))));
    rmSync(path);
  }
  for (const folder of [bytecode, native]) writeFileSync(join(folder, "text.cmo"), "not a unit, but longer than a magic number");
  let code: NativeCode | undefined;
  const compiled = (): NativeCode => (code ??= compileExecutable(host, core).code);
  const combination = (tier: Combination["host"], plugins: Combination["plugins"]): Combination => ({
    name: `${tier} host, ${plugins} plugins`,
    folder: plugins === "native" ? native : bytecode,
    host: tier,
    plugins,
    ...(tier === "native" && { native: compiled }),
  });
  return {
    host,
    combinations: [
      combination("interpreted", "bytecode"),
      combination("interpreted", "native"),
      combination("native", "bytecode"),
      combination("native", "native"),
    ],
    remove: () => rmSync(root, { recursive: true }),
  };
}
