/** Writing files of native code (file.ts). The same code gives the same bytes. */
import { CHECKSUM_LENGTH, checksum } from "../runtime/checksum.ts";
import { FORMAT_VERSION, type Header, type NativeFile, SECTION } from "./file.ts";
import { customSection } from "./wasm-sections.ts";

/** The bytes of a file. */
export function writeNativeFile({ ocaml, abi, kind, bytecode, code }: NativeFile): Uint8Array {
  const blobs = [bytecode, bytesOf(code.siteWords), bytesOf(code.siteCodeAddresses), code.globalWords && bytesOf(code.globalWords)] as const;
  const header: Header = {
    ocaml,
    abi,
    kind,
    parts: code.parts.map(({ start, length }) => [start, length]),
    functions: code.functions.map(({ entry, arity, name }) => [entry, arity, name]),
    exports: code.exports.map(({ global, field, entry, arity }) => [global, field, entry, arity]),
    bytecode: blobs[0].length,
    siteWords: blobs[1].length,
    siteCodeAddresses: blobs[2].length,
    globalWords: blobs[3]?.length ?? null,
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = concatenate([Uint8Array.of(FORMAT_VERSION), bytesOf(Int32Array.of(json.length)), json]);
  const section = customSection(SECTION, concatenate([start, ...blobs.filter((blob) => blob !== undefined), new Uint8Array(CHECKSUM_LENGTH)]));
  const file = concatenate([code.wasm, section]);
  const checked = file.length - CHECKSUM_LENGTH;
  file.set(checksum(file.subarray(0, checked)), checked);
  return file;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
