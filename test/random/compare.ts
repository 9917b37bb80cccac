/** Programs run in every mix, and whether all print the same. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BytecodeExecutable } from "../../bytecode/formats/executable.ts";
import { type Mix, mixes } from "../support/mixes.ts";
import { compilePrograms, run } from "../support/programs.ts";
import { type Program, unitOf } from "./program.ts";
import type { Reference } from "./reference.ts";

/** What programs share. */
export const PRELUDE = fileURLToPath(new URL("prelude.ml", import.meta.url));
/** The unit with the programs. */
export const UNIT = "programs";

/** A way to run compiled programs: a mix, or what only a test has. */
export interface Tier {
  readonly name: string;
  /** Of how many programs one is run in it, because it is slow. */
  readonly every: number;
  readonly run: (executable: BytecodeExecutable, text: string) => string;
}

/** What is written and the status, as one text; a crash of the VM counts as what it says. */
function outcomeIn(mix: Mix, executable: BytecodeExecutable): string {
  try {
    const { status, stdout, stderr } = run(executable, { ...mix.options, argv: [UNIT] });
    return `${stdout}${stderr}${status === 0 ? "" : `status ${status}\n`}`;
  } catch (error) {
    return `=== crash: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`;
  }
}

const EVERY: Readonly<Record<Mix["name"], number>> = { plain: 1, checked: 1, stressed: 1, "stressed and checked": 100, native: 1, mixed: 2, "native, stressed and checked": 100, "mixed, stressed and checked": 100 };

export const tiers: readonly Tier[] = mixes.map((mix) => ({
  name: mix.name,
  every: EVERY[mix.name],
  run: (executable) => outcomeIn(mix, executable),
}));

/** A folder with the sources of some programs, for as long as an action takes. */
export function withSources<T>(programs: readonly Program[], action: (folder: string, text: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-random-"));
  const text = unitOf(programs);
  try {
    copyFileSync(PRELUDE, join(folder, "prelude.ml"));
    writeFileSync(join(folder, `${UNIT}.ml`), text, "latin1");
    return action(folder, text);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What each program has printed. */
export function sections(output: string): Map<number, string> {
  const parts = output.split(/^=== /m).slice(1);
  return new Map(parts.map((part) => [Number.parseInt(part), part.slice(part.indexOf("\n") + 1)]));
}

/** A program for which two tiers print something different. */
export interface Difference {
  readonly program: Program;
  readonly tiers: readonly [string, string];
  readonly outputs: readonly [string, string];
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Programs that a compiler did not accept, with its name and what it said. */
  readonly refused: readonly { readonly program: Program; readonly by: string; readonly message: string }[];
}

export interface Options {
  readonly tiers: readonly Tier[];
  readonly references: readonly Reference[];
}

/** Run programs, all in one executable, in all tiers; programs that together cannot be compiled are tried in halves. */
export function compare(programs: readonly Program[], options: Options): Comparison {
  if (programs.length === 0) return { differences: [], refused: [] };
  let outputs: { name: string; output: string; covers: (program: Program) => boolean }[];
  const refused: Comparison["refused"][number][] = [];
  try {
    outputs = withSources(programs, (folder, text) => {
      const executable = compilePrograms(folder, ["prelude.ml"]).get(UNIT)!;
      return options.tiers.map((tier) => ({ name: tier.name, output: tier.run(executable, text), covers: () => true }));
    });
  } catch (error) {
    const half = Math.floor(programs.length / 2);
    if (half === 0) return { differences: [], refused: [{ program: programs[0]!, by: "Bactrian", message: String(error) }] };
    const [a, b] = [compare(programs.slice(0, half), options), compare(programs.slice(half), options)];
    return { differences: [...a.differences, ...b.differences], refused: [...a.refused, ...b.refused] };
  }
  for (const reference of options.references) {
    const covered = programs.filter(({ ordered }) => ordered || reference.ordersAlike);
    const { outputs: texts, failures } = reference.run(covered);
    for (const { program, message } of failures) refused.push({ program, by: reference.name, message });
    const failed = new Set(failures.map(({ program }) => program));
    outputs.push({ name: reference.name, output: texts.join(""), covers: (program) => covered.includes(program) && !failed.has(program) });
  }
  const found = outputs.map((it) => ({ ...it, sections: sections(it.output) }));
  const first = found[0]!;
  const differences = programs.flatMap((program) => {
    const expected = first.sections.get(program.seed) ?? "nothing";
    const other = found.find(({ sections, covers }) => covers(program) && (sections.get(program.seed) ?? "nothing") !== expected);
    if (other === undefined) return [];
    const text = other.sections.get(program.seed) ?? other.output.slice(-500);
    return [{ program, tiers: [first.name, other.name] as const, outputs: [expected, text] as const }];
  });
  return { differences, refused };
}
