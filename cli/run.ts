/** `bactrian run`, the toplevel and OCaml's tools. */
import { NodeHost } from "../runtime/host/node.ts";
import type { CoreModule } from "../bytecode/engine.ts";
import { type BytecodeExecutable, readExecutable } from "../bytecode/formats/executable.ts";
import { loadCore } from "../loader/installation.ts";
import { readProgram } from "../loader/native-program.ts";
import { ensureToolchain } from "../loader/toolchain.ts";
import type { NativeCode } from "../native/code.ts";
import { isNativeFile } from "../native/file.ts";
import { execute, executeTool, type Tool } from "./execute.ts";
import { readInput } from "./files.ts";
import { buildProgress } from "./progress.ts";
import { prepareEngine } from "./tiering.ts";

export const TIERS = ["interp", "native", "mixed"] as const;

export interface TierOption {
  /**
   * "native": compile the program to WebAssembly first; "mixed": run what has been compiled before, here or to a file, and
   * interpret the rest; "interp": interpret it all. Default: files of native code run as they are, others are interpreted.
   */
  readonly tier?: (typeof TIERS)[number];
}

export interface RunOptions extends TierOption {
  /** Verify the code of executables, which come from outside. */
  readonly verify: boolean;
  /** Whether native code may come from the cache, and go there. Default: yes. */
  readonly cache?: boolean;
  /** Threads that compile; default: as many as are worth it. */
  readonly jobs?: number;
}

/** A program to be run, and its native code, if it has some. */
export interface Subject {
  readonly program: BytecodeExecutable;
  readonly native: NativeCode | undefined;
  /** Whether it is to be verified. */
  readonly verify: boolean;
}

/**
 * Run a program: an executable, one with native code, or a source or unit that is compiled and linked first, with the
 * standard library. Throws FormatError, UsageError.
 */
export async function runFile(file: string, args: readonly string[], options: RunOptions): Promise<never> {
  const core = loadCore();
  const subject = await loadSubject(core, file, options);
  if (typeof subject === "number") return end(subject);
  const { program, native, verify } = subject;
  return end(await execute(core, program, [file, ...args], new NodeHost(), { verify, native }));
}

/** End as a program has ended, whatever its other threads still wait for. */
function end(status: number): never {
  process.exit(status);
}

/**
 * A program with the native code that it is to be run with; a number: the status of the compiler, which has refused it. Throws
 * FormatError, UsageError.
 */
export async function loadSubject(core: CoreModule, file: string, options: RunOptions): Promise<Subject | number> {
  if (/\.(ml|cmo|cma)$/.test(file)) {
    const made = await (await import("./link.ts")).linkProgram(core, file);
    if ("status" in made) return made.status;
    const program = readExecutable(made.bytes, file);
    // The compiler has made sources' code just now.
    const verify = options.verify && !file.endsWith(".ml");
    return { program, verify, native: await compiled(core, program, options) };
  }
  const bytes = readInput(file);
  if (isNativeFile(bytes, file)) prepareEngine();
  const { program, native } = readProgram(bytes, file, core);
  const own = options.tier === "interp" ? undefined : native;
  return { program, verify: options.verify, native: own ?? (await compiled(core, program, options)) };
}

async function compiled(
  core: CoreModule,
  program: BytecodeExecutable,
  { tier, ...options }: TierOption & Pick<RunOptions, "cache" | "jobs">,
): Promise<NativeCode | undefined> {
  if (tier !== "native" && tier !== "mixed") return undefined;
  const { existingCode, nativeCode } = await import("./native-files.ts");
  if (tier === "native") return nativeCode(core, program, options);
  return options.cache !== false ? existingCode(core, program) : undefined;
}

/** Run one of OCaml's programs, which Bactrian has built. */
export async function runTool(tool: Tool | "ocaml", args: readonly string[], options: TierOption = {}): Promise<never> {
  const core = loadCore();
  await ensureToolchain(core, buildProgress());
  return end(await executeTool(core, tool, args, (program) => compiled(core, program, options)));
}
