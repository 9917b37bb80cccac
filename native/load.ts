/** Putting native code into a machine: its sites into memory, its functions into the table. */
import type { CodeFragment } from "../bytecode/code.ts";
import type { Engine } from "../bytecode/engine.ts";
import { CLOSURE_ARITY, CLOSURE_INDEX, CODE_BIAS, NATIVE_MARK, WORD } from "../runtime/layout.ts";
import type { Value } from "../runtime/primitives.ts";
import { GLOBALS, IMPORTS, type NativeCode, type NativeFunction } from "./code.ts";

const i64 = (value: bigint): WebAssembly.Global => new WebAssembly.Global({ value: "i64" }, value);

/** Native code in a machine, for code that is there, too. */
export class LoadedNative {
  private readonly engine: Engine;
  private readonly fragment: CodeFragment;
  private readonly functions: ReadonlyMap<number, NativeFunction>;
  /** Index in the table of its first function. */
  private readonly table: number;

  constructor(engine: Engine, fragment: CodeFragment, { wasm, functions, siteWords, siteCodeAddresses }: NativeCode) {
    this.engine = engine;
    this.fragment = fragment;
    this.functions = new Map(functions.map((f) => [f.entry, f]));
    const { machine, primitives } = engine;
    const { natives } = machine.core;
    this.table = natives.grow(functions.length);
    const sites = machine.core.mem_alloc(4 * siteWords.length + WORD) >>> 0;
    if (sites === 0) throw new Error("no memory is left for native code");
    const words = siteWords.slice();
    for (const i of siteCodeAddresses) words[i]! += fragment.start;
    machine.i32.set(words, sites >>> 2);
    const module = new WebAssembly.Module(wasm as BufferSource);
    const code = fragment.start - CODE_BIAS;
    const index: Record<string, number> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      if (from === IMPORTS.primitiveIndex) index[name] = primitives.find(name)!.index;
    }
    new WebAssembly.Instance(module, {
      [IMPORTS.core]: { ...machine.core } as unknown as WebAssembly.ModuleImports,
      [IMPORTS.primitiveIndex]: index,
      [IMPORTS.bactrian]: {
        memory: machine.memory,
        natives,
        [GLOBALS.sites]: i64((BigInt(NATIVE_MARK) << 32n) | BigInt(sites - CODE_BIAS)),
        [GLOBALS.closures]: i64((BigInt(this.table) << 32n) + BigInt(code)),
        [GLOBALS.code]: code,
        [GLOBALS.table]: this.table,
      },
    });
  }

  /** The code as a function of one argument (), native if it has been compiled. */
  codeClosure(): Value {
    const { machine } = this.engine;
    const closure = Number(this.engine.codeClosure(this.fragment));
    const main = this.functions.get(0);
    if (main) {
      machine.u32[(closure + CLOSURE_INDEX) >>> 2] = this.table + main.index;
      machine.u8[closure + CLOSURE_ARITY] = main.arity;
    }
    return closure as Value;
  }
}
