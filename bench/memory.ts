/**
 * Compares the peak of resident memory under several engines. Linux only: at their end, the programs themselves read it
 * from /proc (at_exit/peak.ml, README.md).
 */
import { basename, join } from "node:path";
import { Command } from "commander";
import { type Benchmark, compare } from "./compare.ts";
import { type EngineOptions, compile, engineOptions, programsIn, root, scratchFolder } from "./engines.ts";
import { atExit } from "./measure.ts";

const folder = scratchFolder();
const peakSource = join(root, "bench/at_exit/peak.ml");

/** The programs made for memory, and those of the other benchmark that are about the collector. */
function benchmarks({ filter, ocamlc, size }: EngineOptions): Benchmark[] {
  const sources = [
    ...programsIn(join(root, "bench/programs"), filter).filter((path) => basename(path).startsWith("gc_")),
    ...programsIn(join(root, "bench/memory"), filter),
  ];
  return sources.map((source) => ({
    name: basename(source, ".ml"),
    argv: [compile([peakSource, source], folder, ocamlc), String(size)],
  }));
}

const command = engineOptions(new Command("bench:memory"), 3).description(
  "Memory of OCaml bytecode: Bactrian's virtual machine against ocamlrun, peak resident set size",
);

compare(command, benchmarks, {
  unit: "MiB",
  digits: 0,
  sample: atExit(join(folder, "peak"), 1 / 1024),
});
