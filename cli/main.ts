#!/usr/bin/env node
/**
 * The `bactrian` command. Programs are started from here, since reading the options of all commands (command.ts) would
 * take longer than many of them run.
 */
import module from "node:module";
import { reportError } from "./errors.ts";

// Keeps compiled code, since Node 22.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

const [command, file, ...args] = process.argv.slice(2);
if (command === "run" && file !== undefined && !file.startsWith("-")) {
  const { runFile } = await import("./run.ts");
  await runFile(file, args, { verify: true }).catch(reportError);
} else {
  const { parse } = await import("./command.ts");
  await parse(process.argv).catch(reportError);
}
