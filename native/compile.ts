/** From files of bytecode to files of native code. This takes binaryen, which is slow to load: import it only to compile. */
import type { CoreModule } from "../bytecode/engine.ts";
import type { BytecodeExecutable } from "../bytecode/formats/executable.ts";
import { readingFile } from "../bytecode/formats/errors.ts";
import { MAGIC_VERSION, ocamlVersionOf } from "../bytecode/formats/magic.ts";
import { readLinkableUnits } from "../bytecode/relocations.ts";
import { abiOf, type NativeFile } from "./file.ts";
import { compileUnits } from "./library.ts";
import { compileProgram } from "./program.ts";
import type { CompileOptions } from "./unit.ts";

type Options = Pick<CompileOptions, "chosen" | "onProgress">;

/** A program. Throws FormatError for code that is not valid. */
export function compileExecutable(program: BytecodeExecutable, core: CoreModule, options: Options = {}): NativeFile {
  return { ...common(core), kind: "program", bytecode: program.bytes, units: [], code: compileProgram(program, core, options) };
}

/** A plugin, of the bytes of a .cmo or .cma. Throws FormatError. */
export function compileLibrary(bytecode: Uint8Array, core: CoreModule, file?: string, options: Options = {}): NativeFile {
  const units = readLinkableUnits(bytecode, file);
  const code = readingFile(file, () => compileUnits(units, core, options));
  return { ...common(core), kind: "plugin", bytecode, units, code };
}

function common(core: CoreModule): Pick<NativeFile, "ocaml" | "abi"> {
  return { ocaml: ocamlVersionOf({ kind: "exec", version: MAGIC_VERSION }), abi: abiOf(core) };
}
