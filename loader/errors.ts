/** Errors of loading and running: what, where, and what to do about it, in one line. */
import { oneLine } from "../bytecode/formats/errors.ts";

/** A unit cannot be linked. */
export class LinkError extends Error {
  override readonly name = "LinkError";

  readonly file: string;
  readonly unit: string;

  constructor(file: string, unit: string, problem: string, remedy: string) {
    super(`${file}: ${oneLine(`unit ${unit} ${problem}. ${remedy}`)}.`);
    this.file = file;
    this.unit = unit;
  }
}

/** Wrong arguments, a file that cannot be read, or something asked for out of order. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** An OCaml exception that has reached JavaScript. */
export class OcamlError extends Error {
  override readonly name = "OcamlError";
  /** The backtrace as OCaml prints it; empty unless it is recorded (OCAMLRUNPARAM=b). */
  readonly backtrace: readonly string[];

  /** `message`: the exception as OCaml's runtime prints it. */
  constructor(message: string, backtrace: readonly string[]) {
    super(message);
    this.backtrace = backtrace;
  }
}

/** A program has done what no program of the compiler does: its heap cannot be trusted any more. */
export class CrashError extends Error {
  override readonly name = "CrashError";

  /** `cause`: what WebAssembly or JavaScript says. */
  constructor(file: string, cause: Error) {
    super(
      `${file}: the program has crashed (${oneLine(cause.message)}). Its bytecode is damaged, or it misuses Obj.magic or unsafe ` +
        `accesses: build it again, with -g and without -unsafe to find the place`,
      { cause },
    );
  }
}

/** A file of the toolchain could not be made; the message holds the compiler's. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

/** A thread that compiled a file has ended with an error, or has been ended. */
export class ThreadError extends Error {
  override readonly name = "ThreadError";

  /** `cause`: what the thread has ended with. */
  constructor(file: string, cause: Error) {
    super(`${file}: a thread that compiles it has failed (${oneLine(cause.message)}). Try --jobs 1, which takes less memory`, { cause });
  }
}

/**
 * What a program's user gets for an error that the machine has thrown: a CrashError for those of WebAssembly, and for
 * those that JavaScript throws when primitives meet values that no OCaml program makes. Others are as they were.
 */
export function asCrash(file: string, e: unknown): unknown {
  const native = e instanceof WebAssembly.RuntimeError || e instanceof RangeError || e instanceof TypeError;
  return native ? new CrashError(file, e) : e;
}
