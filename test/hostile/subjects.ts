/** The files that are damaged, and what is done with them afterwards. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Region, regionsOf } from "./mutations.ts";

export type Kind = "executable" | "linked";

/** A file, without its contents: subjects are sent to worker threads. */
export interface Subject {
  readonly kind: Kind;
  readonly file: string;
}

export interface Contents {
  readonly bytes: Uint8Array;
  readonly regions: readonly Region[];
}

const data = (name: string): string => fileURLToPath(new URL(`../data/${name}`, import.meta.url));

const of = (kind: Kind, ...names: string[]): Subject[] => names.map((name) => ({ kind, file: data(name) }));

/** What needs no compiler. */
export const storedSubjects: readonly Subject[] = [
  ...of("executable", "units/bare.byte", "units/bare_launcher.byte", "executables/closures.byte"),
  ...of("executable", "executables/exceptions.byte", "executables/exceptions_debug.byte"),
  ...of("linked", "units/constants.cmo", "units/control.cmo", "units/control_zstd.cmo", "units/pair.cma"),
];

export function contentsOf(subject: Subject): Contents {
  const bytes = new Uint8Array(readFileSync(subject.file));
  return { bytes, regions: regionsOf(bytes) };
}
