/** Does a share of a compilation on a thread of its own (compile-threads.ts). */
import { parentPort, workerData } from "node:worker_threads";
import { compileShare, type Share } from "../native/shares.ts";

compileShare(workerData as Share, (made, buffers) => parentPort!.postMessage(made, buffers));
