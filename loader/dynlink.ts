/**
 * The primitives under Dynlink and the toplevel (runtime/dynlink.c): the running program's symbol table, and its
 * primitives. Every primitive that exists is there from the start, those of stub libraries too. Native plugins are read as
 * the units in them, whose code gets the plugin's native code when it is made (loader/bootstrap/plugins.ts: the OCaml side).
 */
import type { Machine } from "../runtime/machine.ts";
import { definePrimitives, type Primitive, Val, type Value } from "../runtime/primitives.ts";
import { isStubLibrary } from "./stub-libraries.ts";
import type { CoreModule, Engine } from "../bytecode/engine.ts";
import { FormatError } from "../bytecode/formats/errors.ts";
import { isForeignCode } from "../bytecode/formats/magic.ts";
import type { BytecodeExecutable } from "../bytecode/formats/executable.ts";
import { checkLinkable } from "../bytecode/relocations.ts";
import { checkAbi, type NativeFile } from "../native/file.ts";
import { readNativeFile } from "../native/file-read.ts";
import type { Plugins } from "../native/plugins.ts";
import { looksLikeModule } from "../native/wasm-sections.ts";

/**
 * The name that Dynlink and the toplevel give to a channel from which they are going to read compiled code, before they do: if
 * its file is a native plugin, it is to read the .cmo or .cma in it.
 */
export const PLUGIN_CHANNEL = "native plugin";

/**
 * The name under which a toplevel registers its own linker. Dynlink gets that with the sections of the program, as a field
 * more than OCaml's runtime has, and works with its tables.
 */
const TOPLEVEL_LINKER = "Bactrian.linker";

/** The name under which the sections are kept. */
const SECTIONS = "Bactrian.sections";

export interface DynlinkOptions {
  readonly program: BytecodeExecutable | undefined;
  readonly core: CoreModule;
  /** The machine, when it is there. */
  readonly engine: () => Engine;
  /** The plugins that the program has opened. */
  readonly plugins: () => Plugins;
}

export function dynlinkPrimitives({ program, core, engine, plugins }: DynlinkOptions): Primitive[] {
  const section = (m: Machine, name: string): Value => {
    const bytes = program?.section(name);
    return bytes && bytes.length > 0 ? m.internBytes(bytes) : Val.emptyList;
  };
  const sections = (m: Machine): Value => {
    m.pushRoot(section(m, "SYMB"));
    m.pushRoot(section(m, "CRCS"));
    // Code that is made at run time numbers the primitives in the order of the table.
    const names = engine().primitives.namesByIndex();
    const primitives = m.list(names.length, (i) => m.allocString(names[i]!));
    const crcs = m.popRoot();
    return m.tuple(0, m.popRoot(), crcs, primitives, Val.emptyList);
  };
  // Who looks into a plugin often loads it next: #require, Runtime.load.
  let last: NativeFile | undefined;
  const openPlugin = (m: Machine, fd: number): void => {
    if (m.substitutes.has(fd)) return; // it is open already, in memory
    if (m.host.files.status(fd).kind !== "file") return;
    const bytes = contents(m, fd);
    if (!looksLikeModule(bytes) && !isForeignCode(bytes)) return; // Dynlink sees what it is
    failing(m, () => {
      const plugin = last && isSame(last.code.wasm, bytes) ? last : pluginOf(readNativeFile(bytes), core);
      last = plugin;
      m.substitutes.set(fd, { bytes: plugin.bytecode, at: 0, closed: plugins().add(plugin) });
    });
  };
  return definePrimitives({
    caml_dynlink_get_bytecode_sections: [
      1,
      (m) => {
        m.checkCompiled = (fd) => checkCompiled(m, fd);
        m.channelNamed = (fd, name) => name === PLUGIN_CHANNEL && (openPlugin(m, fd), true);
        // They stay the same, and Dynlink looks often whether there is a linker.
        if (m.namedValue(SECTIONS) === undefined) m.setNamedValue(SECTIONS, sections(m));
        const known = m.namedValue(SECTIONS) as number;
        const linker = m.namedValue(TOPLEVEL_LINKER);
        const fields = Array.from({ length: m.wosize(known) }, (_, i) => m.field(known, i));
        return m.tuple(0, ...fields, ...(linker === undefined ? [] : [linker]));
      },
    ],
    caml_dynlink_open_lib: [
      1,
      (m, a) => {
        const path = m.utf8(m.block(a, 0));
        if (!isStubLibrary(path)) m.failwith(`${path}: Bactrian cannot load C code`);
        return Val.int(0);
      },
    ],
    caml_dynlink_close_lib: [1, () => Val.unit],
    caml_dynlink_lookup_symbol: [2, () => Val.unit],
    caml_dynlink_add_primitive: [1, (m) => m.failwith("Dynlink.add_primitive")],
    caml_dynlink_get_current_libs: [1, (m) => m.alloc(0, 0)],
  });
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** A file of native code as a plugin for this machine. Throws FormatError when it is none. */
export function pluginOf(file: NativeFile, core: CoreModule): NativeFile {
  checkAbi(file, core);
  if (file.kind === "plugin") return file;
  throw new FormatError("wrong-kind", "native code", "this is a program, not a plugin", "Run it with bactrian run");
}

/** All bytes of the file of a descriptor. The position stays where it is. */
function contents(m: Machine, fd: number): Uint8Array {
  const { files } = m.host;
  const position = files.position(fd);
  const bytes = new Uint8Array(files.status(fd).size);
  files.seek(fd, 0);
  for (let at = 0, n = 1; at < bytes.length && n > 0; at += n) n = files.read(fd, bytes.subarray(at));
  files.seek(fd, position);
  return bytes;
}

/** Raises Failure unless the file of a descriptor is a well-formed unit or library: OCaml takes what its descriptor says as it is. */
function checkCompiled(m: Machine, fd: number): void {
  if (m.substitutes.has(fd)) return; // has been checked
  failing(m, () => checkLinkable(contents(m, fd)));
}

/** What `act` gives; its FormatErrors are raised as Failure. */
export function failing<T>(m: Machine, act: () => T): T {
  try {
    return act();
  } catch (e) {
    throw e instanceof FormatError ? m.failwith(e.message) : e;
  }
}
