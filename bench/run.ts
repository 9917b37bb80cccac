/**
 * Compares the speed of OCaml bytecode under several engines: user time of whole processes (start, warm-up and compile
 * threads of the JavaScript engine included), taken alternately so that a busy machine harms all alike (README.md).
 */
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { Command, Option } from "commander";
import { type Benchmark, compare } from "./compare.ts";
import { type EngineOptions, compile, engineOptions, programsIn, root, scratchFolder } from "./engines.ts";
import { userTime } from "./measure.ts";

interface Options extends EngineOptions {
  readonly set: string;
  readonly library: string;
}

/** OCaml's own boot compiler at work on the type checker; on a small file when the size is below 100. */
function compilerBenchmark(folder: string, { size, library }: Options): Benchmark {
  const ocaml = join(root, "node_modules/ocaml");
  const source = join(folder, size < 100 ? "btype.ml" : "typecore.ml");
  copyFileSync(join(ocaml, "typing", basename(source)), source);
  const object = source.replace(/ml$/, "cmo");
  const flags = ["-nostdlib", "-I", library, "-I", join(library, "compiler-libs"), "-w", "-a", "-g"];
  return {
    name: "compiler",
    argv: [join(ocaml, "boot/ocamlc"), ...flags, "-c", source],
    result: () => {
      const hash = createHash("sha256").update(readFileSync(object)).digest("hex");
      rmSync(object);
      return hash;
    },
  };
}

/** Every benchmark that the options select, compiled. */
function benchmarks(options: Options): Benchmark[] {
  const { set, filter, ocamlc, size } = options;
  const folder = scratchFolder();
  const list = programsIn(join(root, "bench", set), filter).map((source): Benchmark => ({
    name: basename(source, ".ml"),
    argv: [compile([source], folder, ocamlc), String(size)],
  }));
  if (set === "programs" && (filter?.test("compiler") ?? true)) list.push(compilerBenchmark(folder, options));
  return list;
}

const command = engineOptions(new Command("bench:vm"), 5)
  .description("Speed of OCaml bytecode: Bactrian's virtual machine against ocamlrun, in user time")
  .addOption(new Option("--set <folder>", "which programs").choices(["programs", "training"]).default("programs"))
  .option("--library <folder>", "library of OCaml 5.3 for the compiler benchmark", join(root, "dist/ocaml"));

compare<Options>(command, benchmarks, {
  unit: "s",
  digits: 2,
  sample: userTime,
});
