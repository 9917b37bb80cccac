/** Runs bytecode programs one after the other for the scheduler, on a thread of its own (build.ts). */
import { parentPort, workerData } from "node:worker_threads";
import { NodeHost } from "../../runtime/host/node.ts";
import { readExecutable } from "../../bytecode/formats/executable.ts";
import type { CoreModule } from "../../bytecode/engine.ts";
import { runProgram } from "../program.ts";

export interface Job {
  /** The bytes of a bytecode executable. */
  readonly program: Uint8Array;
  readonly argv: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly status: number;
  readonly output: string;
}

const core = workerData as CoreModule;

function perform(job: Job): Outcome {
  const chunks: Uint8Array[] = [];
  const host = new NodeHost({
    directory: job.directory,
    environment: job.environment,
    output: (_, bytes) => chunks.push(bytes),
  });
  const text = (): string => Buffer.concat(chunks).toString();
  try {
    const status = runProgram(readExecutable(job.program, job.argv[0]), { core, host, argv: job.argv });
    return { status, output: text() };
  } catch (e) {
    return { status: 2, output: `${text()}${(e as Error).stack ?? String(e)}\n` };
  }
}

parentPort!.on("message", (job: Job) => parentPort!.postMessage(perform(job)));
