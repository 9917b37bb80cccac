/** What has no native code, and that programs run all the same. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { loadCore } from "../loader/installation.ts";
import { compileProgram } from "../native/program.ts";
import { mixes } from "./support/mixes.ts";
import { compilePrograms, run } from "./support/programs.ts";

/** Definitions that are all on the stack when a module's block is made. */
const LARGE = 900;

t.test("a frame that is too large to be copied stays the interpreter's", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-native-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, count] of [["small", 100], ["large", LARGE]] as const) {
    const definitions = Array.from({ length: count }, (_, i) => `let x${i} = ref (Sys.opaque_identity ${i})`);
    writeFileSync(join(folder, `${name}.ml`), `${definitions.join("\n")}\nlet () = print_int (!x0 + !x${count - 1})\n`);
  }
  const programs = compilePrograms(folder);
  const isNative = (name: string): boolean =>
    compileProgram(programs.get(name)!, loadCore()).functions.some(({ entry }) => entry === 0);
  t.ok(isNative("small"));
  t.notOk(isNative("large"));
  for (const { name, options } of mixes) t.equal(run(programs.get("large")!, options).stdout, String(LARGE - 1), name);
  t.end();
});
