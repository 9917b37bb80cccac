/** Programs that a baseline has kept: they are run again, in turn with those of today. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { readExecutable } from "../../bytecode/formats/executable.ts";
import { UsageError } from "../../loader/errors.ts";
import { outcomeOf } from "./figures.ts";
import type { Program } from "./programs.ts";
import type { EngineHead, Results } from "./results.ts";

/** A bytecode executable as results keep it: compressed (zlib), in base64. */
export const packBytecode = (bytes: Uint8Array): string => deflateSync(bytes).toString("base64");

export function unpackBytecode(packed: string): Uint8Array {
  return inflateSync(Buffer.from(packed, "base64"));
}

/** Why a program of a baseline cannot be run again by an engine of today; undefined: it can. */
export function whyNotAgain(baseline: Results, name: string, now: EngineHead): string | undefined {
  const then = baseline.engines.find((engine) => engine.name === now.name);
  if (!then) return `${now.name} is not in the baseline`;
  if (now.version !== then.version) return `it is ${now.version} now, and was ${then.version}`;
  if (now.build === undefined || now.build !== then.build) return "it is another build";
  return baseline.programs.find((program) => program.name === name)?.bytecode === undefined ? "the baseline has no bytecode of it" : undefined;
}

/**
 * Unpacks the baseline's programs of the same names into a folder: what an engine of today is to run besides a program, if
 * it did then, and is the same. Throws UsageError, FormatError; `file` is the baseline's.
 */
export function earlierPrograms(
  baseline: Results,
  file: string,
  names: readonly string[],
  folder: string,
): (program: Program, engine: EngineHead) => Program | undefined {
  const earlier = new Map<string, Program>();
  for (const [i, name] of names.entries()) {
    const bytecode = baseline.programs.find((program) => program.name === name)?.bytecode;
    if (bytecode === undefined) continue;
    const id = `before${i}`;
    const target = join(folder, `${id}.byte`);
    writeFileSync(target, unpack(`${file}: ${name}`, bytecode));
    earlier.set(name, { name, file: target, id, bytecode: target, isEarlier: true });
  }
  return ({ name }, engine) => {
    const before = baseline.programs.find((program) => program.name === name);
    const outcome = before && outcomeOf(before.outcomes, engine.name);
    const hasRun = outcome !== undefined && outcome.problem === undefined && outcome.times.user.length > 0;
    return hasRun && whyNotAgain(baseline, name, engine) === undefined ? earlier.get(name) : undefined;
  };
}

function unpack(what: string, packed: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = unpackBytecode(packed);
  } catch {
    throw new UsageError(`${what}: its bytecode is damaged. Take the baseline again`);
  }
  readExecutable(bytes, what);
  return bytes;
}
