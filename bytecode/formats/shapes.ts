/** Typed access to unmarshalled data: each function checks the shape that OCaml's type prescribes. */
import { FormatError } from "./errors.ts";
import { MarshalBlock, type MarshalValue } from "./marshal.ts";

/** The fields of a block with this tag and number of fields. */
export function asBlock(
  value: MarshalValue | undefined,
  tag: number,
  size: number,
  place: string,
): MarshalValue[] {
  if (!(value instanceof MarshalBlock) || value.tag !== tag || value.fields.length !== size) {
    throw mismatch(place, `a block of ${size} fields`);
  }
  return value.fields;
}

/** An int in [min, max]. */
export function asInt(value: MarshalValue | undefined, min: number, max: number, place: string): number {
  if (typeof value !== "number" || value < min || value > max)
    throw mismatch(place, `an int from ${min} to ${max}`);
  return value;
}

export function asBool(value: MarshalValue | undefined, place: string): boolean {
  return asInt(value, 0, 1, place) === 1;
}

export function asBytes(value: MarshalValue | undefined, place: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw mismatch(place, "a string");
  return value;
}

/** An OCaml string as a name for people and tables: UTF-8, or Latin-1 where it is not that. */
export function asName(value: MarshalValue | undefined, place: string): string {
  return decodeName(asBytes(value, place));
}

/** The elements of a list. A cyclic list, which no compiler writes, is refused after `maxLength` elements. */
export function asList(value: MarshalValue | undefined, maxLength: number, place: string): MarshalValue[] {
  const elements: MarshalValue[] = [];
  let cell = value;
  while (cell !== 0) {
    const [head, tail] = asBlock(cell, 0, 2, place);
    if (elements.length >= maxLength) throw mismatch(place, `a list of at most ${maxLength} elements`);
    elements.push(head!);
    cell = tail;
  }
  return elements;
}

/** The argument of Some, or undefined for None. */
export function asOption(value: MarshalValue | undefined, place: string): MarshalValue | undefined {
  return value === 0 ? undefined : asBlock(value, 0, 1, place)[0];
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** undefined: it is not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
}

export const decodeName = (bytes: Uint8Array): string => decodeUtf8(bytes) ?? new TextDecoder("latin1").decode(bytes);

/** Strings each followed by a NUL (utils/misc.ml: split_null_terminated). */
export function splitNulTerminated(bytes: Uint8Array, place: string): string[] {
  if (bytes.length > 0 && bytes[bytes.length - 1] !== 0)
    throw mismatch(place, "names that each end in a NUL byte");
  // One after the other each may be decoded in its own way.
  const all = decodeUtf8(bytes)?.split("\0").slice(0, -1);
  if (all) return all;
  const names: string[] = [];
  for (let from = 0; from < bytes.length;) {
    const stop = bytes.indexOf(0, from);
    names.push(decodeName(bytes.subarray(from, stop)));
    from = stop + 1;
  }
  return names;
}

function mismatch(place: string, expected: string): FormatError {
  return new FormatError("corrupt", place, `expected ${expected}, found something else`);
}
