#!/usr/bin/env node
/**
 * The `bactrian` command. Programs are started from here, since reading the options of all commands (command.ts) would
 * take longer than many of them run.
 */
import module from "node:module";
import v8 from "node:v8";

// V8 counts the length of every jump of the interpreter's loop, and by default compiles it for speed after some dozens of
// instructions. That takes longer than a short program runs, and its end would wait for it.
v8.setFlagsFromString("--wasm-tiering-budget=30000000");
// Keeps compiled code, since Node 22: of what is imported from here on.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

const [command, file, ...args] = process.argv.slice(2);
try {
  if (command === "run" && file !== undefined && !file.startsWith("-")) {
    const { runFile } = await import("./run.ts");
    await runFile(file, args, { verify: true });
  } else {
    const { parse } = await import("./command.ts");
    await parse(process.argv);
  }
} catch (e) {
  const { reportError } = await import("./errors.ts");
  reportError(e);
}
