/**
 * Functions that the toplevel traces: it writes the code of its tracing function into their closures (toplevel/byte/trace.ml),
 * which the closure of a function with native code takes as follows.
 *
 * - A redirected closure has no native code: its code word has no index, its arity is 0, and the interpreter enters it.
 * - Native code calls functions that it knows without a look at their closures. While a closure of a unit is redirected,
 *   all functions of that unit are interpreted, so each call that bytecode makes through the closure is seen: their entries
 *   in the table of native functions lead to the interpreter.
 */
import type { CoreExports } from "../runtime/core-exports.ts";
import { CLOSURE_ARITY, CODE_BIAS, TAG_CLOSURE, TAG_INFIX } from "../runtime/layout.ts";
import type { Machine } from "../runtime/machine.ts";
import type { CodeFragment, CodeStore, NativeEntry } from "./code.ts";

/** What native functions of so many arguments are replaced by (interpreter/native-calls.ts). */
const leaveEntry = (n: number): keyof CoreExports => `leave_entry_${n}` as keyof CoreExports;

/** The code word of a closure that is redirected, as it was. */
interface Original {
  readonly arity: number;
  /** How many closures that had this code word are redirected. */
  closures: number;
}

/** Native code of a piece of bytecode, and how many of the closures over it are redirected. */
interface NativeFragment {
  readonly functions: readonly NativeEntry[];
  redirected: number;
  /** While some are: the functions that were in the table. */
  replaced: readonly unknown[];
  /** Native code that calls functions of this one without the table. */
  readonly callers: NativeFragment[];
}

export class Redirection {
  private readonly machine: Machine;
  private readonly code: CodeStore;
  private readonly natives = new WeakMap<CodeFragment, NativeFragment>();
  /** By code word. */
  private readonly originals = new Map<bigint, Original>();

  constructor(machine: Machine, code: CodeStore) {
    this.machine = machine;
    this.code = code;
  }

  /**
   * Tell what functions of some code have native code, which is in the table, and which code words closures have whose functions it
   * calls without a look at the table.
   */
  addNative(fragment: CodeFragment, functions: Iterable<NativeEntry>, called: readonly bigint[] = []): void {
    const native: NativeFragment = { functions: [...functions], redirected: 0, replaced: [], callers: [] };
    this.natives.set(fragment, native);
    for (const callee of new Set(called.map((word) => this.nativeOf(word)))) {
      if (!callee) continue;
      callee.callers.push(native);
      if (callee.redirected > 0) this.suspend(native);
    }
  }

  /** Write the code word of a closure (Obj.set_raw_field). One that it had before it was redirected is put back as it was. */
  write(closure: number, word: bigint): void {
    const { i64, u8 } = this.machine;
    const before = i64[closure >>> 3]!;
    const original = this.originals.get(word);
    if (original) {
      this.forget(word, original);
      this.restore(this.nativeOf(word));
    } else {
      this.remember(before, u8[closure + CLOSURE_ARITY]!);
      this.suspend(this.nativeOf(before));
    }
    i64[closure >>> 3] = original ? word : BigInt.asUintN(32, word);
    u8[closure + CLOSURE_ARITY] = original?.arity ?? 0;
  }

  private remember(word: bigint, arity: number): void {
    const original = this.originals.get(word) ?? { arity, closures: 0 };
    original.closures++;
    this.originals.set(word, original);
  }

  private forget(word: bigint, original: Original): void {
    original.closures--;
    if (original.closures === 0) this.originals.delete(word);
  }

  /** The native code of the code that a code word leads to, which is also that of partial applications. */
  private nativeOf(word: bigint): NativeFragment | undefined {
    const fragment = this.code.fragmentOf(Number(BigInt.asUintN(32, word)) + CODE_BIAS);
    return fragment && this.natives.get(fragment);
  }

  private suspend(native: NativeFragment | undefined): void {
    if (native && native.redirected++ === 0) {
      const { core } = this.machine;
      native.replaced = native.functions.map(({ index }) => core.natives.get(index));
      for (const { index, arity } of native.functions) core.natives.set(index, core[leaveEntry(arity)]);
      native.callers.forEach((caller) => this.suspend(caller));
    }
  }

  private restore(native: NativeFragment | undefined): void {
    if (native && --native.redirected === 0) {
      const { natives } = this.machine.core;
      native.functions.forEach(({ index }, i) => natives.set(index, native.replaced[i]));
      native.replaced = [];
      native.callers.forEach((caller) => this.restore(caller));
    }
  }
}

/** Whether a block of the heap is a closure. */
export function isClosure(machine: Machine, p: number): boolean {
  const tag = machine.tag(p);
  return tag === TAG_CLOSURE || tag === TAG_INFIX;
}
