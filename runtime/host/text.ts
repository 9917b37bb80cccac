/**
 * Strings of the system as JavaScript strings and back: UTF-8, where a byte b that does not belong to valid UTF-8
 * becomes the lone surrogate U+DC00 + b. So every sequence of bytes has a string of its own.
 */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const ESCAPE = 0xdc00;
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Length of the valid UTF-8 sequence at `i`, 0 for none. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i]!;
  const n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (n === 0 || i + n > bytes.length) return 0;
  try {
    strict.decode(bytes.subarray(i, i + n));
    return n;
  } catch {
    return 0;
  }
}

export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    let text = "";
    for (let i = 0; i < bytes.length; ) {
      const n = sequenceLength(bytes, i);
      text += n ? strict.decode(bytes.subarray(i, i + n)) : String.fromCharCode(ESCAPE + bytes[i]!);
      i += n || 1;
    }
    return text;
  }
}

export function encodeText(text: string): Uint8Array {
  if (!LONE.test(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff) bytes.push(code - ESCAPE);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

/** Whether the text is valid Unicode, so that it can be handed to interfaces that take strings only. */
export function isPlainText(text: string): boolean {
  return !LONE.test(text);
}
