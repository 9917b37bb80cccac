/** Running damaged files as Bactrian does, and telling how that ends. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type CoreModule, Engine } from "../../bytecode/engine.ts";
import { FormatError } from "../../bytecode/formats/errors.ts";
import { readExecutable } from "../../bytecode/formats/executable.ts";
import { readUnits } from "../../bytecode/formats/unit.ts";
import { readLinkableUnits } from "../../bytecode/relocations.ts";
import { bytes, fn, string } from "../../loader/codecs.ts";
import { asCrash, CrashError, LinkError } from "../../loader/errors.ts";
import { libraryDirectory } from "../../loader/installation.ts";
import { Linker } from "../../loader/linker.ts";
import { Runtime } from "../../loader/node.ts";
import { prepareProgram, runPreparedAsync } from "../../loader/program.ts";
import { Runtime as PortableRuntime } from "../../loader/runtime.ts";
import { OcamlException } from "../../runtime/machine.ts";
import { hostPrimitives } from "../../runtime/primitives/index.ts";
import { limitTime, ListeningHost, TIME, TimeIsOver } from "./host.ts";
import type { Kind, Subject } from "./subjects.ts";

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

const MEMORY = 64 << 20;
/** How an attempt has ended that has thrown `e`. */
function resultOf(e: unknown): Result {
  const error = e as Error;
  if (e instanceof TimeIsOver) return { outcome: "endless", detail: "" };
  if (!error.message.includes("\n")) {
    if (e instanceof FormatError || e instanceof LinkError) return { outcome: "refused", detail: error.message };
    if (e instanceof CrashError) return { outcome: "crashed", detail: String(error.cause) };
  }
  return { outcome: "bug", detail: error.stack ?? String(e) };
}

const ended: Result = { outcome: "ended", detail: "" };

/** Tries what is done with one file after the other; some go on with what they have loaded before. */
type Attempt = (bytes: Uint8Array) => Promise<Result>;

/** What `bactrian run` does. */
function executable(core: CoreModule): Attempt {
  return async (bytes) => {
    const host = new ListeningHost();
    const options = { core, host, argv: ["program"], parameters: "b,s=4k,l=64k", maxMemoryBytes: MEMORY, verify: true };
    const program = prepareProgram(readExecutable(bytes, "program"), options);
    limitTime(program.engine)();
    let timer: NodeJS.Timeout | undefined;
    const waits = new Promise<never>((_, fail) => (timer = setTimeout(() => fail(new TimeIsOver()), TIME)));
    const status = await Promise.race([runPreparedAsync(program), waits]).finally(() => clearTimeout(timer));
    return status === 2 && host.errors.includes("Fatal error: exception ") ? { outcome: "uncaught", detail: host.errors } : ended;
  };
}

/** Units are linked to the standard library, one after the other, into one machine. */
function linked(core: CoreModule): Attempt {
  const { primitives, imports } = hostPrimitives({ argv: ["program"], executableName: "program" });
  const engine = new Engine({ core, host: new ListeningHost(), primitives, imports, maxMemoryBytes: 4 * MEMORY });
  const startTime = limitTime(engine);
  const linker = new Linker(engine);
  const library = readFileSync(join(libraryDirectory, "stdlib.cma"));
  for (const unit of readUnits(library)) engine.runCode(linker.link(unit, "stdlib.cma"));
  return async (bytes) => {
    startTime();
    try {
      for (const unit of readLinkableUnits(bytes, "file")) engine.runCode(linker.link(unit, "file"));
      return ended;
    } catch (e) {
      if (e instanceof OcamlException) return { outcome: "uncaught", detail: "" };
      throw asCrash("file", e);
    }
  };
}

/** Units are loaded into one toplevel, which must still evaluate phrases after those that it refuses. */
async function loaded(core: CoreModule, { file }: Subject): Promise<Attempt> {
  const copy = join(tmpdir(), `bactrian-hostile-${process.pid}-${basename(file)}`);
  const runtime = await Runtime.create({ core, limits: { memoryBytes: 8 * MEMORY }, stdout: () => undefined, stderr: () => undefined });
  await runtime.eval("let six = 6");
  const startTime = limitTime(runtime["engine"]!);
  return async (bytes) => {
    writeFileSync(copy, bytes);
    startTime();
    const { ok, output } = await runtime.load(copy).finally(() => rmSync(copy));
    const after = await runtime.eval("List.fold_left ( + ) six [ 1; 2; 3 ]");
    if (after.output !== "- : int = 12\n") throw new Error(`the session is damaged: ${after.output}, after ${output}`);
    return ok ? ended : { outcome: "refused", detail: output };
  };
}

/** Values are read by one program, from strings and from files in turn. */
async function marshalled(core: CoreModule, { program }: Subject): Promise<Attempt> {
  const host = new ListeningHost();
  const runtime = await PortableRuntime.create({ core, host, parameters: "b", limits: { memoryBytes: MEMORY } });
  await runtime.run(readFileSync(program!));
  let fromChannel = false;
  return async (data) => {
    fromChannel = !fromChannel;
    host.input = data;
    const detail = fromChannel
      ? runtime.call("from_channel", fn([string], string), "values")
      : runtime.call("from_bytes", fn([bytes], string), data);
    if (detail === "read") return ended;
    if (detail === "changed") throw new Error("a collection has changed what was read");
    return { outcome: "refused", detail };
  };
}

const KINDS: Readonly<Record<Kind, (core: CoreModule, subject: Subject) => Attempt | Promise<Attempt>>> = {
  executable,
  linked,
  loaded,
  marshalled,
};

/** Attempts with the damaged versions of a subject, which begin anew after all that ends a program. */
export class Attempts {
  private readonly core: CoreModule;
  private readonly subject: Subject;
  private attempt: Attempt | undefined;

  constructor(core: CoreModule, subject: Subject) {
    this.core = core;
    this.subject = subject;
  }

  async try(bytes: Uint8Array): Promise<Result> {
    this.attempt ??= await KINDS[this.subject.kind](this.core, this.subject);
    try {
      return await this.attempt(bytes);
    } catch (e) {
      const result = resultOf(e);
      if (result.outcome !== "refused") this.attempt = undefined;
      return result;
    }
  }
}
