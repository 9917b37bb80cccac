/** What is kept of programs that fail: a small version of each in a file of its own. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fateOf } from "./alone.ts";
import { compare, type Difference } from "./compare.ts";
import type { Finding, Task } from "./driver.ts";
import { Kit, PRELUDE } from "./kit.ts";
import { generate, type Program, unitOf } from "./program.ts";
import { type Reference } from "./reference.ts";
import { shrink } from "./shrink.ts";
import { tiers } from "./tiers.ts";

/** How many programs are tried to make one smaller. */
const ATTEMPTS = 400;

export class Recorder {
  readonly #task: Task;
  readonly #references: readonly Reference[];
  readonly #alive: () => void;
  /** Seconds left to make programs smaller. */
  #seconds: number;

  /** `alive` is called often. */
  constructor(task: Task, references: readonly Reference[], alive: () => void) {
    this.#task = task;
    this.#references = references;
    this.#alive = alive;
    this.#seconds = task.seconds;
  }

  /** Tiers differ, or one does not end as it ought to. */
  difference(kit: Kit, difference: Difference): Finding {
    const { program } = difference;
    const [first, second] = difference.tiers;
    const options = {
      kit,
      tiers: tiers.filter(({ name }) => difference.tiers.includes(name)),
      references: this.#references.filter(({ name }) => name === second),
    };
    let last = difference;
    const fails = (smaller: Program): boolean => {
      const [found] = compare([smaller], options).differences;
      last = found ?? last;
      return found !== undefined;
    };
    const file = fails(program) ? this.#small(program, fails) : this.#write(program, "Fails only together with the programs before it.");
    return { seed: program.seed, what: `${first} and ${second} differ, see ${file}:\n--- ${first}\n${last.outputs[0]}--- ${second}\n${last.outputs[1]}` };
  }

  /** A program may have ended the process that tried it, or kept it busy. */
  fatal(seed: number): Finding | undefined {
    const program = generate(seed);
    this.#alive();
    const { kind, detail } = fateOf(program, this.#task.kit);
    if (kind === "agrees") return undefined;
    const file = this.#small(program, (smaller) => fateOf(smaller, this.#task.kit).kind === kind);
    return { seed, what: `${kind}, see ${file}\n${detail}` };
  }

  #small(program: Program, fails: (program: Program) => boolean): string {
    const start = performance.now();
    const reporting = (smaller: Program): boolean => {
      this.#alive();
      return fails(smaller);
    };
    const small = shrink(program, { fails: reporting, attempts: ATTEMPTS, seconds: this.#seconds });
    this.#seconds -= (performance.now() - start) / 1000;
    return this.#write(small);
  }

  #write(program: Program, remark?: string): string {
    const { output } = this.#task;
    const file = join(output, `random-${program.seed}.ml`);
    const head = remark === undefined ? "" : `(* ${remark} *)\n`;
    mkdirSync(output, { recursive: true });
    writeFileSync(file, `${head}module Prelude = struct\n${readFileSync(PRELUDE, "latin1")}end\n\n${unitOf([program])}`, "latin1");
    return file;
  }
}
