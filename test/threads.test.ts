/**
 * Threads and domains, against what OCaml's runtime prints for the same programs:
 *
 *     cd test/programs/threads
 *     ocamlc -I +unix -I +threads unix.cma threads.cma NAME.ml -o NAME.byte; ocamlrun NAME.byte > NAME.txt
 *
 * deadlock.txt is made by hand.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { DEBUG_CHECK_HEAP, DEBUG_STRESS } from "../runtime/layout.ts";
import { compilePrograms, run, runAsync, testFolder } from "./support/programs.ts";

const folder = testFolder("programs/threads");
/** Exit statuses other than 0, and what is written to standard error. */
const STATUSES: Readonly<Record<string, number>> = { join: 7 };
const ERRORS: Readonly<Record<string, string>> = {
  join: `Thread 3 killed on uncaught exception Join.Odd(3)
Thread 4 killed on uncaught exception Failure("four")
Thread 6 killed on uncaught exception Not_found
Thread 6 uncaught exception handler raised End_of_file
`,
};
/** Programs that measure time, or move too many bytes to collect at every allocation. */
const SLOW = ["delays", "pipes"];

for (const [name, program] of compilePrograms(folder, [], ["unix", "threads"])) {
  const check = (label: string, execute: typeof runAsync, debug: number): void => {
    t.test(`${name} ${label}`, async (t) => {
      t.same(await execute(program, { debug }), {
        status: STATUSES[name] ?? 0,
        stdout: readFileSync(join(folder, `${name}.txt`), "latin1"),
        stderr: ERRORS[name] ?? "",
      });
    });
  };
  check("with the event loop turning", runAsync, 0);
  check("blocking", async (...args) => run(...args), 0);
  if (!SLOW.includes(name)) check("collecting at every allocation", runAsync, DEBUG_STRESS | DEBUG_CHECK_HEAP);
}
