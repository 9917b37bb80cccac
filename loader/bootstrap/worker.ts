/** Runs bytecode programs one after the other for the scheduler, on a thread of its own (build.ts). */
import { parentPort, workerData } from "node:worker_threads";
import { NodeHost } from "../../runtime/host/node.ts";
import type { CoreModule } from "../../bytecode/engine.ts";
import { readProgram } from "../native-program.ts";
import { runProgram } from "../program.ts";

export interface Job {
  /** The bytes of a bytecode executable, or of one that has been compiled to native code. */
  readonly program: Uint8Array;
  readonly argv: readonly [program: string, ...args: string[]];
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
    const { program, native } = readProgram(job.program, job.argv[0], core);
    const status = runProgram(program, { core, host, argv: job.argv, ...(native && { native }) });
    return { status, output: text() };
  } catch (e) {
    return { status: 2, output: `${text()}${(e as Error).stack ?? String(e)}\n` };
  }
}

parentPort!.on("message", (job: Job) => parentPort!.postMessage(perform(job)));
