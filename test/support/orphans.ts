/**
 * Imported first (--import) by processes that ought not to outlive the one that started them: it ends them, even in the middle of a
 * computation, within a second of that one's end.
 */
import { isMainThread, Worker } from "node:worker_threads";

const WATCH = `const parent = process.ppid; setInterval(() => process.ppid !== parent && process.kill(process.pid, "SIGKILL"), 1000)`;

if (isMainThread) new Worker(WATCH, { eval: true, execArgv: [] }).unref();
