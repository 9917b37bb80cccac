/** Compiling to native code, on several threads where that pays: the same code comes out. */
import { availableParallelism, freemem } from "node:os";
import { Worker } from "node:worker_threads";
import type { NativeCode } from "../native/code.ts";
import type { Piece } from "../native/piece.ts";
import { finishCode, type OnProgress, type Plan } from "../native/plan.ts";
import type { Made, Share } from "../native/shares.ts";
import type { NativeSource } from "../native/source.ts";
import { ThreadError } from "./errors.ts";
import { compileWorkerScript } from "./installation.ts";

/** Words of code for each thread, at least: a thread loads binaryen and makes the SSA form of the whole program first. */
const WORDS_PER_THREAD = 50_000;
/** More threads gain little, since each makes the SSA form of the whole, and take more memory. */
const MAX_THREADS = 4;
/** Memory that a thread takes for each word of the code: 350 MB for the 725,000 of OCaml's compiler, and some more. */
const BYTES_PER_WORD = 700;

/** Processors that V8's own threads keep busy meanwhile: with two in all, two threads take as long as one. */
const PROCESSORS_OF_V8 = 1;

/** How many threads a compilation is worth on this machine. */
export function worthThreads({ code, functions }: NativeSource): number {
  const words = (code.length * functions.filter(({ chosen }) => chosen).length) / Math.max(1, functions.length);
  // Only newer releases of Node 20 know what a container leaves.
  const memory = process.availableMemory?.() ?? freemem();
  const most = [words / WORDS_PER_THREAD, memory / (BYTES_PER_WORD * code.length), MAX_THREADS, availableParallelism() - PROCESSORS_OF_V8];
  return Math.max(1, Math.floor(Math.min(...most)));
}

export interface CompileOptions {
  /** Threads: 1 is this one, more are other ones. Default: as many as are worth it. */
  readonly jobs?: number | undefined;
  readonly onProgress?: OnProgress;
  /** What is compiled, for messages. */
  readonly file: string;
  /** The threads' program. Default: Bactrian's. */
  readonly script?: URL;
}

/** Compile code. Throws ThreadError when a thread fails. */
export async function compileOnThreads(source: NativeSource, options: CompileOptions): Promise<NativeCode> {
  const { jobs = worthThreads(source), onProgress, script = compileWorkerScript } = options;
  if (jobs === 1) return (await import("../native/unit.ts")).compileNative(source, onProgress);
  const share: Share = { source, next: new Int32Array(new SharedArrayBuffer(4)) };
  const workers: Worker[] = [];
  try {
    while (workers.length < jobs) workers.push(new Worker(script, { workerData: share, execArgv: [] }));
    const { plan, pieces } = await collect(workers, options);
    return finishCode(source, plan, pieces);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** What all threads make. */
function collect(workers: readonly Worker[], { file, onProgress }: CompileOptions): Promise<{ plan: Plan; pieces: Piece[] }> {
  return new Promise((resolve, reject) => {
    const pieces = new Map<number, Piece>();
    let plan: Plan | undefined;
    let running = workers.length;
    const take = (made: Made): void => {
      if (made.kind === "plan") plan = made.plan;
      else pieces.set(made.i, made.piece);
      if (!plan) return;
      const ranges = plan.pieces;
      const done = [...pieces.keys()].reduce((n, i) => n + ranges[i]!.to - ranges[i]!.from, 0);
      onProgress?.(done, plan.functions.length);
      if (pieces.size === ranges.length) resolve({ plan, pieces: ranges.map((_, i) => pieces.get(i)!) });
    };
    const fail = (reason: Error): void => reject(new ThreadError(file, reason));
    for (const worker of workers) {
      worker.on("message", take);
      worker.on("error", fail);
      // After all of its messages.
      worker.on("exit", () => --running === 0 && fail(new Error("it ended too early")));
    }
  });
}
