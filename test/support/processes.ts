/** Work in processes of their own, which can be ended when they hang. */
import { fork } from "node:child_process";

/** Arguments of Node, before a TypeScript file, for a process that ends with the one that starts it. */
export const CHILD: readonly string[] = ["tsx", ...["binaryen-as-it-is.mjs", "orphans.ts"].map((name) => new URL(name, import.meta.url).href)].map(
  (module) => `--import=${module}`,
);

/** How a process failed. */
export interface Failure {
  /** Whether it was ended because it said nothing for too long. */
  readonly stuck: boolean;
  readonly detail: string;
}

export interface Conditions<Report> {
  /** Milliseconds. */
  readonly patience: number;
  readonly take: (report: Report) => void;
  /** Megabytes of JavaScript's heap that the process may use, if not as many as Node gives. */
  readonly heap?: number;
}

/**
 * Run a TypeScript file with a task, as JSON, for its argument. It is ended when it sends no report for `patience`
 * milliseconds; the first report, for which it has to start, may take longer. What kept it from ending well.
 */
export function runTask<Report>(
  file: URL,
  task: unknown,
  { patience, take, heap }: Conditions<Report>,
): Promise<Failure | undefined> {
  const child = fork(file, [JSON.stringify(task)], {
    execArgv: [...CHILD, ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`])],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let stuck = false;
  let errors = "";
  child.stderr!.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((done) => {
    const stop = (): void => {
      stuck = true;
      child.kill("SIGKILL");
    };
    let timer = setTimeout(stop, 3 * patience);
    child.on("message", (report: Report) => {
      clearTimeout(timer);
      timer = setTimeout(stop, patience);
      take(report);
    });
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      if (stuck) done({ stuck, detail: "" });
      else done(status === 0 ? undefined : { stuck, detail: `the process has died (${signal ?? status}): ${errors}` });
    });
  });
}
