/**
 * The primitives under the OCaml library `bactrian` (loader/library/): compiled code that is loaded from memory, the tier
 * that it is to run in, and the tier of a function.
 */
import type { CoreModule, Engine } from "../bytecode/engine.ts";
import { isForeignCode } from "../bytecode/formats/magic.ts";
import { checkLinkable } from "../bytecode/relocations.ts";
import type { NativeFile } from "../native/file.ts";
import { readNativeFile } from "../native/file-read.ts";
import type { Plugins } from "../native/plugins.ts";
import { looksLikeModule } from "../native/wasm-sections.ts";
import { CLOSURE_INDEX } from "../runtime/layout.ts";
import { HostWait } from "../runtime/host/host.ts";
import type { Machine } from "../runtime/machine.ts";
import { FIRST_MEMORY_DESCRIPTOR } from "../runtime/primitives/channels.ts";
import { definePrimitives, type Primitive, Val } from "../runtime/primitives.ts";
import { failing, pluginOf } from "./dynlink.ts";

/** loader/library/loader.ml: tier, and no choice, for which native plugins are native and bytecode is interpreted. */
const TIERS = ["as it is", "interpreted", "native"] as const;

/** Makes a native plugin of a .cmo or .cma. Throws FormatError. */
type Compiler = (bytecode: Uint8Array, core: CoreModule) => NativeFile;

export interface LibraryOptions {
  readonly core: CoreModule;
  /** The machine, when it is there. */
  readonly engine: () => Engine;
  /** The plugins of the program. */
  readonly plugins: () => Plugins;
}

export function libraryPrimitives({ core, engine, plugins }: LibraryOptions): Primitive[] {
  let next = FIRST_MEMORY_DESCRIPTOR;
  const open = (m: Machine, bytes: Uint8Array, closed?: () => void): number => {
    while (m.substitutes.has(next)) next++;
    m.substitutes.set(next, { bytes, at: 0, ...(closed && { closed }) });
    return next++;
  };
  const compiler = new LazyCompiler();
  return definePrimitives({
    // A descriptor, for a channel that reads these bytes.
    bactrian_open_bytes: [1, (m, a) => Val.int(open(m, m.bytes(m.block(a, 0))))],
    // The same for what a channel on a .cmo, .cma or .cmxs reads: the bytecode. It is to run in a tier when it is linked.
    bactrian_open_compiled: [
      2,
      (m, a) => {
        const bytes = m.bytes(m.block(a, 0));
        const tier = TIERS[m.int(a, 1)];
        const isNative = looksLikeModule(bytes) || isForeignCode(bytes);
        const plugin = isNative ? failing(m, () => pluginOf(readNativeFile(bytes), core)) : undefined;
        if (!plugin) failing(m, () => checkLinkable(bytes));
        let closed: (() => void) | undefined;
        if (tier === "interpreted" || (tier === "as it is" && !plugin)) plugins().remove(plugin?.bytecode ?? bytes);
        else if (plugin) closed = plugins().add(plugin);
        else {
          const compile = compiler.get(engine());
          closed = failing(m, () => plugins().add(compile(bytes, core)));
        }
        return Val.int(open(m, plugin?.bytecode ?? bytes, closed));
      },
    ],
    bactrian_closure_is_native: [1, (m, a) => Val.bool(m.u32[(m.block(a, 0) + CLOSURE_INDEX) >>> 2] !== 0)],
  });
}

/** The compiler, which is loaded when it is first needed: binaryen is large. */
class LazyCompiler {
  private compiler: Compiler | undefined;
  private problem: string | undefined;

  /** For a primitive, which has to wait the first time. Raises Failure where there is no compiler, or where it cannot wait. */
  get({ machine, scheduler }: Engine): Compiler {
    if (this.compiler) return this.compiler;
    if (this.problem !== undefined) {
      return machine.failwith(`there is no native compiler here (${this.problem}). Load bytecode, or what bactrian compile has made of it`);
    }
    if (!scheduler.mayTurn) {
      return machine.failwith("the native compiler cannot be loaded in a callback from JavaScript or C. Load something with ~tier:Native before");
    }
    throw new HostWait(this.load());
  }

  private async load(): Promise<void> {
    try {
      const { compileLibrary } = await import("../native/compile.ts");
      this.compiler = (bytecode, core) => compileLibrary(bytecode, core);
    } catch (e) {
      this.problem = (e as Error).message;
    }
  }
}
