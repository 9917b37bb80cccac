/** The wasm module of a piece of native code: what it imports, and the functions that it defines. */
import binaryen from "binaryen";
import { Emit } from "../bytecode/interpreter/registers.ts";
import { nativeParameters, NATIVES } from "../bytecode/interpreter/native-calls.ts";
import { MAX_NATIVE_ARITY, WORD } from "../runtime/layout.ts";
import { boundName, type BoundFunction, GLOBALS, IMPORTS, type NativeFunction } from "./code.ts";
import { functionLabel, type Piece } from "./piece.ts";
import { Sites } from "./sites.ts";
import type { CalledPrimitive } from "./ssa.ts";

const { f64, i32, i64, none } = binaryen;

/** A primitive that code calls by number. */
export interface NativePrimitive extends CalledPrimitive {
  /** Whether core.wasm exports it; otherwise it is the host's. */
  readonly core: boolean;
  /** Number of arguments that it is called with, "n": as (argv, argn). */
  readonly arity: number | "n";
}

/** Functions of core.wasm that native code calls: parameters and result. */
const CORE: Readonly<Record<string, readonly [params: readonly binaryen.Type[], result: binaryen.Type]>> = {
  alloc_small: [[i32, i32], i32],
  modify_old_field: [[i32, i64], none],
  compare_values: [[i64, i64, i32], i32],
  call_interpreter: [[i64, i32, i32], i64],
  find_method: [[i32, i64], i64],
  find_method_cached: [[i32, i64, i32], i64],
  leave_native: [[i32, i32], i64],
  leave_trap: [[i32], i64],
  native_perform: [[i64, i32], i64],
  native_poll: [[i32], i32],
  native_poll_at_entry: [[i32, i32], i32],
  native_reperform: [[i64, i64, i64, i32], i64],
  raise_continuation_already_resumed: [[], i64],
  raise_zero_divide: [[], i64],
  resume_fiber: [[i64, i64, i64, i64, i32], i64],
  stash_backtrace: [[i32, i32], none],
  apply_memory: [[i64, i32, i32], i64],
  bigarray_element: [[i64, i64, i64, i64, i32], i32],
  bigarray_load_int: [[i64, i32], i64],
  bigarray_load_real: [[i64, i32], f64],
  bigarray_store_int: [[i64, i32, i64], none],
  bigarray_store_real: [[i64, i32, f64], none],
  c_calln: [[i32, i32, i32], i64],
};

/** How code is to be loaded. */
export interface Placement {
  /** Whether its parts are linked one after the other, by variable globals. */
  readonly several: boolean;
  /** Whether globals have their numbers only when the code is linked. */
  readonly relocatable: boolean;
}

export class NativeModule {
  readonly module = new binaryen.Module();
  readonly emit: Emit;
  readonly sites = new Sites();
  private readonly placement: Placement;
  private readonly imported = new Set<string>();
  /** Labels of the functions that calls are continued with, by number. */
  readonly continuations: string[] = [];
  /** Labels of the functions that are defined here, in their order. */
  private readonly defined = new Set<string>();
  /** By label, functions of the code that are called: here or elsewhere. */
  private readonly called = new Map<string, NativeFunction>();

  constructor(placement: Placement) {
    this.placement = placement;
    const m = this.module;
    m.setFeatures(
      binaryen.Features.BulkMemory |
        binaryen.Features.SignExt |
        binaryen.Features.NontrappingFPToInt |
        binaryen.Features.MutableGlobals |
        binaryen.Features.ReferenceTypes |
        binaryen.Features.TailCall,
    );
    m.addMemoryImport("memory", IMPORTS.bactrian, "memory");
    m.addTableImport(NATIVES, IMPORTS.bactrian, NATIVES);
    m.addGlobalImport(GLOBALS.sites, IMPORTS.bactrian, GLOBALS.sites, i64);
    m.addGlobalImport(GLOBALS.table, IMPORTS.bactrian, GLOBALS.table, i32);
    this.emit = new Emit(m, { get: (name) => this.coreFunction(name) });
  }

  /** A function of core.wasm. */
  coreFunction(name: string): string {
    const applied = /^(?:apply|grow_entry)_(\d+)$/.exec(name);
    if (applied) this.import(name, nativeParameters(Number(applied[1])), i64);
    else {
      const signature = CORE[name];
      if (!signature) throw new Error(`native code does not call ${name}`);
      this.import(name, binaryen.createType([...signature[0]]), signature[1]);
    }
    return name;
  }

  private import(name: string, params: binaryen.Type, result: binaryen.Type): void {
    if (this.imported.has(name)) return;
    this.imported.add(name);
    this.module.addFunctionImport(name, IMPORTS.core, name, params, result);
  }

  /** A function of runtime/core/math.ts of n doubles. */
  mathFunction(name: string, n: number): string {
    this.import(name, binaryen.createType(Array<binaryen.Type>(n).fill(f64)), f64);
    return name;
  }

  /** A function for a primitive of core.wasm. */
  corePrimitive({ name, arity }: NativePrimitive): string {
    const params = arity === "n" ? [i32, i32] : Array<binaryen.Type>(arity).fill(i64);
    this.import(name, binaryen.createType(params), i64);
    return name;
  }

  /**
   * What a function of another unit is called by, and the code word that its closure has then; undefined: it is not bound, since
   * parts that are linked one after the other are instantiated before.
   */
  bind(fn: BoundFunction): { readonly name: string; readonly codeWord: () => binaryen.ExpressionRef } | undefined {
    if (this.placement.several || !this.placement.relocatable) return undefined;
    const imported = boundName(fn);
    const [name, codeWord] = [`bound ${imported}`, `code word ${imported}`];
    if (!this.imported.has(name)) {
      this.imported.add(name);
      this.module.addFunctionImport(name, IMPORTS.bound, imported, nativeParameters(fn.arity), i64);
      this.module.addGlobalImport(codeWord, IMPORTS.codeWord, imported, i64);
    }
    return { name, codeWord: () => this.module.global.get(codeWord, i64) };
  }

  /** The number of a primitive of the host, as an i32. */
  primitiveIndex(name: string): binaryen.ExpressionRef {
    const global = `index:${name}`;
    if (!this.imported.has(global)) {
      this.imported.add(global);
      this.module.addGlobalImport(global, IMPORTS.primitiveIndex, name, i32);
    }
    return this.module.global.get(global, i32);
  }

  /** What makes a site's address a stack word, as an i64. */
  siteAddresses(): binaryen.ExpressionRef {
    return this.module.global.get(GLOBALS.sites, i64);
  }

  /** What makes an offset in the code an address, as an i32. */
  code(part: number): binaryen.ExpressionRef {
    return this.linked(GLOBALS.code(part), i32);
  }

  /** What makes a function's index and offset a closure's code word, as an i64. */
  closures(part: number): binaryen.ExpressionRef {
    return this.linked(GLOBALS.closures(part), i64);
  }

  /** The offset of a global in the table of globals, in bytes, as an i32. */
  globalOffset(number: number): binaryen.ExpressionRef {
    return this.placement.relocatable ? this.linked(GLOBALS.offset(number), i32) : this.module.i32.const(WORD * number);
  }

  /** A global that has its value when the code has been linked. */
  private linked(name: string, type: binaryen.Type): binaryen.ExpressionRef {
    if (!this.imported.has(name)) {
      this.imported.add(name);
      this.module.addGlobalImport(name, IMPORTS.bactrian, name, type, this.placement.several);
    }
    return this.module.global.get(name, type);
  }

  /** A function of the code, wherever it is defined. */
  nativeFunction(f: NativeFunction): string {
    const label = functionLabel(f.index);
    this.called.set(label, f);
    return label;
  }

  /** Define a function that gives an OCaml word, or 0. */
  define(label: string, parameters: binaryen.Type, locals: binaryen.Type[], body: binaryen.ExpressionRef[]): void {
    const m = this.module;
    m.addFunction(label, parameters, i64, locals, m.block(null, [...body, m.unreachable()]));
    this.defined.add(label);
  }

  remove(label: string): void {
    this.module.removeFunction(label);
    this.defined.delete(label);
  }

  /** All of it; nothing can be added then. */
  finish(): Piece {
    const m = this.module;
    for (const [label, { arity }] of this.called) {
      if (!this.defined.has(label)) m.addFunctionImport(label, IMPORTS.native, label, nativeParameters(arity), i64);
    }
    if (!m.validate()) throw new Error("the module of native code does not validate");
    const wasm = m.emitBinary();
    m.dispose();
    const { words, codeAddresses, entries } = this.sites.finish();
    const sites = { siteWords: words, siteCodeAddresses: codeAddresses, siteEntries: entries };
    return { wasm, labels: [...this.defined], ...sites, continuations: this.continuations };
  }
}

/** Whether a function of so many arguments can have native code. */
export const compilable = (arity: number): boolean => arity >= 1 && arity <= MAX_NATIVE_ARITY;
