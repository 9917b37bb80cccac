/** The `bactrian` command: a thin shell over the package (DESIGN §4). What a command needs is loaded when it runs. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { BenchOptions } from "./bench/main.ts";
import { type EngineKind, ENGINES } from "./bench/names.ts";
import type { ProfileOptions } from "./profile/main.ts";
import type { CompileOptions } from "./compile.ts";
import { ERROR_STATUS } from "./errors.ts";
import { bactrianVersion, loadCore, ocamlVersion } from "../loader/installation.ts";
import { TOOLS } from "./execute.ts";
import { readInput } from "./files.ts";
import { runFile, type RunOptions, runTool, type TierOption, TIERS } from "./run.ts";
import { buildProgress } from "./progress.ts";

const TOOL_SUMMARIES: Readonly<Record<(typeof TOOLS)[number], string>> = {
  ocamlc: "OCaml's bytecode compiler",
  ocamldep: "dependencies between OCaml sources",
  ocamllex: "OCaml's lexer generator",
  ocamlobjinfo: "what OCaml's files hold, as OCaml says it",
  embed: "write an OCaml unit that makes compiled interfaces part of a program, for the library bactrian",
};

/** For options that can be given several times. */
const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

function positive(text: string): number {
  const n = Number(text);
  if (!(n > 0 && n < Infinity)) throw new InvalidArgumentError("not a positive number.");
  return n;
}

function natural(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("not a positive number.");
  return Number(text);
}

function regexp(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (e) {
    throw new InvalidArgumentError((e as Error).message);
  }
}

const isEngine = (name: string): name is EngineKind => (ENGINES as readonly string[]).includes(name);

function engines(text: string): EngineKind[] {
  const names = text.split(",");
  const unknown = names.find((name) => !isEngine(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`${unknown} is none of ${ENGINES.join(", ")}.`);
  return [...new Set(names.filter(isEngine))];
}

/** How many threads compile to native code. */
const jobsOption = (): Option =>
  new Option("-j, --jobs <n>", "threads that compile to native code; the same code comes out. Default: as many as are worth it").argParser(natural);

/** A command that runs a program: what it takes for that. */
function running(command: Command): Command {
  return command
    .argument("<file>", "a program: a bytecode executable, one that is compiled to native code (.wasm), or a source or unit to compile and link first: .ml, .cmo, .cma")
    .argument("[args...]", "its arguments")
    .option("--no-verify", "trust the code: do not verify it before it runs")
    .addOption(
      new Option("--tier <tier>", "interpret the bytecode; compile it to WebAssembly first; or (mixed) run what is compiled already, and interpret the rest. Default: mixed for .wasm, else interp").choices(TIERS),
    )
    .option("--no-cache", "compile again what has been compiled before, and keep nothing")
    .addOption(jobsOption())
    .passThroughOptions();
}

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
    .addOption(new Option("--tier <tier>", "interpret the toplevel's own code; compile it to WebAssembly once; or (mixed) run what is compiled already. Default: interp").choices(TIERS))
    .action((args: string[], options: TierOption) => runTool("ocaml", args, options));
  running(program.command("run"))
    .description("run a program")
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
    .option("--only <regexp>", "functions whose names match, such as '^Engine\\.', get native code; the others are interpreted")
    .option("--requires <file>", "a plugin, unit or library that the plugin needs as it is: another implementation in its place is refused (repeatable)", several)
    .addOption(jobsOption())
    .action(async (files: string[], options: CompileOptions) => {
      const { compileFiles } = await import("./compile.ts");
      await compileFiles(files, options);
    });
  running(program.command("profile"))
    .description("run a program, and tell where its time goes: a table by function, and a flame graph (.cpuprofile)")
    .option("-o, --output <file>", "the flame graph; default: the program's name with .cpuprofile")
    .option("--top <n>", "functions in the table", natural, 25)
    .option("--interval <ms>", "time between two samples", positive, 1)
    .option("--timeout <seconds>", "end the program after that", positive)
    .action(async (file: string, args: string[], options: ProfileOptions) => {
      const { profile } = await import("./profile/main.ts");
      await profile(file, args, options);
    });
  program
    .command("bench")
    .description("run programs in each tier, and with OCaml's own tools, and compare what they take")
    .argument("<files...>", "bytecode executables, .ml, .cmo, or .cma")
    .option("--runs <n>", "how often each is run", natural, 5)
    .option("--tiers <list>", `some of ${ENGINES.join(", ")}; default: those that are there`, engines)
    .option("--args <arguments>", "arguments of the programs, separated by spaces")
    .option("--timeout <seconds>", "for each run", positive, 120)
    .option("--relative-to <tier>", "what ratios refer to; default: the first")
    .option("--mixed <regexp>", "names of functions that are native in the tier mixed; default: every second one is", regexp)
    .option("--result <file>", "a file that the programs write, compared like their output")
    .option("--json <file>", "write all that is measured")
    .option("--plot <file>", "write a bar chart of the ratios (SVG)")
    .option("--baseline <file>", "what --json has written before: exit status 1 if a program is slower now")
    .option("--node <path>", "a Node to run Bactrian with (repeatable)", several)
    .option("--bactrian <script>", "a build of Bactrian, its dist/cli/main.js (repeatable)", several)
    .option("--ocamlrun <path>", "not the one on PATH")
    .option("--ocamlopt <path>", "not the one on PATH")
    .action(async (files: string[], options: BenchOptions) => {
      const { bench } = await import("./bench/main.ts");
      await bench(files, options);
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
