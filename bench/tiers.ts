/** Options, engines and programs of the benchmarks that compare Bactrian's tiers with OCaml's native code. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { Benchmark } from "./compare.ts";
import {
  type Engine, type EngineOptions, compile, compileNative, engineOptions, enginesOf, programsIn, root, several,
} from "./engines.ts";

export interface TierOptions extends EngineOptions {
  /** Path of ocamlopt, or its name when it is on PATH. */
  readonly ocamlopt?: string;
  readonly tier?: readonly string[];
  readonly set?: readonly string[];
}

const sets = ["classic", "programs", "training"];

function set(value: string, before?: readonly string[]): string[] {
  if (!sets.includes(value)) throw new InvalidArgumentError(`not one of ${sets.join(", ")}`);
  return several(value, before);
}

/** `rounds` is the default. */
export function tierOptions(command: Command, rounds: number): Command {
  const found = spawnSync("ocamlopt", ["-version"]).status === 0 ? "ocamlopt" : undefined;
  return engineOptions(command, rounds)
    .option("--ocamlopt <path>", "OCaml 5.3's native compiler, which ratios refer to (default: on PATH, else none)", found)
    .option("--tier <name>", "a tier of Bactrian (repeatable; default: interp, native)", several)
    .option("--set <folder>", "which programs (repeatable; default: classic)", set);
}

/** Machine code first, then ocamlruns, then each tier of each Bactrian. */
export function tierEngines(options: TierOptions): Engine[] {
  const engines = enginesOf(options, options.tier ?? ["interp", "native"]);
  if (options.ocamlopt === undefined) return engines;
  const version = execFileSync(options.ocamlopt, ["-version"], { encoding: "utf8" }).trim();
  return [{ label: `ocamlopt ${version}`, command: [], native: true }, ...engines];
}

/** The programs that the options select, compiled in a folder, with units linked before them. */
export function tierPrograms(options: TierOptions, folder: string, before: readonly string[] = []): Benchmark[] {
  const { filter, ocamlc, ocamlopt, size, set: chosen = ["classic"] } = options;
  return chosen.flatMap((set) => {
    const target = join(folder, set);
    mkdirSync(target);
    return programsIn(join(root, "bench", set), filter).map((source): Benchmark => {
      const sources = [...before, source];
      const name = basename(source, ".ml");
      const native = ocamlopt && [compileNative(sources, target, ocamlopt), String(size)];
      const argv = [compile(sources, target, ocamlc), String(size)];
      return { name: chosen.length > 1 ? `${set}/${name}` : name, argv, ...(native && { native }) };
    });
  });
}
