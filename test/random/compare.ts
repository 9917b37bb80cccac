/** Programs run in every tier, and whether all print the same. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Batch, UNIT } from "./batch.ts";
import { type Kit, PRELUDE } from "./kit.ts";
import { type Program, unitOf } from "./program.ts";
import type { Reference } from "./reference.ts";
import type { Tier } from "./tiers.ts";

/** A folder with the sources of some programs, for as long as an action takes. */
export function withSources<T>(programs: readonly Program[], action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-random-"));
  try {
    copyFileSync(PRELUDE, join(folder, "prelude.ml"));
    writeFileSync(join(folder, `${UNIT}.ml`), unitOf(programs), "latin1");
    return action(folder);
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
  readonly kit: Kit;
  readonly tiers: readonly Tier[];
  readonly references: readonly Reference[];
}

/** What some tier or compiler has printed for the programs that it is for. */
interface Output {
  readonly name: string;
  readonly text: string;
  readonly covers: (program: Program) => boolean;
}

function joined(comparisons: readonly Comparison[]): Comparison {
  return { differences: comparisons.flatMap((it) => it.differences), refused: comparisons.flatMap((it) => it.refused) };
}

/** What OCaml's own ocamlc 5.3.0 says, too, of some programs that it ought to accept. */
const OCAML_BUG = /^>> Fatal error: Bytegen\.merge_infos$/m;

/** Run programs, all in one unit, in all tiers; programs that together cannot be compiled are tried in halves. */
export function compare(programs: readonly Program[], options: Options): Comparison {
  if (programs.length === 0) return joined([]);
  let batch: Batch;
  try {
    batch = new Batch(options.kit, programs);
  } catch (error) {
    const half = Math.floor(programs.length / 2);
    if (half === 0) {
      const message = String(error);
      return { differences: [], refused: [{ program: programs[0]!, by: OCAML_BUG.test(message) ? "ocamlc" : "Bactrian", message }] };
    }
    return joined([compare(programs.slice(0, half), options), compare(programs.slice(half), options)]);
  }
  try {
    const outputs = options.tiers.map((tier): Output => ({ name: tier.name, text: tier.run(batch), covers: () => true }));
    const refused: Comparison["refused"][number][] = [];
    for (const reference of options.references) {
      const covered = programs.filter(({ ordered }) => ordered || reference.ordersAlike);
      const { outputs: texts, failures } = reference.run(covered);
      for (const { program, message } of failures) refused.push({ program, by: reference.name, message });
      const failed = new Set(failures.map(({ program }) => program));
      outputs.push({ name: reference.name, text: texts.join(""), covers: (program) => covered.includes(program) && !failed.has(program) });
    }
    const { differences, next } = differencesIn(programs, outputs);
    return joined([{ differences, refused }, compare(programs.slice(next), options)]);
  } finally {
    batch.remove();
  }
}

/** What the section of a program that has ended holds. */
const END = /^checksum -?\d+, fuel -?\d+$/m;

/** The differences up to the first program that did not end in some tier; the programs from `next` on may not have started. */
function differencesIn(programs: readonly Program[], outputs: readonly Output[]): { differences: Difference[]; next: number } {
  const [first, ...others] = outputs.map((it) => ({ ...it, sections: sections(it.text) }));
  const differences: Difference[] = [];
  for (const [i, program] of programs.entries()) {
    const said = ({ sections, text }: { sections: Map<number, string>; text: string }): string => sections.get(program.seed) ?? text.slice(-500);
    const expected = first!.sections.get(program.seed);
    const ended = expected !== undefined && END.test(expected);
    const other = others.find(({ sections, covers }) => covers(program) && sections.get(program.seed) !== expected);
    if (other !== undefined || !ended) {
      const second = other ?? { ...first!, name: "its end" };
      differences.push({ program, tiers: [first!.name, second.name], outputs: [said(first!), said(second)] });
    }
    const following = programs[i + 1];
    const stopped = following && outputs.length > 0 && [first!, other ?? first!].some(({ sections }) => !sections.has(following.seed));
    if (stopped) return { differences, next: i + 1 };
  }
  return { differences, next: programs.length };
}
