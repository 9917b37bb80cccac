/**
 * Magic numbers (utils/config.ml, utils/misc.ml: Magic_number): which kind of file, written by which OCaml.
 * A magic number is `Caml1999`, a letter for the kind, and three digits. Since 4.08 all kinds share the digits.
 */
import { FormatError } from "./errors.ts";

/** The digits that OCaml 5.3 writes. */
export const MAGIC_VERSION = 35;
export const MAGIC_LENGTH = 12;

export type OcamlFileKind =
  "exec" | "cmi" | "cmo" | "cma" | "cmx" | "cmxa" | "cmxs" | "cmt" | "ast-impl" | "ast-intf" | "linear";

export interface Magic {
  kind: OcamlFileKind;
  version: number;
}

const KIND_OF_PREFIX: Record<string, OcamlFileKind> = {
  Caml1999X: "exec",
  Caml1999I: "cmi",
  Caml1999O: "cmo",
  Caml1999A: "cma",
  Caml1999Y: "cmx",
  Caml1999y: "cmx",
  Caml1999Z: "cmxa",
  Caml1999z: "cmxa",
  Caml1999D: "cmxs",
  Caml2007D: "cmxs",
  Caml1999T: "cmt",
  Caml2012T: "cmt",
  Caml1999M: "ast-impl",
  Caml1999N: "ast-intf",
  Caml1999L: "linear",
};

/** What a kind is called in messages; the first word fits after "is". */
export const KIND_NAMES: Record<OcamlFileKind, string> = {
  exec: "an OCaml bytecode executable",
  cmi: "a compiled OCaml interface (.cmi)",
  cmo: "an OCaml bytecode unit (.cmo)",
  cma: "an OCaml bytecode library (.cma)",
  cmx: "an OCaml native compilation unit (.cmx)",
  cmxa: "an OCaml native library (.cmxa)",
  cmxs: "an OCaml native plugin (.cmxs)",
  cmt: "an OCaml typed tree (.cmt or .cmti)",
  "ast-impl": "a serialized OCaml syntax tree (implementation)",
  "ast-intf": "a serialized OCaml syntax tree (interface)",
  linear: "a serialized OCaml Linear program",
};

/** Digits that all kinds share, and the releases that wrote them. */
const COMMON_VERSIONS: Record<number, string> = {
  22: "4.06",
  23: "4.07",
  24: "4.07",
  25: "4.08",
  26: "4.09",
  27: "4.10",
  28: "4.11",
  29: "4.12",
  30: "4.13",
  31: "4.14",
  32: "5.0",
  33: "5.1",
  34: "5.2",
  35: "5.3",
  36: "5.4",
};

/** Before 4.06 each kind counted for itself. */
const OLD_VERSIONS: Partial<Record<OcamlFileKind, Record<number, string>>> = {
  exec: { 7: "3.07 or earlier", 8: "3.08 to 4.01", 10: "4.02 (development)", 11: "4.02 to 4.06" },
  cmi: {
    10: "3.08 to 3.10",
    11: "3.11",
    12: "3.12",
    14: "4.00",
    15: "4.01",
    17: "4.02",
    20: "4.03",
    21: "4.04 or 4.05",
  },
  cmo: { 6: "3.08 to 3.12", 7: "4.00 or 4.01", 10: "4.02", 11: "4.03 to 4.05" },
  cma: { 7: "3.08 to 3.12", 8: "4.00 or 4.01", 11: "4.02", 12: "4.03 to 4.05" },
  cmx: { 10: "3.09 to 3.12", 11: "4.00 or 4.01", 14: "4.02", 15: "4.03 to 4.05", 16: "4.03 to 4.05" },
  cmxa: { 10: "3.09 to 4.01", 13: "4.02", 14: "4.03 to 4.05", 15: "4.03 to 4.05" },
  cmxs: { 1: "3.11 to 4.01", 2: "4.02 to 4.05" },
  cmt: { 2: "4.00 or 4.01", 4: "4.02", 7: "4.03", 8: "4.04", 9: "4.05" },
};

/** The OCaml releases that write this magic number, as in "OCaml 4.14"; never fails. */
export function ocamlVersionOf(magic: Magic): string {
  const known = OLD_VERSIONS[magic.kind]?.[magic.version] ?? COMMON_VERSIONS[magic.version];
  if (known !== undefined) return `OCaml ${known}`;
  if (magic.version >= 500) return "OxCaml (Jane Street's OCaml)";
  if (magic.version > 36) return "an OCaml after 5.4";
  return "an OCaml before 4.06";
}

/** The magic number at `pos`, or undefined when there is none. */
export function readMagic(bytes: Uint8Array, pos = 0): Magic | undefined {
  if (pos < 0 || pos + MAGIC_LENGTH > bytes.length) return undefined;
  const text = ascii(bytes, pos, pos + MAGIC_LENGTH);
  const kind = KIND_OF_PREFIX[text.slice(0, 9)];
  const digits = text.slice(9);
  return kind !== undefined && /^[0-9]{3}$/.test(digits) ? { kind, version: Number(digits) } : undefined;
}

/**
 * What a file is: its leading magic number, or for executables (whose magic number comes last) the trailing one.
 * Undefined for everything that OCaml's tools did not mark.
 */
export function identify(bytes: Uint8Array): Magic | undefined {
  const trailing = readMagic(bytes, bytes.length - MAGIC_LENGTH);
  if (trailing?.kind === "exec") return trailing;
  return readMagic(bytes, 0);
}

/** A phrase after "this is": from the magic number, or from the first bytes of well-known foreign formats. */
export function describeFile(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  const magic = identify(bytes);
  if (magic !== undefined) return `${KIND_NAMES[magic.kind]} written by ${ocamlVersionOf(magic)}`;
  return describeForeign(bytes);
}

/**
 * Checks that `bytes` is of this kind and of OCaml 5.3.
 * @param wantedName what to call the kind in messages
 * @throws FormatError that says what it is instead
 */
export function expectMagic(bytes: Uint8Array, wanted: OcamlFileKind, wantedName = KIND_NAMES[wanted]): void {
  const magic = identify(bytes);
  if (magic?.kind === wanted && magic.version === MAGIC_VERSION) return;
  const place = wanted === "exec" ? "end of file" : "byte 0";
  if (bytes.length === 0) throw new FormatError("empty", place, "this is an empty file");
  if (magic === undefined) {
    if (bytes.length < MAGIC_LENGTH && looksLikeMagic(bytes)) {
      throw new FormatError("truncated", place, "the file ends inside its magic number");
    }
    throw new FormatError("wrong-kind", place, `this is ${describeForeign(bytes)}, not ${wantedName}`);
  }
  if (magic.kind !== wanted) {
    throw new FormatError("wrong-kind", place, `this is ${describeFile(bytes)}, not ${wantedName}`);
  }
  throw new FormatError(
    "wrong-version",
    place,
    `this is ${wantedName} of ${ocamlVersionOf(magic)}, Bactrian runs OCaml 5.3`,
  );
}

function looksLikeMagic(bytes: Uint8Array): boolean {
  return "Caml1999".startsWith(ascii(bytes, 0, Math.min(bytes.length, 8)));
}

function describeForeign(bytes: Uint8Array): string {
  const word =
    bytes.length >= 4 ? ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0 : 0;
  const head = ascii(bytes, 0, Math.min(bytes.length, 8));
  if (word === 0x7f454c46) return "an ELF file (native code for Linux or BSD)";
  if ([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe].includes(word))
    return "a Mach-O file (native code for macOS)";
  if (word === 0xcafebabe) return "a universal Mach-O or Java class file";
  if (word === 0x0061736d) return "a WebAssembly module";
  if (word === 0x504b0304) return "a ZIP archive";
  if (word >>> 8 === 0x1f8b08) return "gzip-compressed data";
  if (word === 0x28b52ffd) return "zstd-compressed data";
  if (head.startsWith("MZ")) return "a PE file (native code for Windows)";
  if (head === "!<arch>\n") return "a static library of native code";
  if (head.startsWith("#!"))
    return "a script without bytecode behind it (or a truncated bytecode executable)";
  if ([0x8495a6bd, 0x8495a6be, 0x8495a6bf].includes(word)) return "a marshalled OCaml value";
  return looksLikeText(bytes) ? "a text file" : "no OCaml file";
}

/** Whether a file is native code of some other machine, as OCaml's own plugins are. */
export const isForeignCode = (bytes: Uint8Array): boolean => / \(native code for /.test(describeForeign(bytes));

function looksLikeText(bytes: Uint8Array): boolean {
  for (let i = 0; i < Math.min(bytes.length, 512); i++) {
    const byte = bytes[i]!;
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12) return false;
  }
  return true;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
