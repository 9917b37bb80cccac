/** The sections of a WebAssembly module (core specification, 5.5.2), without looking into them. */
import { FormatError } from "../bytecode/formats/errors.ts";
import { ByteWriter } from "./byte-writer.ts";

/** `\0asm`, version 1. */
export const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export const SECTIONS = { custom: 0, type: 1, import: 2, function: 3, element: 9, code: 10 } as const;

/** A section: offsets in the file of its first byte, and of its contents, which end where it does. */
export interface Section {
  readonly id: number;
  readonly start: number;
  readonly contents: number;
  readonly end: number;
}

/** A custom section, whose contents come after its name. */
export interface CustomSection extends Section {
  readonly name: string;
}

/** Whether bytes, of which there may be too few, start as a module does. */
export const looksLikeModule = (bytes: Uint8Array): boolean =>
  bytes.length > 0 && PREAMBLE.slice(0, 4).every((byte, i) => i >= bytes.length || bytes[i] === byte);

/** The sections of a module. Throws FormatError. */
export function sectionsOf(bytes: Uint8Array): Section[] {
  if (bytes.length < PREAMBLE.length) throw new FormatError("truncated", `byte ${bytes.length}`, "the file ends in its first words");
  if (!PREAMBLE.every((byte, i) => bytes[i] === byte)) throw new FormatError("corrupt", "byte 4", "this is no module of WebAssembly 1");
  const sections: Section[] = [];
  for (let at = PREAMBLE.length; at < bytes.length; ) {
    const start = at;
    const size = readSize(bytes, at + 1);
    at = size.next + size.value;
    if (at > bytes.length) throw new FormatError("truncated", `byte ${start}`, "the file ends inside a section");
    sections.push({ id: bytes[start]!, start, contents: size.next, end: at });
  }
  return sections;
}

/** The custom sections of a module. Throws FormatError. */
export function customSections(bytes: Uint8Array): CustomSection[] {
  return sectionsOf(bytes)
    .filter(({ id }) => id === SECTIONS.custom)
    .map((section) => {
      const length = readSize(bytes, section.contents);
      const contents = length.next + length.value;
      if (contents > section.end) throw new FormatError("corrupt", `byte ${section.start}`, "a section's name is longer than the section");
      return { ...section, name: new TextDecoder().decode(bytes.subarray(length.next, contents)), contents };
    });
}

/** The bytes of a section. */
export function section(id: number, contents: Uint8Array): Uint8Array {
  const writer = new ByteWriter(contents.length + 8);
  writer.byte(id);
  writer.sized(contents);
  return writer.written;
}

/** The bytes of a custom section. */
export function customSection(name: string, contents: Uint8Array): Uint8Array {
  const writer = new ByteWriter(contents.length + 32);
  writer.name(name);
  writer.copy(contents);
  return section(SECTIONS.custom, writer.written);
}

/** An unsigned LEB128 number of 32 bits. */
export function readSize(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new FormatError("truncated", `byte ${at + i}`, "the file ends inside a section's size");
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  throw new FormatError("corrupt", `byte ${at}`, "a section's size is no number of 32 bits");
}
