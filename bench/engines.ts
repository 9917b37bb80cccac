/** What the benchmarks run programs with: the commands under comparison, and the compiler. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError } from "commander";

export const root = fileURLToPath(new URL("../", import.meta.url));

/** A command that runs a bytecode executable, given as its next argument; or the processor itself. */
export interface Engine {
  readonly label: string;
  /** Empty for the processor. */
  readonly command: readonly string[];
  /** Runs machine code, not bytecode. */
  readonly native?: boolean;
}

export interface EngineOptions {
  readonly reference?: readonly string[];
  readonly node?: readonly string[];
  readonly dist?: readonly string[];
  readonly ocamlc?: string;
  readonly filter?: RegExp;
  readonly rounds: number;
  /** Argument of the programs: work in percent. */
  readonly size: number;
  readonly json?: string;
}

function natural(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("not a positive number");
  return Number(text);
}

/** For options that can be given several times. */
export const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** The options that all benchmarks have; `rounds` is the default. */
export function engineOptions(command: Command, rounds: number): Command {
  return command
    .option("--reference <ocamlrun>", "an ocamlrun to compare with (repeatable; ratios refer to the first engine)", several)
    .option("--node <path>", "a Node to run Bactrian with (repeatable; default: this one)", several)
    .option("--dist <folder>", "a built Bactrian (repeatable; default: dist)", several)
    .option("--ocamlc <path>", "OCaml 5.3's compiler (default: Bactrian's own in dist/ocaml)")
    .option("--filter <regexp>", "programs by name", (text) => new RegExp(text))
    .option("--rounds <n>", "runs of each program with each engine", natural, rounds)
    .option("--size <percent>", "work of each program, in percent", natural, 100)
    .option("--json <file>", "write everything measured to a file");
}

const bactrian = (node: string, dist: string): string[] => [node, join(dist, "cli/main.js"), "run"];

/** Labels made unambiguous. */
function distinct(engines: Engine[]): Engine[] {
  const unique = new Set(engines.map((e) => e.label)).size === engines.length;
  return unique ? engines : engines.map((e) => ({ ...e, label: e.command.join(" ") }));
}

/** A build from before there were tiers has no option for them, and interprets. */
function withTier([node, ...args]: readonly string[], tier: string): string[] {
  const help = execFileSync(node!, [...args, "--help"], { encoding: "utf8" });
  const known = tier !== "interp" || help.includes("--tier");
  return [node!, ...args, ...(known ? ["--tier", tier] : [])];
}

/** The engines that the options name: ocamlruns first, then each Bactrian with each Node, in each of the tiers. */
export function enginesOf(options: EngineOptions, tiers?: readonly string[]): Engine[] {
  const { reference = [], node = [process.execPath], dist = [join(root, "dist")] } = options;
  const engines: Engine[] = reference.map((path) => ({ label: basename(path), command: [path] }));
  for (const path of node) {
    const version = execFileSync(path, ["--version"], { encoding: "utf8" }).trim();
    for (const folder of dist) {
      const label = dist.length > 1 ? `${basename(folder)}, Node ${version}` : `Node ${version}`;
      const command = bactrian(path, folder);
      if (tiers === undefined) engines.push({ label, command });
      else for (const tier of tiers) engines.push({ label: `${label}, ${tier}`, command: withTier(command, tier) });
    }
  }
  return distinct(engines);
}

/** A folder for compiled programs, removed when this process ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The programs (`*.ml`) of a folder, as paths in the order of their names. */
export function programsIn(folder: string, filter?: RegExp): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ml") && (filter?.test(basename(file, ".ml")) ?? true))
    .sort()
    .map((file) => join(folder, file));
}

/** Compile and link files with the command of a compiler. The executable, named after the last one. */
function build(command: readonly string[], sources: readonly string[], folder: string, suffix: string): string {
  // The compiler writes its object files next to the sources.
  const copies = sources.map((source) => {
    const copy = join(folder, basename(source));
    copyFileSync(source, copy);
    return copy;
  });
  const target = copies.at(-1)!.replace(/\.ml$/, suffix);
  const args = [...command.slice(1), "-I", folder, "-o", target, ...copies];
  execFileSync(command[0]!, args, { stdio: ["ignore", "inherit", "inherit"] });
  return target;
}

/** Compile a program of one file, or more, with a compiler given by a path or else Bactrian's own. The executable. */
export function compile(sources: readonly string[], folder: string, ocamlc?: string): string {
  const own = join(root, "dist/ocaml/bin/ocamlc");
  if (ocamlc === undefined && !existsSync(own)) {
    throw new Error(`${own} is missing: build it (node dist/cli/setup.js) or give --ocamlc`);
  }
  const command = ocamlc === undefined ? [...bactrian(process.execPath, join(root, "dist")), own] : [ocamlc];
  return build(command, sources, folder, ".byte");
}

/** Compile a program to machine code. */
export const compileNative = (sources: readonly string[], folder: string, ocamlopt: string): string =>
  build([ocamlopt], sources, folder, ".exe");

/** What the figures were taken on. */
export const machine = (): Record<string, unknown> => ({
  date: new Date().toISOString(),
  processor: cpus()[0]?.model,
  processors: cpus().length,
  system: `${process.platform} ${process.arch} ${release()}`,
});
