/** Tries one program in a process of its own, which it may end or keep busy for ever. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CHILD } from "../support/processes.ts";
import type { Program } from "./program.ts";

/** Status of a process that has tried a program which prints different things. */
export const DIFFERENT = 3;
/** Seconds after which it is ended. */
const PATIENCE = 100;

/** What comes of a program. */
export interface Fate {
  readonly kind: "agrees" | "differs" | "ends the process" | "does not end";
  /** What the process wrote. */
  readonly detail: string;
}

/** Try a program, with the kit in a folder. */
export function fateOf(program: Program, kit: string): Fate {
  const file = fileURLToPath(new URL("alone-main.ts", import.meta.url));
  const { status, error, stderr } = spawnSync(process.execPath, [...CHILD, file, kit], {
    input: JSON.stringify(program),
    encoding: "utf8",
    timeout: 1000 * PATIENCE,
    killSignal: "SIGKILL",
  });
  const late = error !== undefined && "code" in error && error.code === "ETIMEDOUT";
  if (error !== undefined && !late) throw error;
  const kind = late ? "does not end" : status === 0 ? "agrees" : status === DIFFERENT ? "differs" : "ends the process";
  return { kind, detail: stderr };
}
