/** The package in Node: the files of this installation and the process itself are what options leave out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { NodeHost, type NodeHostOptions } from "../runtime/host/node.ts";
import { libraryDirectory, loadCore } from "./installation.ts";
import { Runtime as PortableRuntime, type RuntimeOptions } from "./runtime.ts";
import { ensureToolchain } from "./toolchain.ts";

export * from "./index.ts";
export { NodeHost, type NodeHostOptions };

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
