/**
 * Bytecode units (.cmo) and libraries (.cma): file_formats/cmo_format.mli.
 *
 *     .cmo   magic | offset of descriptor | code | debug data | descriptor
 *     .cma   magic | offset of descriptor | code and debug data of each unit … | library descriptor
 *
 * What may follow the descriptor: checksum.ts, requirements.ts.
 */
import { checkAfterDescriptor } from "./checksum.ts";
import { type Crc, readCrcs } from "./crcs.ts";
import { FormatError, readingFile } from "./errors.ts";
import { MAGIC_LENGTH, expectMagic, identify } from "./magic.ts";
import { type Literal, checkLiterals } from "./literal.ts";
import { type MarshalValue, MarshalBlock, readMarshalHeader, unmarshal } from "./marshal.ts";
import { asBlock, asBool, asInt, asList, asName } from "./shapes.ts";

/** What the linker must put into the code word at byte `pos` of the unit's code. */
export type Reloc =
  /** The number of a global slot that holds this constant. */
  | { kind: "literal"; value: Literal; pos: number }
  /** The number of a unit's global slot, for reading. */
  | { kind: "getcompunit"; name: string; pos: number }
  /** The number of a predefined exception's global slot. */
  | { kind: "getpredef"; name: string; pos: number }
  /** The number of a unit's global slot; this unit defines it. */
  | { kind: "setcompunit"; name: string; pos: number }
  /** The number of a C primitive. */
  | { kind: "primitive"; name: string; pos: number };

/** cmo_format.mli: compilation_unit. Positions and sizes are bytes in the file. */
export interface CompilationUnit {
  name: string;
  pos: number;
  codeSize: number;
  relocs: Reloc[];
  /** Interfaces this unit was compiled against. */
  imports: Crc[];
  /** Units that must be initialised before this one. */
  requiredUnits: string[];
  /** C primitives declared with `external` in this unit. */
  primitives: string[];
  /** Must be linked even if nothing refers to it. */
  forceLink: boolean;
  debugPos: number;
  /** 0 when the unit was compiled without -g. */
  debugSize: number;
  /** Relocatable bytecode: little-endian 32-bit words (a view of the file). */
  code: Uint8Array;
  /** What debug.ts: readUnitDebug reads (a view of the file), if there is any. */
  debug: Uint8Array | undefined;
}

/** cmo_format.mli: library. The last three lists are in link order (the file holds them reversed). */
export interface Library {
  units: CompilationUnit[];
  /** Asks for a custom runtime (`ocamlc -custom`). */
  custom: boolean;
  ccObjects: string[];
  ccOptions: string[];
  /** Stub libraries: names for `dll…` files, such as `-lunix`. */
  dllNames: string[];
}

/** Reads a .cmo. @throws FormatError */
export function readUnit(bytes: Uint8Array, file?: string): CompilationUnit {
  return readingFile(file, () => {
    expectMagic(bytes, "cmo");
    const place = "unit descriptor";
    const unit = decodeUnit(bytes, readDescriptor(bytes, place), place);
    checkLiterals(literalsOf([unit]), place);
    return unit;
  });
}

/** Reads a .cma. @throws FormatError */
export function readLibrary(bytes: Uint8Array, file?: string): Library {
  return readingFile(file, () => {
    expectMagic(bytes, "cma");
    const place = "library descriptor";
    const max = bytes.length;
    const [units, custom, ccObjects, ccOptions, dllNames] = asBlock(
      readDescriptor(bytes, place),
      0,
      5,
      place,
    );
    const library: Library = {
      units: asList(units, max, place).map((unit, i) =>
        decodeUnit(bytes, unit, `descriptor of unit ${i + 1}`),
      ),
      custom: asBool(custom, place),
      ccObjects: names(ccObjects, max, place).reverse(),
      ccOptions: names(ccOptions, max, place).reverse(),
      dllNames: names(dllNames, max, place).reverse(),
    };
    checkLiterals(literalsOf(library.units), place);
    return library;
  });
}

/** The units of a .cmo or a .cma. @throws FormatError, also for any other kind of file */
export function readUnits(bytes: Uint8Array, file?: string): CompilationUnit[] {
  return identify(bytes)?.kind === "cma" ? readLibrary(bytes, file).units : [readUnit(bytes, file)];
}

/** Whether a .cmo or .cma has a checksum, which is right then. @throws FormatError */
export function hasChecksum(bytes: Uint8Array): boolean {
  const place = "descriptor";
  expectMagic(bytes, identify(bytes)?.kind === "cma" ? "cma" : "cmo");
  const start = descriptorOffset(bytes);
  const { headerLength, dataLength } = readMarshalHeader(bytes, start, place);
  return checkAfterDescriptor(bytes, start + headerLength + dataLength);
}

function readDescriptor(bytes: Uint8Array, place: string): MarshalValue {
  const { value, end } = unmarshal(bytes, descriptorOffset(bytes), place);
  checkAfterDescriptor(bytes, end);
  return value;
}

function descriptorOffset(bytes: Uint8Array): number {
  if (bytes.length < MAGIC_LENGTH + 4) {
    throw new FormatError("truncated", `byte ${bytes.length}`, "the file ends after its magic number");
  }
  const offset = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(MAGIC_LENGTH);
  if (offset < MAGIC_LENGTH + 4 || offset > bytes.length) {
    const kind = offset > bytes.length ? "truncated" : "corrupt";
    throw new FormatError(
      kind,
      `byte ${MAGIC_LENGTH}`,
      `the descriptor should be at byte ${offset} of ${bytes.length}`,
    );
  }
  return offset;
}

function decodeUnit(bytes: Uint8Array, value: MarshalValue, where: string): CompilationUnit {
  const fields = asBlock(value, 0, 10, where);
  const size = bytes.length;
  const name = asName(fields[0], where);
  const place = `descriptor of unit ${name}`;
  const pos = asInt(fields[1], MAGIC_LENGTH + 4, size, place);
  const codeSize = asInt(fields[2], 0, size - pos, place);
  if (codeSize % 4 !== 0)
    throw new FormatError("corrupt", place, `code of ${codeSize} bytes, not a multiple of 4`);
  const relocs = asList(fields[3], codeSize, place).map((reloc) => decodeReloc(reloc, codeSize, place));
  for (const reloc of relocs) {
    // A unit made by -pack also sets those in it, P.A for one.
    if (reloc.kind === "setcompunit" && reloc.name !== name && !reloc.name.startsWith(`${name}.`))
      throw new FormatError("corrupt", place, `it sets the value of another unit, ${reloc.name}`);
  }
  const debugPos = asInt(fields[8], 0, size, place);
  const debugSize = asInt(fields[9], 0, size - debugPos, place);
  return {
    name,
    pos,
    codeSize,
    relocs,
    imports: readCrcs(fields[4], size, place),
    requiredUnits: names(fields[5], size, place),
    primitives: names(fields[6], size, place),
    forceLink: asBool(fields[7], place),
    debugPos,
    debugSize,
    code: bytes.subarray(pos, pos + codeSize),
    debug: debugSize > 0 ? bytes.subarray(debugPos, debugPos + debugSize) : undefined,
  };
}

function decodeReloc(value: MarshalValue, codeSize: number, place: string): Reloc {
  const [info, position] = asBlock(value, 0, 2, place);
  const pos = asInt(position, 0, codeSize - 4, place);
  if (pos % 4 !== 0) throw new FormatError("corrupt", place, `relocation at byte ${pos}, not a code word`);
  const tag = info instanceof MarshalBlock ? info.tag : -1;
  const [argument] = asBlock(info, tag, 1, place);
  switch (tag) {
    case 0:
      return { kind: "literal", value: argument!, pos };
    case 1:
      return { kind: "getcompunit", name: asName(argument, place), pos };
    case 2:
      return { kind: "getpredef", name: asName(argument, place), pos };
    case 3:
      return { kind: "setcompunit", name: asName(argument, place), pos };
    case 4:
      return { kind: "primitive", name: asName(argument, place), pos };
    default:
      throw new FormatError("corrupt", place, "unknown kind of relocation");
  }
}

function names(value: MarshalValue | undefined, max: number, place: string): string[] {
  return asList(value, max, place).map((name) => asName(name, place));
}

function literalsOf(units: CompilationUnit[]): Literal[] {
  return units.flatMap((unit) =>
    unit.relocs.flatMap((reloc) => (reloc.kind === "literal" ? [reloc.value] : [])),
  );
}
