/**
 * Modules of Node that few programs need: loaded when they are first used, since loading them all makes every start
 * 20 ms longer.
 */
import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

export const childProcess = (): typeof import("node:child_process") => load("node:child_process");
export const crypto = (): typeof import("node:crypto") => load("node:crypto");
export const workerThreads = (): typeof import("node:worker_threads") => load("node:worker_threads");
export const tty = (): typeof import("node:tty") => load("node:tty");
