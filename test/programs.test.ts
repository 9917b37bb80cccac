/**
 * Ordinary OCaml programs in every mix: X.ml prints X.reference, and X.stderr to standard error (nothing, if there is no
 * such file), and ends with the status in X.exit (0). The references were made by the bytecode compiler and runtime of
 * OCaml 5.3.0:
 *
 *     ocamlc -g -w -a X.ml -o X.byte; ocamlrun X.byte > X.reference 2> X.stderr; echo $? > X.exit
 *
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type Mix, mixes } from "./support/mixes.ts";
import { compilePrograms, run, testFolder } from "./support/programs.ts";

const folder = testFolder("programs");
const programs = compilePrograms(folder);

function expected(name: string, extension: string, otherwise: string): string {
  const file = join(folder, `${name}.${extension}`);
  return existsSync(file) ? readFileSync(file, "latin1") : otherwise;
}

/** Programs that allocate too much to collect at every allocation, and those that have too much to be checked. */
const STRESSING = new Set(["deep", "parsers"]);
const LARGE = new Set(["deep", "gc_heavy", "tail_calls"]);
/** Those that are neither by far. */
const SMALL = new Set(["application", "arguments", "boxed", "constants", "effects_resumed", "floats_across_effects", "gc_finalisers", "handlers_unused", "imperative", "long_loops", "modules", "polymorphism", "uncaught_handler"]);

const belongs: Readonly<Record<Mix["name"], (name: string) => boolean>> = {
  plain: () => true,
  checked: (name) => !LARGE.has(name),
  stressed: (name) => !STRESSING.has(name),
  "stressed and checked": (name) => SMALL.has(name),
  native: () => true,
  mixed: () => true,
  "native, stressed and checked": (name) => SMALL.has(name),
  "mixed, stressed and checked": (name) => SMALL.has(name),
};

/** A stack that overflows soon: 16 Mi words. */
const PARAMETERS = "l=16M";

for (const mix of mixes) {
  t.test(mix.name, (t) => {
    for (const [name, program] of programs) {
      if (!belongs[mix.name](name)) continue;
      const { status, stdout, stderr } = run(program, {
        ...mix.options,
        argv: [`${name}.byte`],
        parameters: [PARAMETERS, mix.options.parameters].join(),
      });
      t.equal(stdout, expected(name, "reference", ""), `${name}: output`);
      t.equal(stderr, expected(name, "stderr", ""), `${name}: standard error`);
      t.equal(status, Number(expected(name, "exit", "0")), `${name}: status`);
    }
    t.end();
  });
}
