/**
 * How long it takes to load a library of 1 MB (docs/toplevel.md): `npm run bench:loading -- [options]`.
 *
 *     --runs N       of each; the least time counts (default: 5)
 *     --node FILE    the Node that runs Bactrian
 *     --keep FOLDER  leave the library and the programs there
 *
 * The library is made of sources of OCaml's standard library under other names, as bytecode and as a plugin; it is loaded by `#load`, and by
 * Dynlink in an interpreted and a native program; by OCaml's own `ocaml` and `ocamlrun`, too, if they are on PATH. Times are those of
 * the processor that `Sys.time` tells around the load.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { markdownTable } from "markdown-table";
import { commandScript, ocamlSource } from "../loader/installation.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "5" }, node: { type: "string", default: process.execPath }, keep: { type: "string" } },
});
const MODULES = "scanf format hashtbl map set arg filename buffer random lexing parsing digest complex queue stack result option".split(" ");

const folder = values.keep ?? mkdtempSync(join(tmpdir(), "bactrian-loading-"));
mkdirSync(folder, { recursive: true });

/** Standard output of a command. Throws Error if it fails. */
function output(command: readonly [string, ...string[]], input = ""): string {
  const [program, ...args] = command;
  const environment = { ...process.env, BACTRIAN_CACHE: join(folder, "cache") };
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: folder, input, encoding: "utf8", env: environment });
  if (error || status !== 0) throw new Error(`${command.join(" ")}: ${stderr ?? ""} ${error?.message ?? `status ${status}`}`);
  return stdout;
}

const bactrian = (...args: string[]): string => output([values.node, commandScript, ...args]);
const isThere = (program: string): boolean => !spawnSync(program, ["-version"]).error;

function build(): void {
  const sources = MODULES.map((name) => `copy_${name}.ml`);
  MODULES.forEach((name, i) => cpSync(join(ocamlSource(), "stdlib", `${name}.ml`), join(folder, sources[i]!)));
  bactrian("ocamlc", "-g", "-w", "-a", "-c", ...sources);
  bactrian("ocamlc", "-a", "-o", "library.cma", ...sources.map((name) => name.replace(/ml$/, "cmo")));
  bactrian("compile", "library.cma");
  writeFileSync(
    join(folder, "loads.ml"),
    'let start = Sys.time ()\nlet () = Dynlink.allow_unsafe_modules true; Dynlink.loadfile Sys.argv.(1); Printf.printf "took %f\\n" (Sys.time () -. start)\n',
  );
  bactrian("ocamlc", "-I", "+dynlink", "-linkall", "dynlink.cma", "loads.ml", "-o", "loads");
  bactrian("compile", "loads", "-o", "loads.wasm");
}

/** The least of the times that a command tells, in milliseconds. */
function measure(command: readonly [string, ...string[]], input?: string): string {
  const times = Array.from({ length: Number(values.runs) }, () => {
    const told = /took ([\d.]+)/.exec(output(command, input));
    if (!told) throw new Error(`${command.join(" ")} tells no time`);
    return 1000 * Number(told[1]);
  });
  return Math.min(...times).toFixed(0);
}

const phrases = (file: string): string =>
  `let start = Sys.time ();;\n#load "${file}";;\nPrintf.printf "took %f\\n" (Sys.time () -. start);;\n`;

try {
  build();
  const [cma, cmxs] = ["library.cma", "library.cmxs"];
  const toplevel = (...tier: string[]): [string, ...string[]] => [values.node, commandScript, "top", "-noprompt", ...tier];
  const program = (file: string, library: string): string => measure([values.node, commandScript, "run", file, library]);
  const rows = [
    ["", cma, cmxs],
    ["`#load`", measure(toplevel(), phrases(cma)), measure(toplevel(), phrases(cmxs))],
    ["`Dynlink.loadfile`, interpreted program", program("loads", cma), program("loads", cmxs)],
    ["`Dynlink.loadfile`, native program", program("loads.wasm", cma), program("loads.wasm", cmxs)],
    ...(isThere("ocaml") ? [["`#load` of OCaml's own toplevel", measure(["ocaml", "-noprompt"], phrases(cma)), ""]] : []),
    ...(isThere("ocamlrun") ? [["`Dynlink.loadfile`, OCaml's own ocamlrun", measure(["ocamlrun", join(folder, "loads"), cma]), ""]] : []),
  ];
  const size = (name: string): string => `${(statSync(join(folder, name)).size / 2 ** 20).toFixed(1)} MB`;
  console.log(`${MODULES.length} units, ${size(cma)} and ${size(cmxs)}; ms of the processor\n`);
  console.log(markdownTable(rows));
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true });
}
