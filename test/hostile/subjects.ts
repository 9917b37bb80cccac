/** The files that are damaged, and what is done with them afterwards. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fn, bytes, unit } from "../../loader/codecs.ts";
import { Runtime } from "../../loader/node.ts";
import { compilePrograms, testFolder } from "../support/programs.ts";
import { type Region, regionsOf } from "./mutations.ts";

/**
 * - `executable`: is run, as by `bactrian run`;
 * - `linked`: is linked into a machine without a program, and run;
 * - `loaded`: is loaded into a toplevel, which goes on;
 * - `marshalled`: is read by an OCaml program, which goes on.
 */
export type Kind = "executable" | "linked" | "loaded" | "marshalled";

/** What a process is told about a file. */
export interface Subject {
  readonly kind: Kind;
  readonly name: string;
  readonly file: string;
  /** Of marshalled data: the program that reads them. */
  readonly program?: string;
}

export interface Contents {
  readonly bytes: Uint8Array;
  readonly regions: readonly Region[];
}

function stored(kind: Kind, ...paths: string[]): Subject[] {
  return paths.map((path) => {
    return { kind, name: `${kind} ${path.replace(/.*\//, "")}`, file: fileURLToPath(new URL(`../data/${path}`, import.meta.url)) };
  });
}

/** All subjects; `folder` takes the files of those that are made by a compiler. */
export async function allSubjects(folder: string): Promise<Subject[]> {
  const programs = compilePrograms(testFolder("hostile/programs"));
  for (const [name, program] of programs) writeFileSync(join(folder, `${name}.byte`), program.bytes);
  const reader = join(folder, "marshalling.byte");
  const data = join(folder, "values");
  const runtime = await Runtime.create();
  await runtime.run(readFileSync(reader));
  writeFileSync(data, runtime.call("data", fn([unit], bytes), undefined));
  return [
    ...stored("executable", "units/bare.byte", "units/bare_launcher.byte", "executables/closures.byte"),
    ...stored("executable", "executables/exceptions.byte", "executables/exceptions_debug.byte"),
    { kind: "executable", name: "executable objects.byte", file: join(folder, "objects.byte") },
    ...stored("linked", "units/control.cmo", "units/control_zstd.cmo", "units/pair.cma"),
    ...stored("loaded", "units/control.cmo", "units/control_zstd.cmo"),
    { kind: "marshalled", name: "marshalled values", file: data, program: reader },
  ];
}

/** Bytes of the header of marshalled data. */
const HEADER = 20;

export function contentsOf({ kind, file }: Subject): Contents {
  const bytes = new Uint8Array(readFileSync(file));
  if (kind !== "marshalled") return { bytes, regions: regionsOf(bytes) };
  const header = { name: "header", start: 0, end: HEADER };
  return { bytes, regions: [header, { name: "values", start: HEADER, end: bytes.length }] };
}
