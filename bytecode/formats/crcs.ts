/** Names with digests, as in units' imports and in the CRCS section (file_formats/cmo_format.mli: crcs). */
import { FormatError } from "./errors.ts";
import type { MarshalValue } from "./marshal.ts";
import { asBlock, asBytes, asList, asName, asOption } from "./shapes.ts";

export interface Crc {
  name: string;
  /** 16 bytes of MD5 in lower-case hexadecimal; undefined when the interface was only named, never read. */
  digest: string | undefined;
}

export function readCrcs(value: MarshalValue | undefined, maxLength: number, place: string): Crc[] {
  return asList(value, maxLength, place).map((pair) => {
    const [name, digest] = asBlock(pair, 0, 2, place);
    const some = asOption(digest, place);
    return {
      name: asName(name, place),
      digest: some === undefined ? undefined : hex(asBytes(some, place), place),
    };
  });
}

function hex(digest: Uint8Array, place: string): string {
  if (digest.length !== 16) throw new FormatError("corrupt", place, `a digest of ${digest.length} bytes`);
  let text = "";
  for (const byte of digest) text += byte.toString(16).padStart(2, "0");
  return text;
}
