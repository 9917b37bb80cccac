/** Writing files of native code (file.ts). The same code gives the same bytes. */
import { Packr } from "msgpackr/pack";
import { crc32, CRC32_LENGTH } from "../runtime/crc32.ts";
import { type EncodedFile, FORMAT_VERSION, type NativeFile, SECTION } from "./file.ts";
import { customSection } from "./wasm-sections.ts";

const packr = new Packr({ useRecords: false });

/** The bytes of a file. */
export function writeNativeFile({ ocaml, abi, kind, bytecode, code }: NativeFile): Uint8Array {
  const encoded: EncodedFile = {
    ocaml,
    abi,
    kind,
    bytecode,
    parts: code.parts.map(({ start, length }) => [start, length]),
    functions: code.functions.map(({ entry, arity, name }) => [entry, arity, name]),
    siteWords: bytesOf(code.siteWords),
    siteCodeAddresses: bytesOf(code.siteCodeAddresses),
    siteEntries: bytesOf(code.siteEntries),
    continuations: code.continuations,
    globalWords: code.globalWords ? bytesOf(code.globalWords) : null,
    checksum: new Uint8Array(CRC32_LENGTH),
  };
  const contents = packr.pack(encoded);
  const payload = new Uint8Array(1 + contents.length);
  payload[0] = FORMAT_VERSION;
  payload.set(contents, 1);
  const section = customSection(SECTION, payload);
  const file = new Uint8Array(code.wasm.length + section.length);
  file.set(code.wasm);
  file.set(section, code.wasm.length);
  const checked = file.length - CRC32_LENGTH;
  file.set(crc32(file.subarray(0, checked)), checked);
  return file;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
