/** The `bactrian` command: a thin shell over the package (DESIGN §4). What a command needs is loaded when it runs. */
import { Command, CommanderError, Option } from "commander";
import type { CompileOptions } from "./compile.ts";
import { ERROR_STATUS } from "./errors.ts";
import { bactrianVersion, loadCore, ocamlVersion } from "../loader/installation.ts";
import { TOOLS } from "./execute.ts";
import { readInput } from "./files.ts";
import { runFile, type RunOptions, runTool, TIERS } from "./run.ts";
import { buildProgress } from "./progress.ts";

const TOOL_SUMMARIES: Readonly<Record<(typeof TOOLS)[number], string>> = {
  ocamlc: "OCaml's bytecode compiler",
  ocamldep: "dependencies between OCaml sources",
  ocamllex: "OCaml's lexer generator",
  ocamlobjinfo: "what OCaml's files hold, as OCaml says it",
  embed: "write an OCaml unit that makes compiled interfaces part of a program, for the library bactrian",
};

function cli(): Command {
  const program = new Command("bactrian")
    .description(`OCaml ${ocamlVersion} for Node and the browser. Without a command: the toplevel.`)
    .version(`bactrian ${bactrianVersion} (OCaml ${ocamlVersion})`)
    .enablePositionalOptions()
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: (.*?)\.?\n/, "bactrian: $1. See bactrian --help\n")) })
    .exitOverride();
  program
    .command("top", { isDefault: true })
    .description("the toplevel, with the options of `ocaml`")
    .argument("[args...]", "options of `ocaml`, and a script with its arguments")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action((args: string[]) => runTool("ocaml", args));
  program
    .command("run")
    .description("run a program")
    .argument("<file>", "a program: a bytecode executable, one that is compiled to native code (.wasm), or a source or unit to compile and link first: .ml, .cmo, .cma")
    .argument("[args...]", "its arguments")
    .option("--no-verify", "trust the code: do not verify it before it runs")
    .addOption(
      new Option("--tier <tier>", "interpret the bytecode; compile it to WebAssembly first; or (mixed) run what is compiled already, and interpret the rest. Default: mixed for .wasm, else interp").choices(TIERS),
    )
    .option("--no-cache", "compile again what has been compiled before, and keep nothing")
    .passThroughOptions()
    .action((file: string, args: string[], options: RunOptions) => runFile(file, args, options));
  for (const tool of TOOLS) {
    program
      .command(tool)
      .description(TOOL_SUMMARIES[tool])
      .argument("[args...]")
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .action((args: string[]) => runTool(tool, args));
  }
  program
    .command("compile")
    .description("compile bytecode to native code: executables to programs (.wasm), units and libraries to plugins (.cmxs)")
    .argument("<files...>", "bytecode executables, .cmo, .cma, or .ml")
    .option("-o, --output <file>", "where it goes; default: next to the file that is compiled")
    .action(async (files: string[], options: CompileOptions) => {
      const { compileFiles } = await import("./compile.ts");
      await compileFiles(files, options);
    });
  program
    .command("info")
    .description("what a .cmo, .cma, bytecode executable, .cmxs or .wasm holds")
    .argument("<file>")
    .option("--disassemble", "list its code")
    .action(async (file: string, options: { disassemble?: boolean }) => {
      const { describe } = await import("../native/info.ts");
      const disassemble = options.disassemble ?? false;
      process.stdout.write(describe(readInput(file), file, { disassemble, locations: disassemble }));
    });
  program
    .command("setup")
    .description("build the OCaml toolchain, or what has changed of it, now rather than when it is first needed")
    .action(async () => {
      const { buildNow } = await import("../loader/toolchain.ts");
      await buildNow(loadCore(), buildProgress());
    });
  return program;
}

/** Do what a command line asks for; `--help` and wrong options set the exit status. */
export async function parse(argv: readonly string[]): Promise<void> {
  try {
    await cli().parseAsync(argv);
  } catch (e) {
    if (!(e instanceof CommanderError)) throw e;
    process.exitCode = e.exitCode === 0 ? 0 : ERROR_STATUS;
  }
}
