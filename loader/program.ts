/** Running a bytecode executable (runtime/startup_byt.c). */
import { CELL_BACKTRACE_ACTIVE, CELL_GLOBAL_DATA } from "../runtime/layout.ts";
import { ExitRequest, type Host } from "../runtime/host/host.ts";
import { OcamlException } from "../runtime/machine.ts";
import { parseParameters } from "../runtime/parameters.ts";
import { hostPrimitives } from "../runtime/primitives/index.ts";
import type { CodeFragment } from "../bytecode/code.ts";
import { type CoreModule, Engine, ENGINE_PRIMITIVES } from "../bytecode/engine.ts";
import { type BytecodeExecutable, codeWords } from "../bytecode/formats/executable.ts";
import { dynlinkPrimitives } from "./dynlink.ts";
import { reportUncaught } from "./uncaught.ts";

/** Exit status of a program that ends with an uncaught exception. */
const UNCAUGHT_STATUS = 2;

export interface ProgramOptions {
  readonly core: CoreModule;
  readonly host: Host;
  /** Sys.argv; the first is the program's name. */
  readonly argv: readonly string[];
  /** Value of OCAMLRUNPARAM. */
  readonly parameters?: string | undefined;
  readonly maxMemoryBytes?: number;
  readonly debug?: number;
}

/** Run a program in a machine of its own until it ends. Its exit status. Throws FormatError. */
export function runProgram(program: BytecodeExecutable, options: ProgramOptions): number {
  const parameters = parseParameters(options.parameters);
  const { primitives, imports } = hostPrimitives({ argv: options.argv, executableName: options.argv[0] ?? "" });
  const engine: Engine = new Engine({
    core: options.core,
    host: options.host,
    primitives: [...primitives, ...dynlinkPrimitives(program, () => engine.primitives.namesByIndex())],
    minorHeapWords: parameters.minorHeapWords,
    maxStackWords: parameters.maxStackWords,
    ...(options.maxMemoryBytes !== undefined && { maxMemoryBytes: options.maxMemoryBytes }),
    ...(options.debug !== undefined && { debug: options.debug }),
    imports,
  });
  if (parameters.backtrace) engine.machine.i32[CELL_BACKTRACE_ACTIVE >>> 2] = 1;
  const fragment = loadProgram(engine, program);
  try {
    try {
      engine.runCode(fragment);
    } catch (e) {
      if (!(e instanceof OcamlException)) throw e;
      reportUncaught(engine);
      return UNCAUGHT_STATUS;
    }
    return 0;
  } catch (e) {
    if (e instanceof ExitRequest) return e.status;
    throw e;
  }
}

/** Names of all primitives that programs can use, sorted. */
export function allPrimitiveNames(core: CoreModule): string[] {
  const { primitives } = hostPrimitives({ argv: [], executableName: "" });
  const names = [...core.primitives, ...primitives, ...dynlinkPrimitives(undefined, () => [])].map((p) => p.name);
  return [...names, ...ENGINE_PRIMITIVES].sort();
}

/** Load an executable into a fresh engine: its globals and its code. */
function loadProgram(engine: Engine, program: BytecodeExecutable): CodeFragment {
  const fragment = engine.code.load(codeWords(program.code), program.primitives, 0);
  const { debug } = program;
  if (debug) engine.debugInfo.addProgram(fragment, debug);
  const m = engine.machine;
  m.setWord(CELL_GLOBAL_DATA, m.internBytes(program.data));
  return fragment;
}
