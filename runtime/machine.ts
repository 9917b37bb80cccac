/**
 * The TypeScript view of the VM: typed access to linear memory, values and allocation, and raising OCaml exceptions.
 * Primitives written in TypeScript work through it. It knows nothing of bytecode.
 */
import {
  CELL_EXN,
  CELL_GLOBAL_DATA,
  CELL_NAMED_VALUES,
  CELL_RESULT,
  CELL_ROOTS_SP,
  CUSTOM_INT64,
  EXN_END_OF_FILE,
  EXN_FAILURE,
  EXN_INVALID_ARGUMENT,
  EXN_NOT_FOUND,
  EXN_OUT_OF_MEMORY,
  EXN_SYS_ERROR,
  HEADER_WOSIZE_SHIFT,
  TAG_CUSTOM,
  TAG_DOUBLE,
  WORD,
} from "./layout.ts";
import type { CoreExports } from "./core-exports.ts";
import { type Host, HostError, HostWait, writeAll } from "./host/host.ts";
import { Val, type Value } from "./primitives.ts";

const TWO_32 = 0x100000000;
const encoder = new TextEncoder();

/** An OCaml exception on its way through TypeScript code; the exception value is in CELL_EXN. */
export class OcamlException extends Error {
  override name = "OcamlException";
}

/** What channels on a descriptor read instead of its file. */
export interface Substitute {
  readonly bytes: Uint8Array;
  /** The position in them. */
  at: number;
  /** Called when the descriptor is closed. */
  readonly closed?: () => void;
}

/** Thrown by a primitive that is to return a value later; whoever runs threads knows when. */
export class Suspended {
  readonly result: Value;

  constructor(result: Value) {
    this.result = result;
  }
}

export class Machine {
  u8!: Uint8Array;
  i32!: Int32Array;
  u32!: Uint32Array;
  f64!: Float64Array;
  i64!: BigInt64Array;

  readonly memory: WebAssembly.Memory;
  readonly host: Host;
  /** Set once core.wasm is instantiated. */
  core!: CoreExports;
  /** Whether the runtime warns of what looks like a mistake (Sys.enable_runtime_warnings). */
  warnings = false;
  /** What the primitive that has been suspended waits for. */
  waitingFor: HostWait | undefined;
  /** Address of its arguments, if it is written in TypeScript. */
  waitingAt = 0;

  constructor(memory: WebAssembly.Memory, host: Host) {
    this.memory = memory;
    this.host = host;
    this.refreshViews();
  }

  /** To be called after linear memory has grown: growing detaches the old views. */
  refreshViews(): void {
    const buffer = this.memory.buffer;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
  }

  // ---- Words --------------------------------------------------------------------------------------------------------

  /** The word at address p as a tagged value; a bigint when a number cannot hold it. */
  word(p: number): Value {
    const hi = this.i32[(p + 4) >>> 2]!;
    if (hi >= -0x200000 && hi < 0x200000) return hi * TWO_32 + this.u32[p >>> 2]!;
    return this.i64[p >>> 3]!;
  }

  setWord(p: number, v: Value): void {
    if (typeof v === "bigint") {
      this.i64[p >>> 3] = v;
    } else {
      this.i32[p >>> 2] = v; // modulo 2^32
      this.i32[(p + 4) >>> 2] = Math.floor(v / TWO_32);
    }
  }

  // ---- Arguments and fields: slot i of the words at p -----------------------------------------------------------------

  /** Slot i as a tagged value. */
  field(p: number, i: number): Value {
    return this.word(p + i * WORD);
  }

  /** Slot i, an OCaml int, as a number (exact below 2^53). */
  int(p: number, i: number): number {
    const q = p + i * WORD;
    return this.i32[(q + 4) >>> 2]! * 0x80000000 + (this.u32[q >>> 2]! >>> 1);
  }

  /** Slot i, an OCaml int, with all its 63 bits. */
  int64(p: number, i: number): bigint {
    return this.i64[(p + i * WORD) >>> 3]! >> 1n;
  }

  bool(p: number, i: number): boolean {
    return this.i32[(p + i * WORD) >>> 2] !== 1;
  }

  isInt(p: number, i: number): boolean {
    return (this.i32[(p + i * WORD) >>> 2]! & 1) !== 0;
  }

  /** Slot i, known to hold a block, as its address. */
  block(p: number, i: number): number {
    return this.u32[(p + i * WORD) >>> 2]!;
  }

  /** Slot i, an OCaml float. */
  double(p: number, i: number): number {
    return this.f64[this.block(p, i) >>> 3]!;
  }

  /** Slot i, an OCaml string, as a JavaScript string of its bytes (Latin-1). */
  stringArg(p: number, i: number): string {
    return this.latin1(this.block(p, i));
  }

  // ---- Blocks ---------------------------------------------------------------------------------------------------------

  wosize(p: number): number {
    return Math.floor((this.u32[(p - 4) >>> 2]! * TWO_32 + this.u32[(p - 8) >>> 2]!) / (1 << HEADER_WOSIZE_SHIFT));
  }

  tag(p: number): number {
    return this.u8[p - WORD]!;
  }

  /** Length in bytes of the OCaml string at p. */
  stringLength(p: number): number {
    const last = this.wosize(p) * WORD - 1;
    return last - this.u8[p + last]!;
  }

  /** The bytes of the OCaml string at p: a view that the next allocation may invalidate. */
  bytesView(p: number): Uint8Array {
    return this.u8.subarray(p, p + this.stringLength(p));
  }

  /** A copy of the bytes of the OCaml string at p. */
  bytes(p: number): Uint8Array {
    return this.u8.slice(p, p + this.stringLength(p));
  }

  /** The OCaml string at p, one character per byte. */
  latin1(p: number): string {
    const n = this.stringLength(p);
    let s = "";
    for (let i = 0; i < n; i += 4096) {
      s += String.fromCharCode(...this.u8.subarray(p + i, p + Math.min(i + 4096, n)));
    }
    return s;
  }

  /** The OCaml string at p, decoded as UTF-8 (file names, messages). */
  utf8(p: number): string {
    return new TextDecoder().decode(this.bytes(p));
  }

  // ---- Allocation: anything here may collect and move young blocks ------------------------------------------------------

  /** Keep v alive and up to date until the matching popRoot. */
  pushRoot(v: Value): void {
    const sp = this.u32[CELL_ROOTS_SP >>> 2]!;
    this.setWord(sp, v);
    this.u32[CELL_ROOTS_SP >>> 2] = sp + WORD;
  }

  /** Drop all roots pushed since rootsTop() was `top`. */
  dropRoots(top: number): void {
    this.u32[CELL_ROOTS_SP >>> 2] = top;
  }

  popRoot(): Value {
    const sp = this.u32[CELL_ROOTS_SP >>> 2]! - WORD;
    this.u32[CELL_ROOTS_SP >>> 2] = sp;
    return this.word(sp);
  }

  /** Address just after the last pushed root. */
  rootsTop(): number {
    return this.u32[CELL_ROOTS_SP >>> 2]!;
  }

  /** Address of a new OCaml string with the given bytes (a JavaScript string gives its UTF-8 encoding). */
  allocString(s: Uint8Array | string): number {
    const bytes = typeof s === "string" ? encoder.encode(s) : s;
    const p = this.core.alloc_string(bytes.length) >>> 0;
    if (p === 0) throw new OcamlException(); // Out_of_memory is in CELL_EXN
    this.u8.set(bytes, p);
    return p;
  }

  /** Address of a new OCaml string whose bytes are the characters of s. */
  allocLatin1(s: string): number {
    const bytes = new Uint8Array(s.length);
    for (let i = 0; i < s.length; i++) bytes[i] = s.charCodeAt(i);
    return this.allocString(bytes);
  }

  /** Address of a new block of `wosize` ≥ 0 fields, all unit (no double, string or custom tags). */
  alloc(wosize: number, tag: number): number {
    const p = this.core.alloc_block(wosize, tag) >>> 0;
    if (p === 0) throw new OcamlException();
    return p;
  }

  allocDouble(x: number): number {
    const p = this.core.alloc_small(1, TAG_DOUBLE) >>> 0;
    this.f64[p >>> 3] = x;
    return p;
  }

  allocInt64(n: bigint): number {
    const p = this.core.alloc_small(2, TAG_CUSTOM) >>> 0;
    this.setWord(p, CUSTOM_INT64);
    this.i64[(p >>> 3) + 1] = n;
    return p;
  }

  /** The value marshalled in `bytes`. */
  internBytes(bytes: Uint8Array): Value {
    const buffer = this.core.mem_alloc(bytes.length) >>> 0;
    if (buffer === 0) this.outOfMemory();
    this.u8.set(bytes, buffer);
    const ok = this.core.intern_for_host(buffer, bytes.length);
    this.core.mem_free(buffer);
    if (!ok) this.raisePending();
    return this.word(CELL_RESULT);
  }

  /** Store into a block, with the write barrier (caml_modify). */
  setField(p: number, i: number, v: Value): void {
    if (typeof v === "number" && v % 2 !== 0) {
      // The barrier matters to the value that is overwritten, too: let the core decide.
      this.core.modify_field(p + i * WORD, v | 0, Math.floor(v / TWO_32));
    } else if (typeof v === "bigint") {
      this.core.modify_field(p + i * WORD, Number(v & 0xffffffffn) | 0, Number(v >> 32n));
    } else {
      this.core.modify_field(p + i * WORD, v | 0, 0);
    }
  }

  /** A block of the given fields. */
  tuple(tag: number, ...fields: Value[]): number {
    for (const v of fields) this.pushRoot(v);
    const p = this.alloc(fields.length, tag);
    for (let i = fields.length - 1; i >= 0; i--) this.setField(p, i, this.popRoot());
    return p;
  }

  /** An OCaml list; `item` makes the i-th value. */
  list(length: number, item: (i: number) => Value): Value {
    this.pushRoot(1);
    for (let i = length - 1; i >= 0; i--) {
      const head = item(i);
      const tail = this.popRoot();
      this.pushRoot(this.tuple(0, head, tail));
    }
    return this.popRoot();
  }

  /** An OCaml array of values (never a float array); `item` makes the i-th. */
  array(length: number, item: (i: number) => Value): number {
    const p = this.alloc(length, 0);
    this.pushRoot(p);
    for (let i = 0; i < length; i++) {
      const v = item(i);
      const block = this.popRoot();
      this.setField(block as number, i, v);
      this.pushRoot(block);
    }
    return this.popRoot() as number;
  }

  some(v: Value): number {
    return this.tuple(0, v);
  }

  // ---- Exceptions -------------------------------------------------------------------------------------------------------

  /** Raise the OCaml exception value v. */
  raise(v: Value): never {
    this.setWord(CELL_EXN, v);
    throw new OcamlException();
  }

  /** Pass on the exception that a function of core.wasm has left in CELL_EXN. */
  raisePending(): never {
    throw new OcamlException();
  }

  /** The predefined exception EXN_*. */
  predefined(index: number): Value {
    return this.field(this.u32[CELL_GLOBAL_DATA >>> 2]!, index);
  }

  /** Fields of the value of global `index`, if it is a block of values, as units are. */
  globalSize(index: number): number | undefined {
    const globals = this.block(CELL_GLOBAL_DATA, 0);
    if (this.isInt(globals, index)) return undefined;
    const value = this.block(globals, index);
    return this.tag(value) === 0 ? this.wosize(value) : undefined;
  }

  /** Raise the predefined exception EXN_* with a string. */
  raiseWithString(index: number, message: Uint8Array | string): never {
    const s = this.allocString(message);
    this.raise(this.tuple(0, this.predefined(index), s));
  }

  sysError(message: string): never {
    this.raiseWithString(EXN_SYS_ERROR, message);
  }
  failwith(message: string): never {
    this.raiseWithString(EXN_FAILURE, message);
  }
  invalidArg(message: string): never {
    this.raiseWithString(EXN_INVALID_ARGUMENT, message);
  }
  outOfMemory(): never {
    this.raise(this.predefined(EXN_OUT_OF_MEMORY));
  }
  endOfFile(): never {
    this.raise(this.predefined(EXN_END_OF_FILE));
  }
  notFound(): never {
    this.raise(this.predefined(EXN_NOT_FOUND));
  }

  /** The value that OCaml code has registered under a name (Callback.register). */
  namedValue(name: string): Value | undefined {
    for (let list = this.word(CELL_NAMED_VALUES); list !== Val.emptyList; list = this.field(list as number, 1)) {
      const pair = this.block(list as number, 0);
      if (this.latin1(this.block(pair, 0)) === name) return this.field(pair, 1);
    }
    return undefined;
  }

  /** Register a value under a name, as OCaml code does. */
  setNamedValue(name: string, value: Value): void {
    this.pushRoot(value);
    const string = this.allocString(name);
    const pair = this.tuple(0, string, this.popRoot());
    this.setWord(CELL_NAMED_VALUES, this.tuple(0, pair, this.word(CELL_NAMED_VALUES)));
  }

  // ---- Waiting, warnings, primitives of core.wasm -----------------------------------------------------------------------

  /**
   * The primitive that is running cannot go on: its failure means that it is to be called again when the host is ready.
   * It must not have allocated, since its first argument is not a root. `a`: address of the arguments of a primitive
   * written in TypeScript.
   */
  suspendUntil(wait: HostWait, a = 0): void {
    this.waitingFor = wait;
    this.waitingAt = a;
    this.setWord(CELL_EXN, 0);
  }

  /** Do something on the host that must not be put off, when `block` is set. */
  blocking<T>(block: boolean, action: () => T): T {
    if (!block) return action();
    this.host.mayWait(false);
    try {
      return action();
    } finally {
      this.host.mayWait(this.mayWait);
    }
  }

  /** Deadlines of the primitives that have been put off, by the addresses of their arguments. */
  private readonly deadlines = new Map<number, number>();

  /**
   * Do something on the host, for the primitive with its arguments at `a`, that is over `seconds` after the first attempt
   * (negative: never), however often it is put off. `action` gets the deadline, in milliseconds of performance.now().
   */
  timed<T>(a: number, seconds: number, action: (deadline: number) => T): T {
    const deadline = this.deadlines.get(a) ?? (seconds < 0 ? Infinity : performance.now() + seconds * 1000);
    try {
      const result = action(deadline);
      this.deadlines.delete(a);
      return result;
    } catch (e) {
      if (e instanceof HostWait) this.deadlines.set(a, deadline);
      else this.deadlines.delete(a);
      throw e;
    }
  }

  /** How far the primitives had come that have been put off, by the addresses of their arguments. */
  private readonly progress = new Map<number, number>();

  /**
   * Do something in steps, for the primitive with its arguments at `a`, that goes on where it was when it is put off.
   * `step` gets how far it has come, and tells how far it comes; undefined: it is done. How far it has come.
   */
  stepwise(a: number, step: (done: number) => number | undefined): number {
    let done = this.progress.get(a) ?? 0;
    this.progress.delete(a);
    try {
      for (let next = step(done); next !== undefined; next = step(done)) done = next;
      return done;
    } catch (e) {
      if (e instanceof HostWait) this.progress.set(a, done);
      throw e;
    }
  }

  /**
   * The primitive with its arguments at `a`, which has been put off, will not be called again as it was: the seconds that
   * it had left, if it had a deadline.
   */
  interruptTimed(a: number): number | undefined {
    this.progress.delete(a);
    const deadline = this.deadlines.get(a);
    this.deadlines.delete(a);
    return deadline === undefined ? undefined : Math.max(0, (deadline - performance.now()) / 1000);
  }

  /** Whether somebody lets JavaScript's event loop turn when the program has to wait, or can be told of signals. */
  asynchronous = false;
  /** Whether requests to the host may be put off now (HostWait). */
  mayWait = false;

  setMayWait(allowed: boolean): void {
    this.mayWait = allowed;
    this.host.mayWait(allowed);
  }

  /** What has to be done before others look at files that the program has changed in memory only (Unix.map_file). */
  readonly settlements = new Set<(m: Machine) => void>();

  settle(): void {
    for (const action of this.settlements) action(this);
  }

  /** To be called when the program has changed what is done about signals. */
  signalsChanged: () => void = () => undefined;

  /**
   * Set by programs that load code: raises unless the file of a descriptor, which starts as compiled units and libraries
   * do, is one.
   */
  checkCompiled: ((fd: number) => void) | undefined;

  /** Set by programs that load code: takes the names that channels get; true: it was none, but a request. */
  channelNamed: ((fd: number, name: string) => boolean) | undefined;

  /** What channels on a descriptor read instead of its file, until it is closed. */
  readonly substitutes = new Map<number, Substitute>();

  warn(message: string): void {
    if (this.warnings) this.writeError(`[ocaml] ${message}\n`);
  }

  /** Write to standard error, at once. There is nobody to tell that this does not work, so nobody is told, as in C. */
  writeError(text: string): void {
    try {
      this.blocking(true, () => writeAll(this.host.files, 2, new TextEncoder().encode(text)));
    } catch (e) {
      if (!(e instanceof HostError)) throw e;
    }
  }
}
