/**
 * Threads of three domains load plugins at the same time: the same one, private copies of one, one that needs another that is not
 * there yet, and one that fails. What comes of it is what comes of it under OCaml's own ocamlrun (test/data/dynlink-threads/record.sh),
 * whatever the tiers are.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { readExecutable } from "../bytecode/formats/executable.ts";
import { libraryDirectory } from "../loader/installation.ts";
import { compileBytes } from "./support/dynlink.ts";
import { mixes } from "./support/mixes.ts";
import { ocamlc, runAsync, testFolder } from "./support/programs.ts";

const sources = testFolder("data/dynlink-threads");
const folder = mkdtempSync(join(tmpdir(), "bactrian-dynlink-threads-"));
t.teardown(() => rmSync(folder, { recursive: true }));

const PLUGINS = ["base", "user", "once", "counted", "raising"] as const;
const LIBRARIES = ["unix", "threads", "dynlink"];
const HOSTS = ["plain", "native", "mixed"] as const;
/** Whether the plugin of that number is native. */
const KINDS: Readonly<Record<string, (i: number) => boolean>> = {
  bytecode: () => false,
  native: () => true,
  "both kinds of": (i) => i % 2 === 0,
};

t.test("several threads and domains load plugins", async (t) => {
  cpSync(sources, folder, { recursive: true });
  const include = LIBRARIES.flatMap((name) => ["-I", join(libraryDirectory, name)]);
  ocamlc(folder, ["-g", ...include, "-c", "board.ml", "host.ml", ...PLUGINS.map((name) => `${name}.ml`)]);
  ocamlc(folder, ["-g", "-linkall", ...include, ...LIBRARIES.map((name) => `${name}.cma`), "board.cmo", "host.cmo", "-o", "host"]);
  for (const name of PLUGINS) writeFileSync(join(folder, `${name}.cmxs`), compileBytes(readFileSync(join(folder, `${name}.cmo`))));
  const host = readExecutable(readFileSync(join(folder, "host")), "host");
  const expected = readFileSync(join(sources, "host.reference"), "utf8");
  for (const { name, options } of mixes.filter(({ name }) => (HOSTS as readonly string[]).includes(name))) {
    for (const [kinds, isNative] of Object.entries(KINDS)) {
      const files = PLUGINS.map((plugin, i) => `${plugin}.${isNative(i) ? "cmxs" : "cmo"}`);
      const { status, stdout, stderr } = await runAsync(host, { ...options, directory: folder, argv: ["host", ...files] });
      t.same({ status, stdout, stderr }, { status: 0, stdout: expected, stderr: "" }, `${name} host, ${kinds} plugins`);
    }
  }
});
