/** Runs a command in a process of its own, and takes what it uses. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { Readable } from "node:stream";

export interface MeasureOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Seconds after which the process is ended. */
  readonly timeout: number;
  /** Whether to watch the process's memory, which takes a little of the other processors' time. */
  readonly memory?: boolean;
  /** Ends the process. */
  readonly signal?: AbortSignal;
}

/** What a run has used, in seconds, and what it has written. */
export interface Measurement {
  /** User time of all threads of the process and of the children that it has waited for. */
  readonly user: number;
  readonly system: number;
  readonly wall: number;
  /** Peak of its resident memory; absent where the system does not tell (Linux does), or when it has ended too early. */
  readonly peakBytes?: number | undefined;
  /** Exit status, or "ended by SIGSEGV" or the like; "timeout". */
  readonly ending: number | string;
  /** Digest of all of its standard output, and the begin of it. */
  readonly digest: string;
  readonly stdout: string;
  /** The end of its standard error. */
  readonly stderr: string;
}

/** A command could not be measured; the message says why. */
export class MeasureError extends Error {
  override readonly name = "MeasureError";
}

/** Characters of standard output that are kept, to show a difference. */
const KEPT_OUTPUT = 1 << 16;
/** Characters of standard error that are kept. */
const KEPT_ERRORS = 1 << 14;
/** Milliseconds between two looks at the memory of a process: at first, and in the end. */
const FIRST_LOOK = 1;
const LOOK = 8;

/**
 * Node tells no resource usage of children, so the shell's `time` does: its figures, from getrusage, go to descriptor
 * 3, which like the copy of stderr is closed in the command.
 */
const script = "TIMEFORMAT='%3U %3S %3R'; { time \"$@\" 2>&4 3>&- 4>&-; } 4>&2 2>&3";

/** Run a command to its end. @throws MeasureError: bash is missing */
export async function measure(command: readonly string[], options: MeasureOptions): Promise<Measurement> {
  const { environment, timeout, memory = false, signal } = options;
  signal?.throwIfAborted();
  // A group of its own, so that all that it starts can be ended.
  const child = spawn("bash", ["-c", script, "bash", ...command], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C", ...environment },
    detached: true,
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup(child);
  }, 1000 * timeout);
  const abort = (): void => endGroup(child);
  signal?.addEventListener("abort", abort);
  const watch = memory ? watchMemory(child) : undefined;
  try {
    const hash = createHash("sha256");
    const [stdout, stderr, times, code] = await Promise.all([
      collect(child.stdout!, (kept, text) => (kept.length < KEPT_OUTPUT ? (kept + text).slice(0, KEPT_OUTPUT) : kept), hash),
      collect(child.stderr!, (kept, text) => (kept + text).slice(-KEPT_ERRORS)),
      collect(child.stdio[3] as Readable, (kept, text) => kept + text),
      ended(child),
    ]);
    signal?.throwIfAborted();
    // Before the figures the shell tells of a signal.
    const [user, system, wall] = times.trim().split("\n").at(-1)!.split(" ").map(Number) as [number, number, number];
    if (!timedOut && (wall === undefined || Number.isNaN(user + system + wall))) {
      throw new MeasureError(`bash's "time" has told ${JSON.stringify(times)}`);
    }
    const ending = timedOut ? "timeout" : endingOf(code);
    return { user, system, wall, peakBytes: watch?.peak(), ending, digest: hash.digest("hex"), stdout, stderr };
  } finally {
    clearTimeout(timer);
    watch?.stop();
    signal?.removeEventListener("abort", abort);
  }
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((done, fail) => {
    child.on("error", ({ message }) => fail(new MeasureError(`bash, whose "time" takes the processor time, cannot be run: ${message}`)));
    child.on("close", (code, signal) => done(code ?? signal!));
  });
}

/** Shells tell a signal n as the status 128 + n. */
function endingOf(code: number | NodeJS.Signals): number | string {
  if (typeof code === "string") return `ended by ${code}`;
  const signal = Object.entries(constants.signals).find(([, n]) => code === 128 + n)?.[0];
  return signal === undefined ? code : `ended by ${signal}`;
}

async function collect(stream: Readable, add: (kept: string, text: string) => string, hash?: { update(bytes: Buffer): unknown }): Promise<string> {
  let kept = "";
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    hash?.update(bytes);
    kept = add(kept, bytes.toString("latin1"));
  }
  return Buffer.from(kept, "latin1").toString();
}

/** Looks at the peak that Linux keeps of the command that the shell runs; what it grows after the last look is missed. */
function watchMemory({ pid }: ChildProcess): { peak(): number | undefined; stop(): void } {
  let peak: number | undefined;
  let command: string | undefined;
  let looks = 0;
  let wait = FIRST_LOOK;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    try {
      command ??= readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0] || undefined;
      const kilobytes = command && /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${command}/status`, "utf8"))?.[1];
      // It never shrinks, but starts again when the shell's child becomes the command: the first look may be of either.
      if (kilobytes && looks++ > 0) peak = 1024 * Number(kilobytes);
    } catch {
      // There is no such system, or no such process any more.
    }
    wait = Math.min(LOOK, wait + 1);
    timer = setTimeout(look, wait);
  };
  look();
  return { peak: () => peak, stop: () => clearTimeout(timer) };
}
