/**
 * The virtual machine as TypeScript holds it: core.wasm with the interpreter in it, linear memory, the primitive
 * table, and the code that has been loaded.
 */
import {
  APPLY_REST_BYTES,
  ATOM_HEADERS,
  CELL_EXN,
  CELL_NAMED_VALUES,
  CELL_NATIVE_BUDGET,
  CELL_OBJECT_ID,
  CELL_RESULT,
  CLOSURE_ARITY,
  CLOSURE_INDEX,
  CODE_BIAS,
  HEADER_COLOUR_SHIFT,
  MAX_APPLY_REST,
  SCRATCH,
  STUBS,
  STUB_APPLY_REST,
  STUB_RAISE_NOTRACE,
  STUB_RETURN,
  WASM_PAGE,
  WORD,
} from "../runtime/layout.ts";
import type { CoreExports } from "../runtime/core-exports.ts";
import { type Host, HostWait } from "../runtime/host/host.ts";
import { Machine, OcamlException, Suspended } from "../runtime/machine.ts";
import { type Primitive, Val, type Value } from "../runtime/primitives.ts";
import { type CorePrimitiveEntry, PrimitiveTable } from "../runtime/table.ts";
import { zstdDecompress } from "../runtime/zstd.ts";
import { type CodeFragment, CodeStore } from "./code.ts";
import { DebugInfo } from "./debug-info.ts";
import { opcode } from "./instructions/table.ts";
import { Redirection } from "./redirection.ts";
import { backtracePrimitives } from "./primitives/backtrace.ts";
import { metaPrimitives } from "./primitives/meta.ts";
import { SignalDelivery } from "./threads/delivery.ts";
import { domainPrimitives } from "./threads/domains.ts";
import { threadPrimitives } from "./threads/primitives.ts";
import { Scheduler } from "./threads/scheduler.ts";
import { signalPrimitives } from "./threads/signals.ts";
import { synchronisation } from "./threads/sync.ts";

const COLOUR_NOT_MARKABLE = 3;

/** core.wasm and the primitives that it was built with. */
export interface CoreModule {
  readonly module: WebAssembly.Module;
  readonly primitives: readonly CorePrimitiveEntry[];
}

export interface EngineOptions {
  readonly core: CoreModule;
  readonly host: Host;
  readonly primitives: readonly Primitive[];
  /** Functions that core.wasm imports besides the engine's own. */
  readonly imports: (m: Machine) => Record<string, (...args: number[]) => number | void>;
  /** Size of the minor heap in words (OCAMLRUNPARAM s). */
  readonly minorHeapWords?: number;
  /** Largest stack of a fiber in words (OCAMLRUNPARAM l). */
  readonly maxStackWords?: number;
  /** Largest number of domains at a time (OCAMLRUNPARAM d). */
  readonly maxDomains?: number;
  /** Largest linear memory in bytes. */
  readonly maxMemoryBytes?: number;
  /** DEBUG_* bits (layout.ts). */
  readonly debug?: number;
  /** Whether sequences of instructions become superinstructions; default: yes. */
  readonly fused?: boolean;
}

const DEFAULT_MINOR_HEAP_WORDS = 256 * 1024;
const DEFAULT_MAX_STACK_WORDS = 128 * 1024 * 1024;
const DEFAULT_MAX_DOMAINS = 128;
const MAX_PAGES = 65536;
/** CELL_NATIVE_BUDGET, for the stack that engines have by default: about 1 MB (native/frames.ts: ENGINE_BYTES_PER_WORD). */
const NATIVE_BUDGET = 100_000;

export class Engine {
  readonly machine: Machine;
  readonly primitives: PrimitiveTable;
  readonly code: CodeStore;
  readonly debugInfo = new DebugInfo();
  readonly redirection: Redirection;
  readonly scheduler: Scheduler;
  /**
   * Called where code polls (bytecode/primitives/backtrace.ts: stackAtPoll), many thousand times in a second; `native`: by native
   * code. It must not touch the heap.
   */
  onPoll: ((native: boolean) => void) | undefined;
  /** Gives code that was made at run time, with a digest, its native code. Throws FormatError. */
  attachNative: ((fragment: CodeFragment) => void) | undefined;

  constructor(options: EngineOptions) {
    const maximum = Math.min(MAX_PAGES, Math.ceil((options.maxMemoryBytes ?? MAX_PAGES * WASM_PAGE) / WASM_PAGE));
    const memory = new WebAssembly.Memory({ initial: 16, maximum });
    const machine = new Machine(memory, options.host);
    this.machine = machine;
    this.scheduler = new Scheduler(machine, new SignalDelivery(this), options.maxDomains ?? DEFAULT_MAX_DOMAINS);
    const sync = synchronisation(this);
    this.primitives = new PrimitiveTable(options.core.primitives, [
      ...options.primitives,
      ...backtracePrimitives(this.debugInfo),
      ...metaPrimitives(this),
      ...sync.primitives,
      ...threadPrimitives(this),
      ...domainPrimitives(this, sync),
      ...signalPrimitives(this),
    ]);
    const imports = options.imports(machine);
    const instance = new WebAssembly.Instance(options.core.module, {
      env: { memory, abort: abortInCore },
      host: {
        primitive: (index: number, argv: number, argn: number) => this.callHostPrimitive(index, argv >>> 0, argn),
        memory_grown: () => machine.refreshViews(),
        code_fragment: (pc: number) => this.describeCode((pc >>> 0) + CODE_BIAS),
        code_address: (digest: number, offset: number) => this.findCode(digest >>> 0, offset),
        closure_shape: (pc: number) => this.closureShape((pc >>> 0) + CODE_BIAS),
        zstd_decompress: (from: number, length: number, to: number, capacity: number) =>
          this.decompress(from >>> 0, length >>> 0, to >>> 0, capacity >>> 0),
        poll: (nested: number) => {
          this.onPoll?.(false);
          return this.scheduler.poll(nested !== 0);
        },
        poll_needed: () => {
          this.onPoll?.(true);
          return Number(this.scheduler.pollNeeded);
        },
        nest: (change: number) => this.scheduler.nest(change),
        interpreter_starts: () => this.code.interpret(),
        ...imports,
        custom_finalize: (kind: number, data: number) => {
          sync.finalize(kind, data);
          imports.custom_finalize?.(kind, data);
        },
      },
    });
    machine.core = instance.exports as unknown as CoreExports;
    this.code = new CodeStore(machine, this.primitives, options.fused ?? true);
    this.redirection = new Redirection(machine, this.code);
    this.initialise(options);
  }

  private initialise(options: EngineOptions): void {
    const m = this.machine;
    for (let tag = 0; tag < 256; tag++) {
      m.setWord(ATOM_HEADERS + WORD * tag, (COLOUR_NOT_MARKABLE << HEADER_COLOUR_SHIFT) | tag);
    }
    const stubs = [
      "STOP",
      "STOP_RAISE",
      "SEGMENT_RETURN",
      "SEGMENT_RAISE",
      "FIBER_RETURN",
      "FIBER_RAISE",
      "RESTORE",
      "ACC0",
      "RAISE",
      "NATIVE_RETURN",
      "NATIVE_RAISE",
    ];
    stubs.forEach((name, i) => (m.i32[(STUBS >>> 2) + i] = opcode(name)));
    for (let n = 1; n <= MAX_APPLY_REST; n++) {
      const at = STUB_APPLY_REST + CODE_BIAS + (n - 1) * APPLY_REST_BYTES;
      m.i32.set([opcode("APPTERM"), n, n], at >>> 2);
    }
    m.i32.set([opcode("RETURN"), 0], (STUB_RETURN + CODE_BIAS) >>> 2);
    m.i32[(STUB_RAISE_NOTRACE + CODE_BIAS) >>> 2] = opcode("RAISE_NOTRACE");
    m.u32[CELL_NATIVE_BUDGET >>> 2] = NATIVE_BUDGET;
    const minorHeapWords = options.minorHeapWords ?? DEFAULT_MINOR_HEAP_WORDS;
    if (!m.core.init_heap(minorHeapWords, options.maxMemoryBytes ?? 0, options.debug ?? 0)) {
      throw new Error("the memory limit leaves no room for the minor heap");
    }
    m.setWord(CELL_OBJECT_ID, 0);
    m.setWord(CELL_NAMED_VALUES, Val.emptyList);
    if (!m.core.init_stack(options.maxStackWords ?? DEFAULT_MAX_STACK_WORDS)) {
      throw new Error("the memory limit leaves no room for the stack");
    }
  }

  /** A primitive written in TypeScript, called from wasm: 1 with the result in CELL_RESULT, 0 for an exception. */
  private callHostPrimitive(index: number, argv: number, argn: number): number {
    const { name, host } = this.primitives.at(index);
    if (!host) throw new Error(`primitive ${name} was called with ${argn} arguments, which it does not take`);
    try {
      const result = host.call(this.machine, argv);
      this.machine.setWord(CELL_RESULT, result);
      if (!this.scheduler.signalsDue) return 1;
    } catch (e) {
      if (e instanceof OcamlException) return 0;
      if (e instanceof HostWait) this.machine.suspendUntil(e, argv);
      else if (e instanceof Suspended) this.machine.setWord(CELL_RESULT, e.result);
      else throw e;
    }
    this.scheduler.suspended(argn);
    this.machine.setWord(CELL_EXN, 0);
    return 0;
  }

  /** Digest (into SCRATCH) and offset of the code at an address, or -1. */
  private describeCode(address: number): number {
    const fragment = this.code.fragmentOf(address);
    if (!fragment) return -1;
    this.machine.u8.set(fragment.digest, SCRATCH);
    return address - fragment.start;
  }

  /** Biased address of an offset in the code with the digest at `digest`, or 0. */
  private findCode(digest: number, offset: number): number {
    const fragment = this.code.fragmentWithDigest(this.machine.u8.slice(digest, digest + 16));
    return fragment && offset >= 0 && offset < fragment.length ? fragment.start + offset - CODE_BIAS : 0;
  }

  /** What the function at an address expects of its closure, into SCRATCH (intern-closures.ts); 0: none starts there. */
  private closureShape(address: number): number {
    const fragment = this.code.fragmentOf(address);
    const shape = fragment?.closureShape(address);
    if (!fragment || !shape) return 0;
    const applied = shape.applies === undefined ? 0 : fragment.start + 4 * shape.applies - CODE_BIAS;
    this.machine.i32.set([shape.start, shape.end, applied], SCRATCH >>> 2);
    return 1;
  }

  private decompress(from: number, length: number, to: number, capacity: number): number {
    try {
      const bytes = zstdDecompress(this.machine.u8.slice(from, from + length), capacity);
      this.machine.u8.set(bytes, to);
      return bytes.length;
    } catch {
      return -1;
    }
  }

  /**
   * Apply the function at stack or root word `closure` (an address of a word holding it) to `nargs` arguments at
   * `argv`. The result. Throws OcamlException with the exception in CELL_EXN.
   */
  callback(closure: number, argv: number, nargs: number): Value {
    if (!this.machine.core.callback_from_host(closure, argv, nargs)) throw new OcamlException();
    return this.machine.word(CELL_RESULT);
  }

  /** Apply f to arguments from TypeScript. The result; throws OcamlException. */
  apply(f: Value, ...args: Value[]): Value {
    const m = this.machine;
    m.pushRoot(f);
    for (const arg of args) m.pushRoot(arg);
    const top = m.rootsTop();
    const argv = top - args.length * WORD;
    try {
      return this.callback(argv - WORD, argv, args.length);
    } finally {
      for (let i = 0; i <= args.length; i++) m.popRoot();
    }
  }

  /** Apply the function in the root at address p to the `nargs` roots after it. The result; throws OcamlException. */
  applyRoots(p: number, nargs: number): Value {
    return this.callback(p, p + WORD, nargs);
  }

  /** The code as a function of one argument (), native if it has native code. `word`: where it is entered otherwise. */
  codeClosure({ start, native }: CodeFragment, word = 0): Value {
    const { core, u32, u8 } = this.machine;
    const closure = core.make_code_closure(start + 4 * word - CODE_BIAS) >>> 0;
    if (native) {
      u32[(closure + CLOSURE_INDEX) >>> 2] = native.index;
      u8[closure + CLOSURE_ARITY] = native.arity;
    }
    return closure;
  }

  /** Run code from its first instruction. The result; throws OcamlException. */
  runCode(fragment: CodeFragment): Value {
    return this.apply(this.codeClosure(fragment), Val.unit);
  }
}

function abortInCore(): never {
  throw new Error("core.wasm was aborted");
}
