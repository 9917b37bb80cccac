/** The sections of a WebAssembly module (core specification, 5.5.2), without looking into them. */
import { FormatError } from "../bytecode/formats/errors.ts";

/** `\0asm`, version 1. */
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const CUSTOM = 0;

/** A custom section: offsets in the file of its first byte, and of its contents, which end where it does. */
export interface CustomSection {
  readonly name: string;
  readonly start: number;
  readonly contents: number;
  readonly end: number;
}

/** Whether bytes, of which there may be too few, start as a module does. */
export const looksLikeModule = (bytes: Uint8Array): boolean =>
  bytes.length > 0 && PREAMBLE.slice(0, 4).every((byte, i) => i >= bytes.length || bytes[i] === byte);

/** The custom sections of a module. Throws FormatError. */
export function customSections(bytes: Uint8Array): CustomSection[] {
  if (bytes.length < PREAMBLE.length) throw new FormatError("truncated", `byte ${bytes.length}`, "the file ends in its first words");
  if (!PREAMBLE.every((byte, i) => bytes[i] === byte)) throw new FormatError("corrupt", "byte 4", "this is no module of WebAssembly 1");
  const sections: CustomSection[] = [];
  for (let at = PREAMBLE.length; at < bytes.length; ) {
    const start = at;
    const id = bytes[at]!;
    const size = readSize(bytes, at + 1);
    const end = size.next + size.value;
    if (end > bytes.length) throw new FormatError("truncated", `byte ${start}`, "the file ends inside a section");
    if (id === CUSTOM) {
      const length = readSize(bytes, size.next);
      const contents = length.next + length.value;
      if (contents > end) throw new FormatError("corrupt", `byte ${start}`, "a section's name is longer than the section");
      sections.push({ name: new TextDecoder().decode(bytes.subarray(length.next, contents)), start, contents, end });
    }
    at = end;
  }
  return sections;
}

/** The bytes of a custom section. */
export function customSection(name: string, contents: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(name);
  const body = [...size(text.length), ...text];
  const head = [CUSTOM, ...size(body.length + contents.length), ...body];
  const section = new Uint8Array(head.length + contents.length);
  section.set(head);
  section.set(contents, head.length);
  return section;
}

/** An unsigned LEB128 number of 32 bits. */
function readSize(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new FormatError("truncated", `byte ${at + i}`, "the file ends inside a section's size");
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  throw new FormatError("corrupt", `byte ${at}`, "a section's size is no number of 32 bits");
}

function size(n: number): number[] {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...size(Math.floor(n / 0x80))];
}
