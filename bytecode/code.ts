/** Code in linear memory: placing it there, adapted to the VM, and finding what an address belongs to. */
import { md5 } from "@noble/hashes/legacy.js";
import type { Machine } from "../runtime/machine.ts";
import type { PrimitiveTable } from "../runtime/table.ts";
import { type ClosureShape, closureShapes } from "./closures.ts";
import { FormatError } from "./formats/errors.ts";
import { instructionLength } from "./instructions/decode.ts";
import { ENSURE_CAPACITY, INVOKE_TRACED_FUNCTION, instruction, opcode } from "./instructions/table.ts";
import { Fuser } from "./interpreter/fuse.ts";

/** What closures hold of a function's native code. */
export interface NativeEntry {
  /** Index in the table of native functions. */
  readonly index: number;
  readonly arity: number;
}

export class CodeFragment {
  /** Real address of its first word. */
  readonly start: number;
  /** The words as they were in the file. */
  readonly original: Int32Array;
  /** Native code of its first instruction: index in the table, and the arity of closures of it. */
  native: NativeEntry | undefined;
  /** Whether it is what the interpreter runs: adapted to the VM, with superinstructions. */
  ready = false;
  /** Identifies the code in marshalled closures: given by the linker, or the MD5 of its bytes. */
  #digest: Uint8Array | undefined;

  constructor(start: number, original: Int32Array) {
    this.start = start;
    this.original = original;
  }

  /** In bytes. */
  get length(): number {
    return this.original.length * 4;
  }

  get digest(): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.original;
    this.#digest ??= md5(new Uint8Array(buffer, byteOffset, byteLength));
    return this.#digest;
  }

  set digest(digest: Uint8Array) {
    this.#digest = digest;
  }

  #shapes: Map<number, ClosureShape> | undefined;

  /** The closures of the function that starts at a real address; undefined: none starts there. */
  closureShape(address: number): ClosureShape | undefined {
    this.#shapes ??= closureShapes(this.original);
    return this.#shapes.get((address - this.start) / 4);
  }
}

/** What is put behind a unit's code, which ends where the next unit's would begin: return from it instead. */
export const RETURN_1 = [opcode("RETURN"), 1] as const;

/** How many arguments are below the code's own frame when it is entered. */
export type EntryArity = 0 | 1;

const C_CALLS = ["C_CALL1", "C_CALL2", "C_CALL3", "C_CALL4", "C_CALL5", "C_CALLN"].map(instruction);
const FIRST_C_CALL = C_CALLS[0]!.code;
const C_CALLN = opcode("C_CALLN");
const CONSTINT = opcode("CONSTINT");
const C_CALL1 = opcode("C_CALL1");
const GRAB = opcode("GRAB");
const INVOKE_TRACED = opcode("INVOKE_TRACED");
const ENSURE_STACK = opcode("ENSURE_STACK");

/** How code numbers primitives. */
interface Numbering {
  /** Index in the table of each; those that do not exist must not be called by the code. */
  readonly indices: readonly (number | undefined)[];
  /** Numbers of the primitives whose calls are replaced, or -1. */
  readonly invokeTraced: number;
  readonly ensureStack: number;
  /** Numbers of those that do not exist. */
  readonly missing: readonly number[];
}

export class CodeStore {
  private readonly machine: Machine;
  private readonly primitives: PrimitiveTable;
  private readonly superinstructions: boolean;
  private readonly fragments: CodeFragment[] = [];
  /** What has to be done to code before the interpreter runs it; undefined: it runs. Most programs of native code do without it. */
  private waiting: { readonly fragment: CodeFragment; readonly prepare: () => void }[] | undefined = [];
  private fuser: Fuser | undefined;
  /** By the list of names. */
  private readonly numberings = new WeakMap<readonly string[], Numbering>();

  constructor(machine: Machine, primitives: PrimitiveTable, superinstructions: boolean) {
    this.machine = machine;
    this.primitives = primitives;
    this.superinstructions = superinstructions;
  }

  /** Have something done to a fragment's code in memory before the interpreter runs: now, if it does already. */
  beforeInterpreting(fragment: CodeFragment, prepare: () => void): void {
    if (this.waiting) this.waiting.push({ fragment, prepare });
    else prepare();
  }

  /** The interpreter is going to run. */
  interpret(): void {
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    for (const { fragment, prepare } of waiting) if (this.fragments.includes(fragment)) prepare();
    for (const fragment of this.fragments) this.fuse(fragment);
  }

  /**
   * Put code into memory. `names` are the primitives that its C_CALLs are numbered by; `unitAt` tells which unit a word
   * of the code belongs to. Throws FormatError when one of the primitives does not exist.
   */
  load(
    original: Int32Array,
    names: readonly string[],
    entryArity: EntryArity,
    unitAt: (word: number) => string | undefined = () => undefined,
  ): CodeFragment {
    const numbering = this.resolve(names);
    const adapt = (code: Int32Array): Int32Array => this.adapt(code, original, names, numbering, entryArity, unitAt);
    const code = this.waiting && !mayCall(original, numbering.missing) ? original : adapt(original.slice());
    const start = this.machine.core.mem_alloc(code.length * 4) >>> 0;
    if (start === 0) throw new Error("no memory is left for code");
    this.machine.i32.set(code, start >>> 2);
    const fragment = new CodeFragment(start, original);
    this.fragments.push(fragment);
    if (code === original) this.beforeInterpreting(fragment, () => adapt(this.wordsOf(fragment)));
    if (!this.waiting) this.fuse(fragment);
    return fragment;
  }

  /** A fragment's code in memory: a view. */
  private wordsOf({ start, original }: CodeFragment): Int32Array {
    return this.machine.i32.subarray(start >>> 2, (start >>> 2) + original.length);
  }

  private fuse(fragment: CodeFragment): void {
    if (this.superinstructions) {
      this.fuser ??= new Fuser(this.primitives);
      this.fuser.fuse(this.wordsOf(fragment), fragment.original);
    }
    fragment.ready = true;
  }

  /** Give a fragment's memory back: nothing refers to its code any more. */
  release(fragment: CodeFragment): void {
    this.fragments.splice(this.fragments.indexOf(fragment), 1);
    this.machine.core.mem_free(fragment.start);
  }

  fragmentWithDigest(digest: Uint8Array): CodeFragment | undefined {
    return this.fragments.find((f) => f.digest.every((byte, i) => byte === digest[i]));
  }

  /** The fragment that an address (real, not biased) lies in. */
  fragmentOf(address: number): CodeFragment | undefined {
    return this.fragments.find((f) => address >= f.start && address < f.start + f.length);
  }

  /** Make `code`, which is `original` still, what the VM runs. Throws FormatError when one of the primitives does not exist. */
  private adapt(
    code: Int32Array,
    original: Int32Array,
    names: readonly string[],
    { indices, invokeTraced, ensureStack }: Numbering,
    entryArity: EntryArity,
    unitAt: (word: number) => string | undefined,
  ): Int32Array {
    const missing = new Map<string, string | undefined>();
    let previous = 0;
    let beforePrevious = 0;
    for (let i = 0, next; i < original.length; beforePrevious = previous, previous = i, i = next) {
      next = i + instructionLength(original, i);
      const op = original[i]!;
      if (op < FIRST_C_CALL || op > C_CALLN) continue;
      const operand = op === C_CALLN ? i + 2 : i + 1;
      const primitive = original[operand]!;
      if (primitive === invokeTraced) {
        code[i] = INVOKE_TRACED;
      } else if (primitive === ensureStack && op === C_CALL1 && original[previous] === CONSTINT) {
        // CONSTINT n; C_CALL1 p  becomes  ENSURE_STACK n arity _
        const grab = beforePrevious < previous && original[beforePrevious] === GRAB;
        code[previous] = ENSURE_STACK;
        code[i] = grab ? original[beforePrevious + 1]! + 1 : previous === 0 ? entryArity : 1;
      } else {
        const index = indices[primitive];
        if (index === undefined) missing.set(names[primitive] ?? String(primitive), unitAt(i));
        else code[operand] = index;
      }
    }
    if (missing.size > 0) throw missingPrimitives(missing);
    return code;
  }

  private resolve(names: readonly string[]): Numbering {
    const known = this.numberings.get(names);
    if (known) return known;
    const indices = names.map((name) => this.primitives.find(name)?.index);
    const numbering = {
      indices,
      missing: [...indices.keys()].filter((number) => indices[number] === undefined),
      invokeTraced: names.indexOf(INVOKE_TRACED_FUNCTION),
      ensureStack: names.indexOf(ENSURE_CAPACITY),
    };
    this.numberings.set(names, numbering);
    return numbering;
  }
}

/** Whether code may call one of some primitives: found out faster than by going through it. */
function mayCall(code: Int32Array, primitives: readonly number[]): boolean {
  return primitives.some((primitive) => {
    for (let at = code.indexOf(primitive); at >= 0; at = code.indexOf(primitive, at + 1)) {
      if (code[at - 2] === C_CALLN || (code[at - 1]! >= FIRST_C_CALL && code[at - 1]! < C_CALLN)) return true;
    }
    return false;
  });
}

/** Primitives that an error names. */
const NAMED = 4;

/** `missing`: primitives, and the units that call them, where they are known. */
function missingPrimitives(missing: ReadonlyMap<string, string | undefined>): FormatError {
  const wanted = [...missing]
    .slice(0, NAMED)
    .map(([name, unit]) => (unit === undefined ? name : `${name}, which unit ${unit} calls`));
  if (missing.size > NAMED) wanted.push(`${missing.size - NAMED} more`);
  return new FormatError(
    "unsupported",
    "code",
    `there is no primitive ${wanted.join("; nor ")}`,
    "Bactrian does not load C code: replace it by OCaml",
  );
}
