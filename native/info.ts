/** What `bactrian info FILE` prints about files of native code: the module first, then the bytecode that it was made of. */
import { bytesToHex } from "@noble/hashes/utils.js";
import { describeBytecode, type InfoOptions } from "../bytecode/info.ts";
import { printName } from "../bytecode/formats/print.ts";
import { readUnits } from "../bytecode/formats/unit.ts";
import { boundFunction, IMPORTS } from "./code.ts";
import { FORMAT_VERSION, isNativeFile, type NativeFile } from "./file.ts";
import { readNativeFile } from "./file-read.ts";
import { partAt } from "./parts.ts";
import { unitDigest } from "./plugins.ts";

/** The text for a file of bytecode or native code. Throws FormatError. */
export function describe(bytes: Uint8Array, file: string, options: InfoOptions = {}): string {
  if (!isNativeFile(bytes, file)) return describeBytecode(bytes, file, options);
  const native = readNativeFile(bytes, file);
  const [, ...bytecode] = describeBytecode(native.bytecode, file, options).split("\n");
  return [`File ${printName(file)}`, ...describeNative(native), "Bytecode:", ...bytecode].join("\n");
}

function describeNative(native: NativeFile): string[] {
  const { ocaml, abi, kind, bytecode, code } = native;
  const { functions, parts, siteWords, wasm } = code;
  const bound = WebAssembly.Module.imports(code.module!).flatMap(({ module, name }) => (module === IMPORTS.bound ? (boundFunction(name) ?? []) : []));
  const lines = [
    `Native code: ${kind} of ${ocaml}, format ${FORMAT_VERSION}`,
    `Machine: ${abi}`,
    `Size: ${wasm.length} bytes, of them bytecode ${bytecode.length}, sites ${siteWords.byteLength}`,
  ];
  if (kind === "plugin") {
    lines.push("Implementations:");
    for (const { name } of readUnits(bytecode)) lines.push(`\t${bytesToHex(unitDigest(bytecode, name))}\t${printName(name)}`);
  }
  lines.push(`Native functions: ${functions.length} (name, arguments)`);
  for (const { name, arity } of functions) lines.push(`\t${printName(name)}\t${arity}`);
  if (bound.length > 0) lines.push("Functions of other units that are called directly (unit, fields, arguments):");
  for (const { global, path, arity } of bound) lines.push(`\t${printName(unitOf(native, global))}\t${path.join(".")}\t${arity}`);
  if (parts.length > 1) {
    const counts = parts.map(() => 0);
    for (const { entry } of functions) counts[partAt(parts, entry)]!++;
    lines.push(`Functions by unit: ${counts.join(" ")}`);
  }
  return lines;
}

/** The unit whose block a global holds that plugins number by themselves. */
function unitOf({ units, code: { globalWords, parts } }: NativeFile, global: number): string {
  const word = globalWords?.[global];
  if (word === undefined) return "?";
  const part = partAt(parts, word);
  const reloc = units[part]!.relocs.find(({ pos }) => pos >> 2 === word - parts[part]!.start);
  return reloc && reloc.kind !== "literal" ? reloc.name : "?";
}
