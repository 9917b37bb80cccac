/** What `bactrian info FILE` prints about files of native code: the module first, then the bytecode that it was made of. */
import { bytesToHex } from "@noble/hashes/utils.js";
import { describeBytecode, type InfoOptions } from "../bytecode/info.ts";
import { readExecutable } from "../bytecode/formats/executable.ts";
import { printName } from "../bytecode/formats/print.ts";
import { readUnits } from "../bytecode/formats/unit.ts";
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

function describeNative({ ocaml, abi, kind, bytecode, code }: NativeFile): string[] {
  const { functions, parts, exports, siteWords, wasm } = code;
  const lines = [
    `Native code: ${kind} of ${ocaml}, format ${FORMAT_VERSION}`,
    `Machine: ${abi}`,
    `Size: ${wasm.length} bytes, of them bytecode ${bytecode.length}, sites ${siteWords.byteLength}`,
  ];
  const nameOf = globalNames({ kind, bytecode, code });
  if (kind === "plugin") {
    lines.push("Implementations:");
    for (const { name } of readUnits(bytecode)) lines.push(`\t${bytesToHex(unitDigest(bytecode, name))}\t${printName(name)}`);
  }
  lines.push(`Native functions: ${functions.length} (name, arguments)`);
  for (const { name, arity } of functions) lines.push(`\t${printName(name)}\t${arity}`);
  const known = exports.filter(({ global }) => nameOf(global) !== undefined);
  if (known.length > 0) lines.push("Exported functions (unit, field, arguments):");
  for (const { global, field, arity } of known) lines.push(`\t${printName(nameOf(global)!)}\t${field}\t${arity}`);
  if (parts.length > 1) {
    const counts = parts.map(() => 0);
    for (const { entry } of functions) counts[partAt(parts, entry)]!++;
    lines.push(`Functions by unit: ${counts.join(" ")}`);
  }
  return lines;
}

/** The units that globals belong to. */
function globalNames({ kind, bytecode, code }: Pick<NativeFile, "kind" | "bytecode" | "code">): (global: number) => string | undefined {
  if (kind === "program") {
    const symbols = new Map(readExecutable(bytecode).globals?.symbols.map(({ index, name }) => [index, name]));
    return (global) => symbols.get(global);
  }
  const units = readUnits(bytecode);
  return (global) => {
    const word = code.globalWords?.[global];
    return word === undefined ? undefined : units[partAt(code.parts, word)]?.name;
  };
}
