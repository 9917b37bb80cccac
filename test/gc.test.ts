/**
 * Programs about the collector: X.ml prints X.reference, as it is and with the collector's invariants checked. All but
 * `out_of_memory`, which needs a limit, `figures` and `steady`, which ask for more than OCaml's runtime promises, print the
 * same there:
 *
 *     ocamlc -w -a X.ml -o X.byte; ocamlrun X.byte > X.reference
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { compilePrograms, type RunOptions, run, testFolder } from "./support/programs.ts";
import { DEBUG_CHECK_HEAP } from "../runtime/layout.ts";

const folder = testFolder("programs/gc");
const programs = compilePrograms(folder);

/** Programs with less memory than there is. */
const LIMITS: Readonly<Record<string, number>> = { out_of_memory: 32 << 20 };
/** What takes too long to be checked. */
const LARGE = new Set(["out_of_memory", "steady"]);

function check(name: string, label: string, options: RunOptions): void {
  const maxMemoryBytes = LIMITS[name];
  t.test(`${name}: ${label}`, (t) => {
    const { status, stdout, stderr } = run(programs.get(name)!, { ...options, ...(maxMemoryBytes && { maxMemoryBytes }) });
    t.equal(stderr, "");
    t.equal(stdout, readFileSync(join(folder, `${name}.reference`), "latin1"));
    t.equal(status, 0);
    t.end();
  });
}

for (const name of programs.keys()) {
  check(name, "as it is", {});
  if (!LARGE.has(name)) check(name, "checked", { debug: DEBUG_CHECK_HEAP, parameters: "s=32k" });
}
