#!/usr/bin/env node
/** The `bactrian` command: a thin shell over the package (DESIGN §4). */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NodeHost } from "../runtime/host/node.ts";
import { readExecutable } from "../bytecode/formats/executable.ts";
import { runProgram } from "../loader/program.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = root.endsWith("dist") ? root : join(root, "dist");

const [command, file, ...args] = process.argv.slice(2);
if (command !== "run" || file === undefined) {
  process.stderr.write("usage: bactrian run FILE [ARGS]\n");
  process.exit(2);
}
const core = {
  module: new WebAssembly.Module(readFileSync(join(dist, "core.wasm"))),
  primitives: JSON.parse(readFileSync(join(dist, "core.json"), "utf8")).primitives,
};
const program = readExecutable(readFileSync(file), file);
process.exitCode = runProgram(program, {
  core,
  host: new NodeHost(),
  argv: [file, ...args],
  parameters: process.env.OCAMLRUNPARAM,
});
