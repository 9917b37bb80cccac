/** What all programs share, made once and kept in a folder: the prelude, the program that loads them, OCaml's compiler. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BytecodeExecutable, readExecutable } from "../../bytecode/formats/executable.ts";
import { libraryDirectory, loadCore } from "../../loader/installation.ts";
import { readProgram } from "../../loader/native-program.ts";
import { compileExecutable } from "../../native/compile.ts";
import type { NativeCode } from "../../native/code.ts";
import { writeNativeFile } from "../../native/file-write.ts";
import { ocamlc, type Outcome, run, type RunOptions, runToCrash } from "../support/programs.ts";

const core = loadCore();

/** What programs share. */
export const PRELUDE = fileURLToPath(new URL("prelude.ml", import.meta.url));
const HOST = fileURLToPath(new URL("host.ml", import.meta.url));

/** How the standard library, the prelude and Dynlink run. */
export type HostTier = "interpreted" | "native";

/** What of it there is as native code, too: the host, and OCaml's compiler, which takes 40 s to make and saves half of its time. */
export type NativeTool = "host" | "ocamlc";

/** Make what is not there already. Throws what the compiler says. */
export function makeKit(folder: string, native: readonly NativeTool[]): void {
  const host = join(folder, "host.byte");
  if (!existsSync(host)) {
    copyFileSync(PRELUDE, join(folder, "prelude.ml"));
    copyFileSync(HOST, join(folder, "host.ml"));
    const dynlink = ["-I", join(libraryDirectory, "dynlink")];
    ocamlc(folder, ["-g", "-w", "-a", ...dynlink, "-c", "prelude.ml", "host.ml"]);
    ocamlc(folder, ["-g", "-linkall", ...dynlink, "dynlink.cma", "prelude.cmo", "host.cmo", "-o", "host.byte"]);
  }
  for (const tool of native) {
    const [from, to] = [tool === "host" ? host : compiler, join(folder, `${tool}.wasm`)];
    if (!existsSync(to)) writeFileSync(to, writeNativeFile(compileExecutable(readExecutable(readFileSync(from), from), core)));
  }
}

const compiler = join(libraryDirectory, "bin", "ocamlc");

/** A program in one tier. */
interface Loaded {
  readonly program: BytecodeExecutable;
  readonly native?: NativeCode;
}

/** The kit in a folder. */
export class Kit {
  readonly folder: string;
  readonly #loaded = new Map<string, Loaded>();

  constructor(folder: string) {
    this.folder = folder;
  }

  #load(file: string): Loaded {
    const loaded = this.#loaded.get(file) ?? readProgram(readFileSync(file), file, core);
    this.#loaded.set(file, loaded);
    return loaded;
  }

  /** Run the host, which loads a file. A crash of the VM is part of what it says. */
  host(tier: HostTier, file: string, options: RunOptions): Outcome {
    const { program, native } = this.#load(join(this.folder, tier === "native" ? "host.wasm" : "host.byte"));
    return runToCrash(program, { ...options, argv: ["host", file], ...(native && { native: () => native }) });
  }

  /** Run OCaml's compiler. Throws what it says when it fails. */
  compile(directory: string, args: readonly string[]): void {
    const native = join(this.folder, "ocamlc.wasm");
    if (!existsSync(native)) return ocamlc(directory, args);
    const { program, native: code } = this.#load(native);
    const { status, stdout, stderr } = run(program, { directory, argv: [compiler, ...args], native: () => code! });
    if (status !== 0) throw new Error(`ocamlc ${args.join(" ")}\n${stdout}${stderr}`);
  }
}
