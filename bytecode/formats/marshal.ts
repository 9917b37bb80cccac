/**
 * Reader of marshalled OCaml data (runtime/intern.c, caml/intext.h) into plain JavaScript data, for inspection and for
 * the linker's tables. The VM has its own reader, which builds values in its heap.
 *
 * Sharing is preserved: a block that OCaml wrote once is one JavaScript object. So data can be cyclic and can be much
 * larger as a tree than in memory: code that walks it must bound its walk.
 */
import { zstdDecompress } from "../../runtime/zstd.ts";
import { FormatError } from "./errors.ts";

/** A block with scannable fields; `fields` is empty for an atom. */
export class MarshalBlock {
  readonly tag: number;
  readonly fields: MarshalValue[];
  constructor(tag: number, fields: MarshalValue[]) {
    this.tag = tag;
    this.fields = fields;
  }
}

/** A boxed float, as the two halves of its bits: JavaScript may not keep the payload of a NaN. */
export class MarshalDouble {
  readonly low: number;
  readonly high: number;
  constructor(low: number, high: number) {
    this.low = low;
    this.high = high;
  }
  get value(): number {
    return new Float64Array(new Uint32Array([this.low, this.high]).buffer)[0]!;
  }
}

/** A boxed int32, int64 or nativeint. */
export class MarshalBoxedInt {
  readonly type: "int32" | "int64" | "nativeint";
  readonly value: bigint;
  constructor(type: "int32" | "int64" | "nativeint", value: bigint) {
    this.type = type;
    this.value = value;
  }
}

/**
 * An OCaml value: number = int (bigint where a number is not exact), Uint8Array = string or bytes (a view of the input),
 * Float64Array = float array (its buffer holds the exact bits).
 */
export type MarshalValue =
  number | bigint | Uint8Array | MarshalBlock | MarshalDouble | Float64Array | MarshalBoxedInt;

/** The header of a marshalled value; sizes in bytes. */
export interface MarshalHeader {
  headerLength: number;
  /** Bytes after the header as they are in the file. */
  dataLength: number;
  /** The same after decompression. */
  uncompressedLength: number;
  objectCount: number;
  compressed: boolean;
}

const MAGIC_SMALL = 0x8495a6be;
const MAGIC_BIG = 0x8495a6bf;
const MAGIC_COMPRESSED = 0x8495a6bd;
/** More than this after decompression is refused: compiled units stay far below it. */
const MAX_UNCOMPRESSED = 1 << 29;

const TAG_CLOSURE = 247;
const TAG_INFIX = 249;
const TAG_NO_SCAN = 251;

/**
 * Reads the value that starts at `start`.
 * @param place what is being read, for messages
 * @returns the value and the offset after it
 * @throws FormatError on malformed input, whatever it is
 */
export function unmarshal(
  bytes: Uint8Array,
  start: number,
  place: string,
): { value: MarshalValue; end: number } {
  // A plain view: subarray and slice of Node's Buffer are slower, and slice does not copy.
  if (bytes.constructor !== Uint8Array)
    bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readMarshalHeader(bytes, start, place);
  const from = start + header.headerLength;
  const end = from + header.dataLength;
  if (!header.compressed) return { value: readData(bytes, from, end, header, place), end };
  let data: Uint8Array;
  try {
    data = zstdDecompress(bytes.subarray(from, end), header.uncompressedLength);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError("corrupt", at(place, from), `compressed data cannot be read: ${reason}`);
  }
  return { value: readData(data, 0, data.length, header, `${place}, decompressed`), end };
}

/** The header at `start`, checked against the bytes that are there. */
export function readMarshalHeader(bytes: Uint8Array, start: number, place: string): MarshalHeader {
  const truncated = (): FormatError =>
    new FormatError("truncated", at(place, start), "the file ends inside a marshalled value");
  if (start < 0 || start + 20 > bytes.length) {
    // The smallest compressed value also takes 20 bytes (runtime/intern.c: caml_marshal_data_size).
    throw truncated();
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: MarshalHeader;
  switch (view.getUint32(start)) {
    case MAGIC_SMALL: {
      const dataLength = view.getUint32(start + 4);
      const objectCount = view.getUint32(start + 8);
      header = {
        headerLength: 20,
        dataLength,
        uncompressedLength: dataLength,
        objectCount,
        compressed: false,
      };
      break;
    }
    case MAGIC_BIG: {
      if (start + 32 > bytes.length) throw truncated();
      const dataLength = Number(view.getBigUint64(start + 8));
      const objectCount = Number(view.getBigUint64(start + 16));
      header = {
        headerLength: 32,
        dataLength,
        uncompressedLength: dataLength,
        objectCount,
        compressed: false,
      };
      break;
    }
    case MAGIC_COMPRESSED:
      header = readCompressedHeader(bytes, start, place);
      break;
    default:
      throw new FormatError("corrupt", at(place, start), "no marshalled value where one should start");
  }
  if (header.dataLength > bytes.length - start - header.headerLength) throw truncated();
  if (header.uncompressedLength > MAX_UNCOMPRESSED) {
    throw new FormatError(
      "limit",
      at(place, start),
      `a value of ${header.uncompressedLength} bytes is announced`,
    );
  }
  return header;
}

function readCompressedHeader(bytes: Uint8Array, start: number, place: string): MarshalHeader {
  const headerLength = bytes[start + 4]! & 0x3f;
  let pos = start + 5;
  const limit = Math.min(start + headerLength, bytes.length);
  const vlq = (): number => {
    let n = 0;
    for (;;) {
      if (pos >= limit)
        throw new FormatError("corrupt", at(place, pos), "header of a compressed value too short");
      const byte = bytes[pos++]!;
      n = n * 128 + (byte & 0x7f);
      if (byte < 0x80) return n;
    }
  };
  const dataLength = vlq();
  const uncompressedLength = vlq();
  const objectCount = vlq();
  vlq();
  vlq();
  if (pos !== limit)
    throw new FormatError("corrupt", at(place, pos), "header of a compressed value too long");
  return { headerLength, dataLength, uncompressedLength, objectCount, compressed: true };
}

/**
 * The un-marshalling loop (runtime/intern.c: intern_rec) over `data[from, end)`. `owed` counts the values still to be
 * read; each takes at least a byte, so a block larger than what is left is refused before it is allocated.
 */
function readData(
  data: Uint8Array,
  from: number,
  end: number,
  header: MarshalHeader,
  place: string,
): MarshalValue {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const shared: MarshalValue[] = [];
  const objectCount = header.objectCount;
  const compressed = header.compressed;
  // The blocks being filled, innermost last, and the next field of each. A block leaves when its last field is begun.
  const pendingFields: MarshalValue[][] = [];
  const pendingIndex: number[] = [];
  const result: MarshalValue[] = [0];
  let fields = result;
  let index = 0;
  let owed = 1;
  let pos = from;

  const corrupt = (problem: string): FormatError => new FormatError("corrupt", at(place, pos), problem);
  const need = (count: number): void => {
    if (!(count <= end - pos))
      throw new FormatError("truncated", at(place, pos), "a marshalled value ends too early");
  };
  const uint64 = (): number => {
    need(8);
    const n = view.getUint32(pos) * 0x100000000 + view.getUint32(pos + 4);
    pos += 8;
    return n;
  };
  const uint32 = (): number => {
    need(4);
    const n = view.getUint32(pos);
    pos += 4;
    return n;
  };
  const uint8 = (): number => {
    need(1);
    return data[pos++]!;
  };
  const remember = (value: MarshalValue): void => {
    if (objectCount === 0) return;
    if (shared.length >= objectCount) throw corrupt("more shared blocks than announced");
    shared.push(value);
  };

  for (;;) {
    const code = uint8();
    owed--;
    let value: MarshalValue;
    let tag = -1;
    let size = 0;
    let stringLength = -1;
    let doubleCount = -1;
    let littleEndian = true;
    let sharedOffset = -1;
    if (code >= 0x80) {
      tag = code & 0xf;
      size = (code >> 4) & 7;
      value = 0;
    } else if (code >= 0x40) {
      value = code & 0x3f;
    } else if (code >= 0x20) {
      stringLength = code & 0x1f;
      value = 0;
    } else {
      value = 0;
      switch (code) {
        case 0x00: // CODE_INT8
          value = (uint8() << 24) >> 24;
          break;
        case 0x01: // CODE_INT16
          need(2);
          value = view.getInt16(pos);
          pos += 2;
          break;
        case 0x02: // CODE_INT32
          value = uint32() | 0;
          break;
        case 0x03: {
          // CODE_INT64
          need(8);
          const wide = BigInt.asIntN(63, view.getBigInt64(pos));
          pos += 8;
          value = Number.isSafeInteger(Number(wide)) ? Number(wide) : wide;
          break;
        }
        case 0x04: // CODE_SHARED8
          sharedOffset = uint8();
          break;
        case 0x05: // CODE_SHARED16
          need(2);
          sharedOffset = view.getUint16(pos);
          pos += 2;
          break;
        case 0x06: // CODE_SHARED32
          sharedOffset = uint32();
          break;
        case 0x14: // CODE_SHARED64
          sharedOffset = uint64();
          break;
        case 0x08: {
          // CODE_BLOCK32
          const word = uint32();
          tag = word & 0xff;
          size = word >>> 10;
          break;
        }
        case 0x13: {
          // CODE_BLOCK64
          need(8);
          tag = data[pos + 7]!;
          size = view.getUint32(pos) * 0x400000 + (view.getUint32(pos + 4) >>> 10);
          pos += 8;
          break;
        }
        case 0x09: // CODE_STRING8
          stringLength = uint8();
          break;
        case 0x0a: // CODE_STRING32
          stringLength = uint32();
          break;
        case 0x15: // CODE_STRING64
          stringLength = uint64();
          break;
        case 0x0b: // CODE_DOUBLE_BIG
        case 0x0c: {
          // CODE_DOUBLE_LITTLE
          need(8);
          const little = code === 0x0c;
          value = new MarshalDouble(
            view.getUint32(pos + (little ? 0 : 4), little),
            view.getUint32(pos + (little ? 4 : 0), little),
          );
          pos += 8;
          remember(value);
          break;
        }
        case 0x0d: // CODE_DOUBLE_ARRAY8_BIG
        case 0x0e: // CODE_DOUBLE_ARRAY8_LITTLE
          littleEndian = code === 0x0e;
          doubleCount = uint8();
          break;
        case 0x0f: // CODE_DOUBLE_ARRAY32_BIG
        case 0x07: // CODE_DOUBLE_ARRAY32_LITTLE
          littleEndian = code === 0x07;
          doubleCount = uint32();
          break;
        case 0x16: // CODE_DOUBLE_ARRAY64_BIG
        case 0x17: // CODE_DOUBLE_ARRAY64_LITTLE
          littleEndian = code === 0x17;
          doubleCount = uint64();
          break;
        case 0x18: // CODE_CUSTOM_LEN
        case 0x19: // CODE_CUSTOM_FIXED
          value = readCustom(code);
          remember(value);
          break;
        case 0x10: // CODE_CODEPOINTER
        case 0x11: // CODE_INFIXPOINTER
          throw new FormatError("unsupported", at(place, pos), "the value holds a closure");
        default:
          throw corrupt(`unknown code ${code} in a marshalled value`);
      }
    }

    let opened: MarshalValue[] | undefined;
    if (tag >= 0) {
      if (tag >= TAG_NO_SCAN || tag === TAG_CLOSURE || tag === TAG_INFIX)
        throw corrupt(`block with tag ${tag}`);
      if (owed + size > end - pos)
        throw new FormatError("truncated", at(place, pos), `a block of ${size} words`);
      const block = new MarshalBlock(tag, new Array<MarshalValue>(size));
      value = block;
      if (size > 0) {
        remember(block);
        owed += size;
        opened = block.fields;
      }
    } else if (stringLength >= 0) {
      need(stringLength);
      value = data.subarray(pos, pos + stringLength);
      pos += stringLength;
      remember(value);
    } else if (doubleCount >= 0) {
      need(doubleCount * 8);
      const raw = data.slice(pos, pos + doubleCount * 8);
      if (!littleEndian) for (let i = 0; i < raw.length; i += 8) raw.subarray(i, i + 8).reverse();
      value = new Float64Array(raw.buffer, raw.byteOffset, doubleCount);
      pos += doubleCount * 8;
      remember(value);
    } else if (sharedOffset >= 0) {
      const slot = compressed ? sharedOffset : shared.length - sharedOffset;
      const seen = slot >= 0 ? shared[slot] : undefined;
      if (seen === undefined) throw corrupt("reference to a block that was not written before");
      value = seen;
    }

    fields[index++] = value;
    if (opened !== undefined) {
      if (index < fields.length) {
        pendingFields.push(fields);
        pendingIndex.push(index);
      }
      fields = opened;
      index = 0;
    } else if (index === fields.length) {
      const next = pendingFields.pop();
      if (next === undefined) break;
      fields = next;
      index = pendingIndex.pop()!;
    }
  }
  if (pos !== end) throw corrupt("bytes after the end of a marshalled value");
  return result[0]!;

  /** int32, int64 and nativeint (runtime/ints.c); other custom blocks do not occur in compiled units. */
  function readCustom(code: number): MarshalBoxedInt {
    const limit = Math.min(end, pos + 32);
    let stop = pos;
    while (stop < limit && data[stop] !== 0) stop++;
    const name = String.fromCharCode(...data.subarray(pos, stop));
    need(stop - pos + 1);
    pos = stop + 1;
    // Variable-length custom blocks carry their sizes on 32-bit and 64-bit machines.
    if (code === 0x18) {
      need(12);
      pos += 12;
    }
    if (name === "_i") return new MarshalBoxedInt("int32", BigInt(uint32() | 0));
    if (name === "_j") return new MarshalBoxedInt("int64", int64());
    if (name !== "_n") {
      throw new FormatError("unsupported", at(place, pos), `custom block "${name.replace(/[^ -~]/g, "?")}"`);
    }
    const width = uint8();
    if (width === 1) return new MarshalBoxedInt("nativeint", BigInt(uint32() | 0));
    if (width === 2) return new MarshalBoxedInt("nativeint", int64());
    throw corrupt("ill-formed native integer");
  }

  function int64(): bigint {
    need(8);
    const n = view.getBigInt64(pos);
    pos += 8;
    return n;
  }
}

function at(place: string, pos: number): string {
  return `${place}, byte ${pos}`;
}
