#!/usr/bin/env node
/** The `bactrian` command: a thin shell over the package (DESIGN §4). */
import { readFileSync } from "node:fs";
import { NodeHost } from "../runtime/host/node.ts";
import { readExecutable } from "../bytecode/formats/executable.ts";
import { runProgram } from "../loader/program.ts";
import { loadCore } from "./paths.ts";

const [command, file, ...args] = process.argv.slice(2);
if (command !== "run" || file === undefined) {
  process.stderr.write("usage: bactrian run FILE [ARGS]\n");
  process.exit(2);
}
const program = readExecutable(readFileSync(file), file);
process.exitCode = runProgram(program, {
  core: loadCore(),
  host: new NodeHost(),
  argv: [file, ...args],
  parameters: process.env.OCAMLRUNPARAM,
});
