/** Running a bytecode executable (runtime/startup_byt.c). */
import { CELL_BACKTRACE_ACTIVE, CELL_GLOBAL_DATA, DEBUG_CHECK_HEAP } from "../runtime/layout.ts";
import { ExitRequest, type Host } from "../runtime/host/host.ts";
import { OcamlException } from "../runtime/machine.ts";
import { parseParameters } from "../runtime/parameters.ts";
import { Val, type Value } from "../runtime/primitives.ts";
import { hostPrimitives } from "../runtime/primitives/index.ts";
import { UNCAUGHT_STATUS } from "../runtime/primitives/sys.ts";
import type { CodeFragment } from "../bytecode/code.ts";
import { type CoreModule, Engine } from "../bytecode/engine.ts";
import { type BytecodeExecutable, codeWords } from "../bytecode/formats/executable.ts";
import { FormatError, readingFile } from "../bytecode/formats/errors.ts";
import { instructionLength } from "../bytecode/instructions/decode.ts";
import { opcode } from "../bytecode/instructions/table.ts";
import type { NativeCode } from "../native/code.ts";
import { LoadedNative } from "../native/load.ts";
import { Plugins } from "../native/plugins.ts";
import { verify } from "../bytecode/verifier.ts";
import { asCrash } from "./errors.ts";
import { dynlinkPrimitives } from "./dynlink.ts";
import { libraryPrimitives } from "./library.ts";
import { reportCollections, VERBOSE_AT_EXIT } from "./gc-report.ts";
import { reportUncaught } from "./uncaught.ts";

export interface ProgramOptions {
  readonly core: CoreModule;
  readonly host: Host;
  /** Sys.argv; the first is the program's name. */
  readonly argv: readonly string[];
  /** Value of OCAMLRUNPARAM. */
  readonly parameters?: string | undefined;
  readonly maxMemoryBytes?: number;
  readonly debug?: number;
  /** Whether sequences of instructions become superinstructions; default: yes. */
  readonly fused?: boolean;
  /** Native code of the program (native/program.ts), to be run instead of its bytecode. */
  readonly native?: NativeCode;
  /** Verify the code before it runs: for programs that come from outside. What has native code was verified when that was made. */
  readonly verify?: boolean;
}

/** A program in a machine of its own, before its first instruction. */
export interface LoadedProgram {
  readonly engine: Engine;
  readonly fragment: CodeFragment;
  /** Its name, for errors. */
  readonly file: string;
  /** Whether to tell at its end what was collected. */
  readonly verbose: boolean;
}

/** Load a program into a machine of its own. Throws FormatError. */
export function prepareProgram(program: BytecodeExecutable, options: ProgramOptions): LoadedProgram {
  const parameters = parseParameters(options.parameters);
  const identity = { argv: options.argv, executableName: options.argv[0] ?? "", ...(options.native && { variant: "native" }) };
  const { primitives, imports } = hostPrimitives(identity);
  let opened: Plugins | undefined;
  const plugins = (): Plugins => {
    opened ??= new Plugins(engine);
    engine.attachNative = (fragment) => opened?.attach(fragment);
    return opened;
  };
  const loading = { program, core: options.core, engine: () => engine, plugins };
  const engine: Engine = new Engine({
    core: options.core,
    host: options.host,
    primitives: [...primitives, ...dynlinkPrimitives(loading), ...libraryPrimitives(loading)],
    minorHeapWords: parameters.minorHeapWords,
    maxStackWords: parameters.maxStackWords,
    maxDomains: parameters.maxDomains,
    ...(options.maxMemoryBytes !== undefined && { maxMemoryBytes: options.maxMemoryBytes }),
    debug: (options.debug ?? 0) | (parameters.verifyHeap ? DEBUG_CHECK_HEAP : 0),
    ...(options.fused !== undefined && { fused: options.fused }),
    imports,
  });
  engine.machine.core.set_space_overhead(parameters.spaceOverhead);
  if (parameters.backtrace) engine.machine.i32[CELL_BACKTRACE_ACTIVE >>> 2] = 1;
  const fragment = loadProgram(engine, program, options.verify === true && !options.native);
  if (options.native) new LoadedNative(engine, options.native).link(0, fragment);
  const verbose = (parameters.verbose & VERBOSE_AT_EXIT) !== 0;
  return { engine, fragment, file: program.file ?? options.argv[0] ?? "program", verbose };
}

/** Run a program in a machine of its own until it ends. Its exit status. Throws FormatError. */
export function runProgram(program: BytecodeExecutable, options: ProgramOptions): number {
  return runPrepared(prepareProgram(program, options));
}

/** Run a program until it ends. Its exit status. Throws CrashError. */
export function runPrepared(program: LoadedProgram): number {
  const { done, value } = steps(program).next();
  if (!done) throw new Error("a program waits, and nobody waits for it");
  return value;
}

/**
 * The same for programs that need JavaScript's event loop: those that catch signals, and those with threads that wait for
 * something outside.
 */
export async function runProgramAsync(program: BytecodeExecutable, options: ProgramOptions): Promise<number> {
  return runPreparedAsync(prepareProgram(program, options));
}

export async function runPreparedAsync(program: LoadedProgram): Promise<number> {
  program.engine.machine.asynchronous = true;
  const run = steps(program);
  for (;;) {
    const { done, value } = run.next();
    if (done) return value;
    await value;
  }
}

/** Run a program, but for the promises that it waits for. */
function* steps({ engine, fragment, file, verbose }: LoadedProgram): Generator<Promise<unknown>, number> {
  try {
    try {
      yield* engine.scheduler.run(engine.codeClosure(fragment), Val.unit);
    } catch (e) {
      if (!(e instanceof OcamlException)) throw e;
      yield* reportUncaught(engine);
      return UNCAUGHT_STATUS;
    }
    if (verbose) reportCollections(engine.machine);
    return 0;
  } catch (e) {
    if (e instanceof ExitRequest) {
      if (verbose) reportCollections(engine.machine);
      return e.status;
    }
    throw asCrash(file, e);
  } finally {
    engine.machine.settle();
  }
}

/** Load an executable into a fresh engine: its globals and its code. Throws FormatError. */
function loadProgram(engine: Engine, program: BytecodeExecutable, verified: boolean): CodeFragment {
  const m = engine.machine;
  const globals = readGlobals(engine, program);
  const code = codeWords(program.code);
  if (verified) {
    readingFile(program.file, () =>
      verify(code, {
        globals: m.wosize(globals),
        primitives: program.primitives,
        arity: (name) => engine.primitives.arity(name),
      }),
    );
  }
  const fragment = readingFile(program.file, () =>
    engine.code.load(code, program.primitives, 0, (word) => unitAt(program, code, word)),
  );
  engine.debugInfo.addProgram(fragment, program.debug);
  return fragment;
}

/** Build the table of globals from the DATA section. Its address. Throws FormatError. */
function readGlobals(engine: Engine, program: BytecodeExecutable): number {
  const m = engine.machine;
  let globals: Value;
  try {
    globals = m.internBytes(program.data);
  } catch (e) {
    if (!(e instanceof OcamlException)) throw e;
    const bad = new FormatError("corrupt", "DATA section", "its values cannot be read");
    throw program.file === undefined ? bad : bad.inFile(program.file);
  }
  m.setWord(CELL_GLOBAL_DATA, globals);
  if (m.isInt(CELL_GLOBAL_DATA, 0) || m.tag(m.block(CELL_GLOBAL_DATA, 0)) !== 0) {
    const bad = new FormatError("corrupt", "DATA section", "it does not hold a table of globals");
    throw program.file === undefined ? bad : bad.inFile(program.file);
  }
  return m.block(CELL_GLOBAL_DATA, 0);
}

/**
 * The unit that a word of a program's code belongs to: the code of each unit ends by storing the unit into its global.
 * undefined: the program has been stripped of its symbols.
 */
function unitAt(program: BytecodeExecutable, code: Int32Array, word: number): string | undefined {
  const names = new Map(program.globals?.symbols.map(({ name, index }) => [index, name]));
  const SETGLOBAL = opcode("SETGLOBAL");
  for (let i = 0; i < code.length; i += instructionLength(code, i)) {
    const name = i > word && code[i] === SETGLOBAL ? names.get(code[i + 1]!) : undefined;
    if (name !== undefined) return name;
  }
  return undefined;
}
