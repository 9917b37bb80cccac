/**
 * The stub libraries of OCaml's own libraries, and of ours. Elsewhere they are shared objects with C code; here their primitives are
 * the VM's own, and what is left of them is their names, and the symbols that ocamlc looks for when it links.
 */

/** Library (a folder of otherlibs/) → name after `-l`. */
export const STUB_LIBRARIES = {
  unix: "unixbyt",
  str: "camlstrbyt",
  systhreads: "threads",
  runtime_events: "camlruntime_eventsbyt",
  bactrian: "bactrian",
} as const;

/** File of the stub library with a name. */
export const stubFile = (name: string): string => `dll${name}.so`;

/** Whether a path is that of one of these files. */
export function isStubLibrary(path: string): boolean {
  const base = path.slice(path.lastIndexOf("/") + 1);
  return Object.values(STUB_LIBRARIES).some((name) => stubFile(name) === base);
}

const SHT_STRTAB = 3;
const SHT_DYNSYM = 11;
const HEADER = 64;
const SECTION_HEADER = 64;
const SYMBOL = 24;
/** Section names at their offsets in .shstrtab. */
const SECTION_NAMES = "\0.dynsym\0.dynstr\0.shstrtab\0";

/** A shared object (ELF, 64 bits, little-endian) that defines symbols and holds nothing else: enough for `ocamlc`. */
export function stubLibrary(symbols: readonly string[]): Uint8Array {
  const strings = `\0${symbols.map((s) => `${s}\0`).join("")}`;
  const symbolTable = new DataView(new ArrayBuffer(SYMBOL * (symbols.length + 1)));
  let name = 1;
  symbols.forEach((symbol, i) => {
    const at = SYMBOL * (i + 1);
    symbolTable.setUint32(at, name, true);
    symbolTable.setUint8(at + 4, 0x12); // a global function
    symbolTable.setUint16(at + 6, 1, true); // defined: in some section
    name += symbol.length + 1;
  });
  const encoder = new TextEncoder();
  const bodies = [new Uint8Array(symbolTable.buffer), encoder.encode(strings), encoder.encode(SECTION_NAMES)];
  const headers = HEADER + bodies.reduce((sum, body) => sum + body.length, 0);
  const file = new Uint8Array(headers + 4 * SECTION_HEADER);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little-endian, version 1
  view.setUint16(16, 3, true); // shared object
  view.setUint32(20, 1, true);
  view.setBigUint64(40, BigInt(headers), true);
  view.setUint16(52, HEADER, true);
  view.setUint16(58, SECTION_HEADER, true);
  view.setUint16(60, 4, true);
  view.setUint16(62, 3, true); // names of sections are in section 3
  let offset = HEADER;
  bodies.forEach((body, i) => {
    file.set(body, offset);
    const at = headers + SECTION_HEADER * (i + 1);
    const dynamicSymbols = i === 0;
    view.setUint32(at, SECTION_NAMES.indexOf([".dynsym", ".dynstr", ".shstrtab"][i]!), true);
    view.setUint32(at + 4, dynamicSymbols ? SHT_DYNSYM : SHT_STRTAB, true);
    view.setBigUint64(at + 24, BigInt(offset), true);
    view.setBigUint64(at + 32, BigInt(body.length), true);
    view.setUint32(at + 40, dynamicSymbols ? 2 : 0, true); // its strings are in section 2
    view.setBigUint64(at + 56, dynamicSymbols ? BigInt(SYMBOL) : 0n, true);
    offset += body.length;
  });
  return file;
}
