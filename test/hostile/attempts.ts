/** Running damaged files as Bactrian does, and telling how that ends. */
import type { CoreModule } from "../../bytecode/engine.ts";
import { FormatError } from "../../bytecode/formats/errors.ts";
import { readExecutable } from "../../bytecode/formats/executable.ts";
import { readUnits } from "../../bytecode/formats/unit.ts";
import { CrashError, LinkError } from "../../loader/errors.ts";
import { type LoadedProgram, prepareProgram, runPreparedAsync } from "../../loader/program.ts";
import { BaseHost } from "../../runtime/host/base.ts";
import { type Files, HostError } from "../../runtime/host/host.ts";
import type { Kind } from "./subjects.ts";

/**
 * - `refused`: one line says what is wrong with the file;
 * - `ended`, `uncaught`: the program runs to its end, or to an OCaml exception;
 * - `crashed`: one line says that the program has crashed;
 * - `endless`: the program still runs when its time is over;
 * - `stuck`: it runs, and can be ended only from outside;
 * - `bug`: anything else.
 */
export type Outcome = "refused" | "ended" | "uncaught" | "crashed" | "endless" | "stuck" | "bug";

export interface Result {
  readonly outcome: Outcome;
  /** The first line of the error. */
  readonly detail: string;
}

/** Milliseconds that a program may run. */
const TIME = 250;
const MEMORY = 64 << 20;
/** What a program may write, in bytes. */
const OUTPUT = 1 << 20;

class TimeIsOver extends Error {}

/** A host that takes what programs write to standard output and error, and grants nothing else. */
class ListeningHost extends BaseHost {
  errors = "";
  private written = 0;
  override readonly files: Files = Object.assign(Object.create(new BaseHost().files) as Files, {
    write: (fd: number, bytes: Uint8Array): number => {
      this.written += bytes.length;
      if (this.written > OUTPUT) throw new HostError("ENOSPC");
      if (fd === 2) this.errors += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
}

/** Have the program end when its time is over, at the next poll. */
function limitTime({ engine: { scheduler } }: LoadedProgram): void {
  const end = performance.now() + TIME;
  const poll = scheduler.poll.bind(scheduler);
  scheduler.poll = (nested) => {
    if (performance.now() > end) throw new TimeIsOver();
    return poll(nested);
  };
}

/** One attempt that is expected to end with an error of the user's input, or with a status. */
async function ending(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (e) {
    if (e instanceof TimeIsOver) return { outcome: "endless", detail: "" };
    const detail = (e as Error).message;
    const oneLine = !detail.includes("\n");
    if (oneLine && (e instanceof FormatError || e instanceof LinkError)) return { outcome: "refused", detail };
    if (oneLine && e instanceof CrashError) return { outcome: "crashed", detail: `${(e.cause as Error).name}: ${(e.cause as Error).message}` };
    return { outcome: "bug", detail: (e as Error).stack ?? String(e) };
  }
}

/** What `bactrian run` does. */
function runExecutable(core: CoreModule, bytes: Uint8Array): Promise<Result> {
  return ending(async () => {
    const host = new ListeningHost();
    const program = prepareProgram(readExecutable(bytes, "program"), {
      core,
      host,
      argv: ["program"],
      parameters: "b,s=4k,l=64k",
      maxMemoryBytes: MEMORY,
      verify: true,
    });
    limitTime(program);
    let timer: NodeJS.Timeout | undefined;
    const waits = new Promise<never>((_, fail) => (timer = setTimeout(() => fail(new TimeIsOver()), TIME)));
    const status = await Promise.race([runPreparedAsync(program), waits]).finally(() => clearTimeout(timer));
    const uncaught = status === 2 && host.errors.includes("Fatal error: exception ");
    return { outcome: uncaught ? "uncaught" : "ended", detail: uncaught ? host.errors : String(status) };
  });
}

const ATTEMPTS: Readonly<Record<Kind, (core: CoreModule, bytes: Uint8Array) => Promise<Result>>> = {
  executable: runExecutable,
  linked: async (_core, bytes) =>
    ending(async () => {
      readUnits(bytes);
      return { outcome: "ended", detail: "" };
    }),
};

export const attempt = (core: CoreModule, kind: Kind, bytes: Uint8Array): Promise<Result> => ATTEMPTS[kind](core, bytes);
