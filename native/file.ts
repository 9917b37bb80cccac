/**
 * Files of native code: programs (.wasm) and plugins (.cmxs). A file is the compiled module with one more custom section at
 * its end, which holds two values of MessagePack, the format's version and the contents, of which the checksum comes last:
 *
 *     module … | 0 | size | "bactrian" | FORMAT_VERSION | {ocaml, abi, kind, bytecode, …, checksum}
 *
 * The bytecode is there in the bytes of the file that was compiled, and with it everything that the linker checks and that
 * the interpreter needs: CRCs of interfaces, required units and primitives, constants, debug events.
 */
import { COMPILE_AGAIN } from "./load.ts";
import type { CoreModule } from "../bytecode/engine.ts";
import { FormatError } from "../bytecode/formats/errors.ts";
import type { CompilationUnit } from "../bytecode/formats/unit.ts";
import type { NativeCode } from "./code.ts";
import { looksLikeModule } from "./wasm-sections.ts";

export const SECTION = "bactrian";

/** To be changed with every change of what follows, and of what native code expects of its imports; at most 127. */
export const FORMAT_VERSION = 4;

/** A file of native code. */
export interface NativeFile {
  /** The OCaml that the bytecode is of, as magic.ts: ocamlVersionOf has it. */
  readonly ocaml: string;
  /** The core.wasm that the code was compiled for (abiOf). */
  readonly abi: string;
  readonly kind: "program" | "plugin";
  /** What was compiled: a bytecode executable, or a .cmo or .cma. */
  readonly bytecode: Uint8Array;
  /** The units of a plugin. */
  readonly units: readonly CompilationUnit[];
  readonly code: NativeCode;
}

/** NativeFile as it is encoded; numbers of 32 bits as little-endian bytes. */
export interface EncodedFile {
  readonly ocaml: string;
  readonly abi: string;
  readonly kind: "program" | "plugin";
  readonly bytecode: Uint8Array;
  /** Start and length of each. */
  readonly parts: readonly (readonly [number, number])[];
  /** Entry, arity and name of each. */
  readonly functions: readonly (readonly [number, number, string])[];
  readonly siteWords: Uint8Array;
  readonly siteCodeAddresses: Uint8Array;
  readonly siteEntries: Uint8Array;
  readonly continuations: number;
  /** null: the code has the right numbers. */
  readonly globalWords: Uint8Array | null;
  /** CRC-32 of all that is before it in the file. */
  readonly checksum: Uint8Array;
}

/** Whether a file is to be read as one of native code: it looks like one, or is named so. */
export const isNativeFile = (bytes: Uint8Array, file: string): boolean => looksLikeModule(bytes) || /\.(wasm|cmxs)$/.test(file);

/** The custom section of core.wasm that holds its ABI's digest (bytecode/interpreter/abi.ts). */
export function abiOf(core: CoreModule): string {
  const [section] = WebAssembly.Module.customSections(core.module, "abi");
  if (!section) throw new Error("core.wasm does not say what its ABI is");
  return new TextDecoder().decode(section);
}

/** Throws FormatError for a file that was compiled for another core. */
export function checkAbi({ abi }: NativeFile, core: CoreModule): void {
  if (abi === abiOf(core)) return;
  const problem = "this is native code for another version of Bactrian";
  throw new FormatError("wrong-version", `${SECTION} section`, problem, COMPILE_AGAIN);
}
