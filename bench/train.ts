/**
 * Chooses the interpreter's superinstructions (`npm run train`): runs the training programs on the profiling build of
 * the interpreter, and writes the sequences that save most dispatches to bytecode/interpreter/sequences.ts. The programs
 * are OCaml's own tools and bench/training/, never those of bench/programs, which measure.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Command } from "commander";
import { NodeHost } from "../runtime/host/node.ts";
import { CELL_PROFILE_BYTES, CELL_PROFILE_COUNTS, CELL_PROFILE_START } from "../runtime/layout.ts";
import type { CoreModule } from "../bytecode/engine.ts";
import { readExecutable } from "../bytecode/formats/executable.ts";
import { prepareProgram, runPrepared, runProgram } from "../loader/program.ts";
import { chooseSequences, type Profile } from "./sequences.ts";
import { libraryDirectory, loadCore } from "../loader/installation.ts";

interface Workload {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

const tool = (name: string): string => join(libraryDirectory, "bin", name);
const sources = join(import.meta.dirname, "../node_modules/ocaml");
const scratch = tmpdir();

/** OCaml's tools at work, then the training programs, compiled. */
function workloads(core: CoreModule): Workload[] {
  const compile = (file: string, ...flags: string[]): Workload => ({
    name: `ocamlc ${file}`,
    program: tool("ocamlc"),
    args: [...flags, "-c", "-o", join(scratch, `${basename(file, ".ml")}.cmo`), join(sources, file)],
  });
  const training = readdirSync(join(import.meta.dirname, "training")).filter((f) => f.endsWith(".ml"));
  return [
    compile("otherlibs/str/str.ml", "-I", join(libraryDirectory, "str")),
    compile("utils/misc.ml", "-I", join(libraryDirectory, "compiler-libs")),
    compile("utils/identifiable.ml", "-I", join(libraryDirectory, "compiler-libs")),
    { name: "ocamllex", program: tool("ocamllex"), args: ["-q", "-o", join(scratch, "trained.ml"), join(sources, "parsing/lexer.mll")] },
    { name: "ocamldep", program: tool("ocamldep"), args: ["-I", join(sources, "typing"), join(sources, "typing/typecore.ml")] },
    ...training.map((file): Workload => {
      const program = join(scratch, file.replace(/ml$/, "byte"));
      run(core, { name: file, program: tool("ocamlc"), args: ["-o", program, join(import.meta.dirname, "training", file)] });
      return { name: file, program, args: [] };
    }),
  ];
}

/** What the programs print: shown when one fails. */
let diagnostics: Uint8Array[] = [];
const host = (): NodeHost =>
  new NodeHost({ environment: { ...process.env, OCAMLLIB: libraryDirectory }, output: (_, bytes) => void diagnostics.push(bytes) });

function run(core: CoreModule, { name, program, args }: Workload): void {
  const status = runProgram(readExecutable(readFileSync(program), program), { core, host: host(), argv: [program, ...args] });
  if (status !== 0) throw new Error(`${name} ended with status ${status}`);
}

/** Run a workload on the profiling build: how often each of its instructions was executed. */
function profile(core: CoreModule, { name, program, args }: Workload): Profile {
  diagnostics = [];
  const executable = readExecutable(readFileSync(program), program);
  const loaded = prepareProgram(executable, { core, host: host(), argv: [program, ...args], fused: false });
  const { machine } = loaded.engine;
  const { start, length, original } = loaded.fragment;
  const counts = machine.core.mem_alloc(2 * length) >>> 0;
  machine.u8.fill(0, counts, counts + 2 * length);
  machine.u32[CELL_PROFILE_START >>> 2] = start;
  machine.u32[CELL_PROFILE_BYTES >>> 2] = length;
  machine.u32[CELL_PROFILE_COUNTS >>> 2] = counts;
  const status = runPrepared(loaded);
  if (status !== 0) throw new Error(`${name} ended with status ${status}: ${Buffer.concat(diagnostics).toString()}`);
  const executed = Float64Array.from({ length: original.length }, (_, i) => Number(machine.i64[(counts >>> 3) + i]!));
  return { name, code: original, primitives: executable.primitives, counts: executed };
}

const options = new Command("train")
  .description("choose the interpreter's superinstructions from profiles of the training programs")
  .option("--count <n>", "how many", "120")
  .option("--only-tools", "OCaml's own tools alone")
  .parse()
  .opts<{ count: string; onlyTools?: boolean }>();
const plain = loadCore();
const profiling = loadCore("core-profile");
const profiles = workloads(plain)
  .filter(({ name }) => !options.onlyTools || name.startsWith("ocaml"))
  .map((workload) => {
    process.stderr.write(`profiling ${workload.name}\n`);
    return profile(profiling, workload);
  });
const chosen = chooseSequences(profiles, Number(options.count), (message) => process.stderr.write(`${message}\n`));
const target = join(import.meta.dirname, "../bytecode/interpreter/sequences.ts");
const header = readFileSync(target, "utf8").replace(/export const sequences[^]*/, "");
const lines = chosen.map((s) => `  ${JSON.stringify(s)},\n`).join("");
writeFileSync(target, `${header}export const sequences: readonly string[] = [\n${lines}];\n`);
