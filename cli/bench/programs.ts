/** The programs that are measured, as bytecode executables. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { CoreModule } from "../../bytecode/engine.ts";
import { readExecutable } from "../../bytecode/formats/executable.ts";
import { UsageError } from "../../loader/errors.ts";
import { isNativeFile } from "../../native/file.ts";
import { readInput } from "../files.ts";
import { linkProgram } from "../link.ts";

export interface Program {
  /** Unique among those that are measured: the name of its file, or its path. */
  readonly name: string;
  /** Its file, as it was given. */
  readonly file: string;
  /** Unique, and fit for the name of a file. */
  readonly id: string;
  /** The executable's file. */
  readonly bytecode: string;
  /** A copy of its source, next to which compilers may write. */
  readonly source?: string;
  /** It does nothing, and takes no arguments. */
  readonly isEmpty?: boolean;
  /** It is what a baseline has kept. */
  readonly isEarlier?: boolean;
}

/** Why a program cannot be measured at all. */
export interface Refused {
  readonly name: string;
  readonly problem: string;
}

/** Names by which files are told from each other. */
export function namesOf(files: readonly string[]): string[] {
  const short = files.map((file) => basename(file).replace(/\.(ml|cmo|cma|byte|exe)$/, ""));
  return short.map((name, i) => (short.indexOf(name) === short.lastIndexOf(name) ? name : files[i]!));
}

/** Link what is not linked yet, into a folder; `onStep` is told which file is next. Throws FormatError, UsageError. */
export async function makePrograms(
  core: CoreModule,
  files: readonly string[],
  folder: string,
  onStep: (file: string, done: number) => void,
): Promise<(Program | Refused)[]> {
  const twice = files.find((file, i) => files.indexOf(file) !== i);
  if (twice !== undefined) throw new UsageError(`${twice} is given twice`);
  const names = namesOf(files);
  const programs: (Program | Refused)[] = [];
  for (const [i, file] of files.entries()) {
    const place = join(folder, String(i));
    mkdirSync(place);
    onStep(file, i / files.length);
    programs.push(await makeProgram(core, file, names[i]!, place));
  }
  return programs;
}

async function makeProgram(core: CoreModule, file: string, name: string, folder: string): Promise<Program | Refused> {
  const id = basename(folder);
  if (!/\.(ml|cmo|cma)$/.test(file)) {
    const bytes = readInput(file);
    if (isNativeFile(bytes, file)) throw new UsageError(`${file}: is native code already. Give the bytecode that it was made of, or the source`);
    readExecutable(bytes, file);
    return { name, file, id, bytecode: resolve(file) };
  }
  const made = await linkProgram(core, file, { small: true });
  if ("status" in made) return { name, problem: `ocamlc: exit status ${made.status}` };
  const bytecode = join(folder, "program.byte");
  writeFileSync(bytecode, made.bytes);
  if (!file.endsWith(".ml")) return { name, file, id, bytecode };
  const source = join(folder, basename(file));
  copyFileSync(file, source);
  return { name, file, id, bytecode, source };
}

/** A program that does nothing, for what starting takes. Throws FormatError. */
export async function makeEmpty(core: CoreModule, folder: string): Promise<Program> {
  const file = join(folder, "start_up.ml");
  writeFileSync(file, "");
  const place = join(folder, "start_up");
  mkdirSync(place);
  const made = await makeProgram(core, file, "start-up", place);
  if ("problem" in made) throw new Error(made.problem);
  return { ...made, isEmpty: true };
}
