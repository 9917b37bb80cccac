/**
 * Compares the peak of resident memory under several engines. Linux only: at their end, the programs themselves read it
 * from /proc (memory/peak.ml, README.md).
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Command } from "commander";
import { type Benchmark, compare } from "./compare.ts";
import { type EngineOptions, compile, engineOptions, programsIn, root, scratchFolder } from "./engines.ts";
import { measure } from "./measure.ts";

const folder = scratchFolder();
const peakSource = join(root, "bench/memory/peak.ml");
const peakFile = join(folder, "peak");

/** The programs made for memory, and those of the other benchmark that are about the collector. */
function benchmarks({ filter, ocamlc, size }: EngineOptions): Benchmark[] {
  const sources = [
    ...programsIn(join(root, "bench/programs"), filter).filter((path) => basename(path).startsWith("gc_")),
    ...programsIn(join(root, "bench/memory"), filter).filter((path) => path !== peakSource),
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
  sample: (argv) => {
    const { stdout } = measure(argv, { BENCH_PEAK: peakFile });
    return { value: Number(readFileSync(peakFile, "utf8")) / 1024, stdout };
  },
});
