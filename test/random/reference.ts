/** What OCaml's own compilers and runtime make of programs. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { UNIT } from "./batch.ts";
import { withSources } from "./compare.ts";
import type { Program } from "./program.ts";

export interface Reference {
  readonly name: string;
  /** Whether it evaluates operands in the order in which bytecode does. */
  readonly ordersAlike: boolean;
  readonly run: (programs: readonly Program[]) => Outputs;
}

interface Outputs {
  readonly outputs: readonly string[];
  readonly failures: readonly { readonly program: Program; readonly message: string }[];
}

/** Milliseconds after which a compiler or program is ended. */
const PATIENCE = 300_000;

/** Compile and run programs, in halves if they cannot be compiled together; those that cannot alone are failures. */
function outputsOf(programs: readonly Program[], compiler: string, command: readonly string[]): Outputs {
  if (programs.length === 0) return { outputs: [], failures: [] };
  return withSources(programs, (folder) => {
    const execute = ([file, ...args]: readonly string[]) => spawnSync(file!, args, { cwd: folder, encoding: "latin1", timeout: PATIENCE });
    const compiled = execute([compiler, "-w", "-a", "prelude.ml", `${UNIT}.ml`, "-o", UNIT]);
    if (compiled.error) throw compiled.error;
    if (compiled.status === 0) {
      const { stdout, stderr, status } = execute([...command, join(folder, UNIT)]);
      return { outputs: [`${stdout}${stderr}${status === 0 ? "" : `status ${status}\n`}`], failures: [] };
    }
    const half = Math.floor(programs.length / 2);
    if (half === 0) return { outputs: [], failures: [{ program: programs[0]!, message: compiled.stderr }] };
    const [a, b] = [programs.slice(0, half), programs.slice(half)].map((some) => outputsOf(some, compiler, command));
    return { outputs: [...a!.outputs, ...b!.outputs], failures: [...a!.failures, ...b!.failures] };
  });
}

/** The compilers in a folder. */
export function references(folder: string): Reference[] {
  const at = (name: string): string => join(folder, name);
  return [
    { name: "ocamlrun", ordersAlike: true, run: (programs) => outputsOf(programs, at("ocamlc"), [at("ocamlrun")]) },
    { name: "ocamlopt", ordersAlike: false, run: (programs) => outputsOf(programs, at("ocamlopt"), []) },
  ];
}
