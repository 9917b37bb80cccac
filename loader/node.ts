/** The package in Node: the files of this installation and the process itself are what options leave out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compareRuntimes, type CompareOptions, type TierComparison } from "./bench.ts";
import type { FunctionType } from "./codecs.ts";
import { NodeHost, type NodeHostOptions } from "../runtime/host/node.ts";
import { libraryDirectory, loadCore } from "./installation.ts";
import { Runtime as PortableRuntime, type RuntimeOptions } from "./runtime.ts";
import { ensureToolchain } from "./toolchain.ts";

export * from "./index.ts";
export { NodeHost, type NodeHostOptions };
export type { CompareOptions, TierComparison, TierMeasurement } from "./bench.ts";
export type { Estimate } from "./statistics.ts";

export interface NodeRuntimeOptions extends Partial<Omit<RuntimeOptions, "evaluator">> {
  /** Take what programs write to standard output, instead of the process's stream. */
  readonly stdout?: (bytes: Uint8Array) => void;
  readonly stderr?: (bytes: Uint8Array) => void;
  /** Environment and current directory of programs, instead of the process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
}

export type Runtime = PortableRuntime;

export const Runtime = {
  /** A runtime on this process. The OCaml toolchain is built when `eval` or `load` need it for the first time. */
  create,
};

function create(options: NodeRuntimeOptions = {}): Promise<Runtime> {
  const { stdout, stderr, directory, environment, ...rest } = options;
  const core = options.core ?? loadCore();
  const output = (fd: 1 | 2, bytes: Uint8Array): void => {
    const take = fd === 1 ? stdout : stderr;
    if (take) take(bytes);
    else (fd === 1 ? process.stdout : process.stderr).write(bytes);
  };
  const host = new NodeHost({
    environment: { OCAMLLIB: libraryDirectory, ...(environment ?? process.env) },
    ...(directory !== undefined && { directory }),
    ...((stdout || stderr) && { output }),
  });
  return PortableRuntime.create({
    host,
    ...rest,
    core,
    evaluator: async () => {
      await ensureToolchain(core);
      return readFile(join(libraryDirectory, "bin/evaluator"));
    },
  });
}

/**
 * What a function costs in each tier: the program, a bytecode executable, is run to its end in two runtimes, interpreted and
 * compiled to native code; then both call the function that it has given to Callback.register, in turns. Throws FormatError;
 * UsageError when the program does not end with status 0 or registers no such function; OcamlError when the function raises, or
 * its results differ.
 */
export function compareTiers<A extends readonly unknown[], R>(
  program: Uint8Array,
  name: string,
  type: FunctionType<A, R>,
  args: A,
  options: CompareOptions & NodeRuntimeOptions = {},
): Promise<TierComparison> {
  const core = options.core ?? loadCore();
  return compareRuntimes(() => create({ ...options, core }), core, program, name, type, args, options);
}
