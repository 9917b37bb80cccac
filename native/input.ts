/** What is compiled, from files, and the files that its native code is in. It takes no binaryen. */
import type { CoreModule } from "../bytecode/engine.ts";
import type { BytecodeExecutable } from "../bytecode/formats/executable.ts";
import { readingFile } from "../bytecode/formats/errors.ts";
import { MAGIC_VERSION, ocamlVersionOf } from "../bytecode/formats/magic.ts";
import { readLinkableUnits } from "../bytecode/relocations.ts";
import type { NativeCode } from "./code.ts";
import { abiOf, type NativeFile } from "./file.ts";
import { unitsSource } from "./library.ts";
import { programSource } from "./program.ts";
import type { Chosen, NativeSource } from "./source.ts";

export interface Input {
  readonly source: NativeSource;
  /** A file of its native code. */
  readonly file: (code: NativeCode) => NativeFile;
}

/** A program. Throws FormatError for code that is not valid. */
export function programInput(program: BytecodeExecutable, core: CoreModule, chosen?: Chosen): Input {
  const source = programSource(program, core, chosen);
  return { source, file: (code) => ({ ...common(core), kind: "program", bytecode: program.bytes, units: [], code }) };
}

/** A plugin, of the bytes of a .cmo or .cma. Throws FormatError. */
export function pluginInput(bytecode: Uint8Array, core: CoreModule, file?: string, chosen?: Chosen): Input {
  const units = readLinkableUnits(bytecode, file);
  const source = readingFile(file, () => unitsSource(units, core, chosen));
  return { source, file: (code) => ({ ...common(core), kind: "plugin", bytecode, units, code }) };
}

function common(core: CoreModule): Pick<NativeFile, "ocaml" | "abi"> {
  return { ocaml: ocamlVersionOf({ kind: "exec", version: MAGIC_VERSION }), abi: abiOf(core) };
}
