/** Programs that are compiled together, as one unit, and the forms that they run in. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BytecodeExecutable, readExecutable } from "../../bytecode/formats/executable.ts";
import { loadCore } from "../../loader/installation.ts";
import type { NativeCode } from "../../native/code.ts";
import { compileLibrary } from "../../native/compile.ts";
import { writeNativeFile } from "../../native/file-write.ts";
import { definitionOf } from "../../native/names.ts";
import { compileProgram } from "../../native/compile.ts";
import type { Chosen } from "../../native/source.ts";
import type { Kit } from "./kit.ts";
import { type Program, unitOf } from "./program.ts";

const core = loadCore();

/** The unit with the programs. */
export const UNIT = "programs";

/** Which functions get native code; `own`: those of the programs, not those that they are linked with. */
export type Part = "all" | "own" | "some";

/** FNV-1a. */
function hash(text: string): number {
  let n = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) n = Math.imul(n ^ text.charCodeAt(i), 0x01000193);
  return (n ^ (n >>> 15)) >>> 0;
}

/** How many of a program's functions, of 8, are compiled in the mix. */
const SHARES = [2, 4, 6] as const;

/** The module of the program that a function is of; undefined: it is of none. */
const moduleOf = (name: string): string | undefined => /^Programs\.P\d+/.exec(name)?.[0];

/** Chooses some functions of each program, the same ones whatever other programs there are. */
function some(): Chosen {
  const seen = new Map<string, number>();
  return (_, name) => {
    const definition = definitionOf(name);
    const count = seen.get(definition) ?? 0;
    seen.set(definition, count + 1);
    return hash(`${definition} ${count}`) % 8 < SHARES[hash(moduleOf(name) ?? "") % SHARES.length]!;
  };
}

const CHOSEN: Readonly<Record<Part, () => Chosen>> = {
  all: () => () => true,
  own: () => (_, name) => moduleOf(name) !== undefined,
  some,
};

function remembering<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.has(key) ? known.get(key)! : make(key);
    known.set(key, value);
    return value;
  };
}

export class Batch {
  readonly kit: Kit;
  readonly text: string;
  readonly #folder: string;

  /** Throws what the compiler says. */
  constructor(kit: Kit, programs: readonly Program[]) {
    this.kit = kit;
    this.text = unitOf(programs);
    this.#folder = mkdtempSync(join(tmpdir(), "bactrian-random-"));
    try {
      writeFileSync(this.#file("ml"), this.text, "latin1");
      this.#compile("-c", `${UNIT}.ml`);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #file(extension: string): string {
    return join(this.#folder, `${UNIT}.${extension}`);
  }

  #compile(...args: readonly string[]): void {
    this.kit.compile(this.#folder, ["-g", "-w", "-a", "-I", this.kit.folder, ...args]);
  }

  /** The unit as bytecode. */
  get unit(): string {
    return this.#file("cmo");
  }

  /** The unit as a native plugin. */
  readonly plugin = remembering((part: Part): string => {
    const file = this.#file(`${part}.cmxs`);
    const code = compileLibrary(new Uint8Array(readFileSync(this.unit)), core, this.unit, { chosen: CHOSEN[part]() });
    writeFileSync(file, writeNativeFile(code));
    return file;
  });

  readonly #linked = remembering((file: string): BytecodeExecutable => {
    this.#compile("prelude.cmo", `${UNIT}.cmo`, "-o", file);
    return readExecutable(readFileSync(file), file);
  });

  /** The unit linked to a program of its own. */
  get executable(): BytecodeExecutable {
    return this.#linked(this.#file("byte"));
  }

  /** Native code for that program, compiled as a whole. */
  readonly native = remembering((part: Part): NativeCode => compileProgram(this.executable, core, { chosen: CHOSEN[part]() }));
}
