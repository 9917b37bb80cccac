/** Putting native code into a machine: its sites into memory, its functions into the table. */
import type { CodeFragment, NativeEntry } from "../bytecode/code.ts";
import type { Engine } from "../bytecode/engine.ts";
import { placeNativeClosures } from "../bytecode/native-closures.ts";
import { FormatError } from "../bytecode/formats/errors.ts";
import { CODE_BIAS, NATIVE_MARK, WORD } from "../runtime/layout.ts";
import { bindFunctions } from "./binding.ts";
import { GLOBALS, IMPORTS, type NativeCode, type NativeFunction } from "./code.ts";
import { partAt } from "./parts.ts";

/** What of the code belongs to a part. */
interface Contents {
  readonly functions: readonly NativeFunction[];
  /** Site words that are addresses of code. */
  readonly siteWords: ArrayLike<number>;
  /** Numbers of globals. */
  readonly globals: readonly number[];
}

/** Native code in a machine. Each of its parts is linked when its bytecode is there. */
export class LoadedNative {
  private readonly engine: Engine;
  private readonly code: NativeCode;
  private readonly module: WebAssembly.Module;
  /** Index in the table of its first function. */
  private readonly table: number;
  /** Address of its sites. */
  private readonly sites: number;
  private readonly globals = new Map<string, WebAssembly.Global>();
  private readonly linked = new Set<number>();
  private readonly contents: readonly Contents[];

  /** Throws FormatError when the engine refuses the module. */
  constructor(engine: Engine, code: NativeCode) {
    this.engine = engine;
    this.code = code;
    this.module = code.module ?? compileModule(code.wasm);
    this.contents = contentsOf(code);
    const { machine } = engine;
    this.table = machine.core.natives.grow(code.functions.length + code.continuations);
    this.sites = machine.core.mem_alloc(4 * code.siteWords.length + WORD) >>> 0;
    if (this.sites === 0) throw new Error("no memory is left for native code");
    machine.i32.set(code.siteWords, this.sites >>> 2);
    for (const i of code.siteEntries) machine.i32[(this.sites >>> 2) + i]! += this.table + code.functions.length;
    this.set(GLOBALS.sites, "i64", (BigInt(NATIVE_MARK) << 32n) | BigInt(this.sites - CODE_BIAS), false);
    this.set(GLOBALS.table, "i32", this.table, false);
    if (this.several) {
      code.parts.forEach((_, part) => this.setPart(part, 0));
      code.globalWords?.forEach((_, number) => this.setOffset(number, 0));
      this.instantiate();
    }
  }

  private get several(): boolean {
    return this.code.parts.length > 1;
  }

  isLinked(part: number): boolean {
    return this.linked.has(part);
  }

  /** Let a part, which has not been linked before, be the native code of its bytecode. Throws FormatError. */
  link(part: number, fragment: CodeFragment): void {
    const { parts, globalWords } = this.code;
    const { start } = parts[part]!;
    const { functions, globals } = this.contents[part]!;
    this.linked.add(part);
    // Where the first word of all code would be.
    const origin = fragment.start - 4 * start;
    this.relocateSites(part, origin);
    this.setPart(part, origin - CODE_BIAS);
    const numberOf = (global: number): number | undefined => fragment.original[(globalWords?.[global] ?? NaN) - start];
    for (const number of globals) this.setOffset(number, WORD * numberOf(number)!);
    const imported = this.several ? [] : WebAssembly.Module.imports(this.module);
    const { imports, codeWords } = bindFunctions(this.engine.machine, imported, numberOf);
    if (!this.several) this.instantiate(imports);
    const natives = functions.map(({ index, arity }): NativeEntry => ({ index: this.table + index, arity }));
    fragment.native = natives[functions.findIndex(({ entry }) => entry === start)];
    this.engine.redirection.addNative(fragment, natives, codeWords);
    this.engine.code.beforeInterpreting(fragment, () => {
      placeNativeClosures(this.engine.machine, fragment, new Map(natives.map((native, i) => [functions[i]!.entry - start, native])));
    });
  }

  private relocateSites(part: number, origin: number): void {
    const { i32 } = this.engine.machine;
    const { siteWords } = this.contents[part]!;
    const first = this.sites >>> 2;
    for (let k = 0; k < siteWords.length; k++) i32[first + siteWords[k]!]! += origin;
  }

  /** `code`: what makes an offset in the code an address. */
  private setPart(part: number, code: number): void {
    this.set(GLOBALS.code(part), "i32", code);
    this.set(GLOBALS.closures(part), "i64", (BigInt(this.table) << 32n) + BigInt(code));
  }

  private setOffset(number: number, bytes: number): void {
    this.set(GLOBALS.offset(number), "i32", bytes);
  }

  private set(name: string, type: "i32" | "i64", value: number | bigint, mutable = this.several): void {
    const global = this.globals.get(name);
    if (global) global.value = value;
    else this.globals.set(name, new WebAssembly.Global({ value: type, mutable }, value));
  }

  /** `bound`: the functions of other units; there are none where several parts are linked later. */
  private instantiate(bound: WebAssembly.Imports = {}): void {
    const { machine, primitives } = this.engine;
    const { natives } = machine.core;
    const { functions, continuations } = this.code;
    const last = functions.length + continuations - 1;
    const index: Record<string, number> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(this.module)) {
      if (from === IMPORTS.primitiveIndex) index[name] = primitives.find(name)?.index ?? missingPrimitive(name);
    }
    try {
      new WebAssembly.Instance(this.module, {
        ...bound,
        [IMPORTS.core]: machine.core as unknown as WebAssembly.ModuleImports,
        [IMPORTS.primitiveIndex]: index,
        [IMPORTS.bactrian]: { memory: machine.memory, natives, ...Object.fromEntries(this.globals) },
      });
    } catch (e) {
      machine.core.mem_free(this.sites);
      if (e instanceof WebAssembly.LinkError || e instanceof WebAssembly.RuntimeError) throw unfit(e.message);
      throw e;
    }
    if (last >= 0 && natives.get(this.table + last) === null) throw unfit("it has too few functions");
  }
}

function contentsOf({ parts, functions, siteWords, siteCodeAddresses, globalWords }: NativeCode): Contents[] {
  if (parts.length === 1) return [{ functions, siteWords: siteCodeAddresses, globals: Array.from(globalWords ?? [], (_, number) => number) }];
  const contents = parts.map(() => ({ functions: [] as NativeFunction[], siteWords: [] as number[], globals: [] as number[] }));
  const of = (word: number): (typeof contents)[number] => contents[partAt(parts, word)]!;
  for (const fn of functions) of(fn.entry).functions.push(fn);
  for (const i of siteCodeAddresses) of((siteWords[i]! + CODE_BIAS) >> 2).siteWords.push(i);
  globalWords?.forEach((word, number) => of(word).globals.push(number));
  return contents;
}

/** The module, compiled by the engine. Throws FormatError when it is none. */
export function compileModule(wasm: Uint8Array): WebAssembly.Module {
  try {
    return new WebAssembly.Module(wasm as BufferSource);
  } catch (e) {
    if (!(e instanceof WebAssembly.CompileError)) throw e;
    throw new FormatError("corrupt", "native code", `WebAssembly refuses it: ${e.message}`, COMPILE_AGAIN);
  }
}

export const COMPILE_AGAIN = "Make it again with bactrian compile";

function unfit(problem: string): FormatError {
  return new FormatError("corrupt", "native code", `it does not fit this machine: ${problem}`, COMPILE_AGAIN);
}

function missingPrimitive(name: string): never {
  throw new FormatError("unsupported", "native code", `there is no primitive ${name}`, "Bactrian does not load C code: replace it by OCaml");
}
