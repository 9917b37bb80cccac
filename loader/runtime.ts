/**
 * The package's interface: an OCaml program in a machine of its own, which JavaScript runs, extends and calls.
 *
 *     const runtime = await Runtime.create();
 *     await runtime.run(bytes, ["argument"]);
 *     runtime.call("add", fn([int, int], int), 1, 2); // what the program gave to Callback.register
 *     runtime.dispose();
 */
import { CELL_EXN } from "../runtime/layout.ts";
import { ExitRequest, type Host } from "../runtime/host/host.ts";
import { OcamlException } from "../runtime/machine.ts";
import type { Value } from "../runtime/primitives.ts";
import type { CoreModule, Engine } from "../bytecode/engine.ts";
import { formatBacktrace, formatException } from "../bytecode/exceptions.ts";
import { bool, type FunctionType, fn, string, tuple } from "./codecs.ts";
import { readProgram } from "./native-program.ts";
import { asCrash, CrashError, OcamlError, UsageError } from "./errors.ts";
import { prepareProgram, type ProgramOptions, runPreparedAsync } from "./program.ts";

export interface Limits {
  /** Largest memory of the machine, in bytes; Out_of_memory beyond. Default: 4 GiB. */
  readonly memoryBytes?: number;
}

export interface RuntimeOptions {
  /** core.wasm, compiled. */
  readonly core: CoreModule;
  /** What programs can reach. */
  readonly host: Host;
  readonly limits?: Limits;
  /** As the environment variable OCAMLRUNPARAM: `b` for backtraces, `l=` for the stack, `s=` for the minor heap. */
  readonly parameters?: string;
  /** Trust bytecode: do not verify it before it runs. Default: false. */
  readonly trusted?: boolean;
  /** The program behind `eval`: bytes of the executable that the toolchain's build makes. */
  readonly evaluator?: () => Promise<Uint8Array>;
}

/** What the toplevel says to some phrases. */
export interface Evaluation {
  /** Whether all phrases were executed. */
  readonly ok: boolean;
  /** Values, types and errors as the toplevel prints them. */
  readonly output: string;
}

const CRASHED = "the runtime's program has crashed. Create another runtime";

const evaluation = fn([string], tuple(bool, string));

export class Runtime {
  private readonly options: RuntimeOptions;
  private engine: Engine | undefined;
  private kind: "none" | "program" | "toplevel" | "crashed" | "disposed" = "none";
  /** Name of the program, for errors. */
  private name = "";

  private constructor(options: RuntimeOptions) {
    this.options = options;
  }

  /** A runtime without a program. */
  static create(options: RuntimeOptions): Promise<Runtime> {
    return Promise.resolve(new Runtime(options));
  }

  /**
   * Run a bytecode executable, or what `bactrian compile` has made of one, until its main program ends: its exit status.
   * Afterwards the functions that it has registered can be called. `name` is the program's own name in Sys.argv and in
   * errors. Throws FormatError, UsageError, CrashError.
   */
  async run(program: Uint8Array, args: readonly string[] = [], name = "program"): Promise<number> {
    this.begin("program");
    return this.start(program, [name, ...args]);
  }

  /**
   * Execute phrases in a toplevel, which lives as long as the runtime does. Throws UsageError when the runtime runs a
   * program, or has no toolchain.
   */
  async eval(source: string): Promise<Evaluation> {
    await this.toplevel();
    const [ok, output] = this.call("Bactrian.eval", evaluation, source);
    return { ok, output };
  }

  /** Load a .cmo, .cma or .cmxs file of the host into the toplevel, as `#load` does. Throws UsageError. */
  async load(file: string): Promise<Evaluation> {
    await this.toplevel();
    const [ok, output] = this.call("Bactrian.load", evaluation, file);
    return { ok, output };
  }

  /**
   * Call a function that OCaml code has registered with Callback.register. Throws UsageError when there is none of that
   * name, OcamlError when it raises, CrashError when it breaks its own memory, TypeError for arguments that do not fit.
   */
  call<A extends readonly unknown[], R>(name: string, type: FunctionType<A, R>, ...args: A): R {
    const engine = this.running();
    const m = engine.machine;
    const closure = m.namedValue(name);
    if (closure === undefined) {
      throw new UsageError(`no function is registered as ${JSON.stringify(name)}. Register it with Callback.register`);
    }
    if (args.length !== type.parameters.length) {
      throw new TypeError(`${name} takes ${type.parameters.length} arguments, not ${args.length}`);
    }
    const before = m.rootsTop();
    try {
      m.pushRoot(closure);
      type.parameters.forEach((codec, i) => m.pushRoot(codec.encode(m, args[i])));
      const result = this.apply(engine, before, args.length);
      m.pushRoot(result);
      return type.result.decode(m, m.rootsTop(), -1);
    } catch (e) {
      throw this.translate(engine, e);
    } finally {
      m.dropRoots(before);
    }
  }

  /** Apply the function in the root at address p to the `nargs` roots after it. */
  private apply(engine: Engine, p: number, nargs: number): Value {
    try {
      return engine.applyRoots(p, nargs);
    } catch (e) {
      throw this.afterCrash(e);
    }
  }

  /** Give up the machine with all that is in it. The runtime cannot be used any more. */
  dispose(): void {
    this.engine = undefined;
    this.kind = "disposed";
  }

  /** What a caller gets when code has been left by an error. After a crash the machine cannot be used any more. */
  private afterCrash(e: unknown): unknown {
    const error = asCrash(this.name, e);
    if (error instanceof CrashError) {
      this.engine = undefined;
      this.kind = "crashed";
    }
    return error;
  }

  private begin(kind: "program" | "toplevel"): void {
    if (this.kind === "crashed") throw new UsageError(CRASHED);
    if (this.kind === "disposed") throw new UsageError("the runtime has been disposed. Create another");
    if (this.kind !== "none") throw new UsageError(`the runtime already runs a ${this.kind}. Create another`);
    this.kind = kind;
  }

  private async toplevel(): Promise<void> {
    if (this.kind === "toplevel") return;
    this.begin("toplevel");
    const { evaluator } = this.options;
    if (!evaluator) throw new UsageError("the runtime was created without a toplevel. Give the option `evaluator`");
    const status = await this.start(await evaluator(), ["ocaml"]);
    if (status !== 0) throw new UsageError(`the toplevel has ended with status ${status}`);
  }

  private async start(program: Uint8Array, argv: readonly [string, ...string[]]): Promise<number> {
    const { core, host, limits, parameters, trusted } = this.options;
    const options: ProgramOptions = {
      core,
      host,
      argv,
      parameters,
      verify: this.kind === "program" && !trusted,
      ...(limits?.memoryBytes !== undefined && { maxMemoryBytes: limits.memoryBytes }),
    };
    this.name = argv[0];
    const { program: bytecode, native } = readProgram(program, argv[0], core);
    const loaded = prepareProgram(bytecode, { ...options, ...(native && { native }) });
    this.engine = loaded.engine;
    try {
      return await runPreparedAsync(loaded);
    } catch (e) {
      throw this.afterCrash(e);
    }
  }

  private running(): Engine {
    if (this.kind === "crashed") throw new UsageError(CRASHED);
    if (!this.engine) throw new UsageError("the runtime has no program yet. Call run or eval first");
    return this.engine;
  }

  /** What a JavaScript caller gets for an exception of OCaml code. */
  private translate(engine: Engine, e: unknown): unknown {
    if (e instanceof ExitRequest) return new OcamlError(`exit ${e.status}`, []);
    if (!(e instanceof OcamlException)) return e;
    const m = engine.machine;
    const exception: Value = m.word(CELL_EXN);
    return new OcamlError(formatException(m, Number(exception)), formatBacktrace(engine));
  }
}
