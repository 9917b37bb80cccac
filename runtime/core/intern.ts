/**
 * Reading marshalled data (runtime/intern.c). The whole value is built in the major heap, so nothing moves meanwhile;
 * every read is checked against the end of the input.
 */
import { CELL_OBJECT_ID, CELL_RESULT, TAG_DOUBLE, TAG_DOUBLE_ARRAY, TAG_OBJECT, TAG_STRING, WORD } from "../layout";
import { failwith, failwithParts, raiseOutOfMemory } from "./fail";
import { allocShr } from "./gc/alloc";
import { memAlloc, memFree, memResize } from "./gc/malloc";
import { readCustom } from "./intern-custom";
import {
  at,
  CODE_MISMATCH,
  continueInput,
  end,
  MALFORMED,
  MEMORY,
  need,
  openInput,
  problem,
  problemAt,
  read16,
  read32,
  read64,
  read8,
  readBytes,
  readElements,
  readSize64,
  readWords,
  setProblem,
  skip,
  TRUNCATED,
  UNKNOWN_CUSTOM,
} from "./intern-input";
import { atom, field, initField, ofInt, stringLength, toInt, UNIT, value } from "./values";

/** Decompress zstd data. The number of bytes written, or -1. */
@external("host", "zstd_decompress")
declare function zstdDecompress(from: usize, length: i32, to: usize, capacity: i32): i32;
/** The biased address of offset `offset` in the code with the 16-byte digest at `digest`; 0: there is none. */
@external("host", "code_address")
declare function codeAddress(digest: usize, offset: i32): i32;

const MAGIC_SMALL: u32 = 0x8495a6be;
const MAGIC_BIG: u32 = 0x8495a6bf;
const MAGIC_COMPRESSED: u32 = 0x8495a6bd;

/** Blocks by number, for sharing: i32 addresses. */
let objects: usize = 0;
let objectCount: i32 = 0;
let objectCapacity: i32 = 0;
/** What is still to be read: [address of the next field, how many]. */
let stackBase: usize = 0;
let stackTop: usize = 0;
let stackEnd: usize = 0;
function push(destination: usize, count: i32): void {
  if (stackTop == stackEnd) {
    const size = max<usize>(1 << 14, 2 * (stackEnd - stackBase));
    const p = memResize(stackBase, size);
    if (!p) {
      setProblem(MEMORY);
      return;
    }
    stackTop = p + (stackTop - stackBase);
    stackBase = p;
    stackEnd = p + size;
  }
  store<usize>(stackTop, destination);
  store<i32>(stackTop, count, 4);
  stackTop += 8;
}

/** A block of the major heap; numbered for sharing. 0: no memory. */
function block(wosize: u32, tag: i32): usize {
  const p = allocShr(<i32>wosize, tag);
  if (!p) {
    setProblem(MEMORY);
    return 0;
  }
  number(p);
  return p;
}

function number(p: usize): void {
  if (objectCount == objectCapacity) {
    const capacity = max(1024, 2 * objectCapacity);
    const table = memResize(objects, <usize>capacity << 2);
    if (!table) {
      setProblem(MEMORY);
      return;
    }
    objects = table;
    objectCapacity = capacity;
  }
  store<usize>(objects + (<usize>objectCount << 2), p);
  objectCount++;
}

function shared(offset: u32): value {
  if (offset == 0 || offset > <u32>objectCount) {
    setProblem(MALFORMED);
    return UNIT;
  }
  return <value>load<usize>(objects + (<usize>(objectCount - <i32>offset) << 2));
}

/** A block with scannable fields: they are read later. */
function scannable(tag: i32, wosize: u32): value {
  if (wosize == 0) return atom(tag);
  // Each field takes at least one byte.
  if (<usize>wosize > end - at) {
    setProblem(TRUNCATED);
    return UNIT;
  }
  const p = block(wosize, tag);
  if (!p) return UNIT;
  for (let i = 0; i < <i32>wosize; i++) initField(p, i, UNIT);
  push(p, <i32>wosize);
  return <value>p;
}

function readString(length: u32): value {
  if (!need(length)) return UNIT;
  const words = (length >> 3) + 1;
  const p = block(words, TAG_STRING);
  if (!p) return UNIT;
  const last = p + (<usize>words << 3) - 1;
  store<u64>(last - 7, 0);
  store<u8>(last, <u8>((words << 3) - 1 - length));
  readBytes(p, length);
  return <value>p;
}

/** n doubles, in the byte order of the writer. */
function readDoubles(p: usize, n: u32, bigEndian: bool): void {
  if (bigEndian) readElements(p, 8, n);
  else readWords(p, n);
}

function readDoubleArray(n: u32, bigEndian: bool): value {
  if (n == 0) return atom(0);
  if (n > 0x1fffffff || !need(<usize>n << 3)) {
    setProblem(TRUNCATED);
    return UNIT;
  }
  const p = block(n, TAG_DOUBLE_ARRAY);
  if (!p) return UNIT;
  readDoubles(p, n, bigEndian);
  return <value>p;
}

function readDouble(bigEndian: bool): value {
  if (!need(8)) return UNIT;
  const p = block(1, TAG_DOUBLE);
  if (!p) return UNIT;
  readDoubles(p, 1, bigEndian);
  return <value>p;
}

/** A code pointer: digest of the code and offset in it. */
function readCodePointer(): value {
  const offset = read32();
  if (!need(16)) return UNIT;
  const digest = at;
  const address = codeAddress(digest, <i32>offset);
  skip(16);
  if (!address) setProblem(CODE_MISMATCH, digest);
  return <value>(<u32>address);
}

/** A pointer into a block of closures. */
function readInfix(): value {
  const offset = read32();
  // The block comes next, and with it its fields; the reference is completed at the end.
  const where = at;
  const v = readItem();
  if (<i32>v & 1 || at == where) {
    setProblem(MALFORMED);
    return UNIT;
  }
  return v + <value>offset;
}

/** The next item. Its fields, if it has any, are pushed to be read later. */
function readItem(): value {
  const code = read8();
  if (code >= 0x80) return scannable(<i32>(code & 15), (code >> 4) & 7);
  if (code >= 0x40) return ofInt(<i64>(code & 63));
  if (code >= 0x20) return readString(code & 31);
  switch (code) {
    case 0x00:
      return ofInt(<i64>(<i8>read8()));
    case 0x01:
      return ofInt(<i64>(<i16>read16()));
    case 0x02:
      return ofInt(<i64>(<i32>read32()));
    case 0x03:
      return ofInt(<i64>read64());
    case 0x04:
      return shared(read8());
    case 0x05:
      return shared(read16());
    case 0x06:
      return shared(read32());
    case 0x14: {
      const offset = read64();
      return shared(offset >> 32 ? 0 : <u32>offset);
    }
    case 0x08: {
      const header = read32();
      return scannable(<i32>(header & 0xff), header >> 10);
    }
    case 0x13: {
      const header = read64();
      const wosize = header >> 10;
      if (wosize > <u64>(end - at)) {
        setProblem(TRUNCATED);
        return UNIT;
      }
      return scannable(<i32>(header & 0xff), <u32>wosize);
    }
    case 0x09:
      return readString(read8());
    case 0x0a:
      return readString(read32());
    case 0x15:
      return readString(readSize64());
    case 0x0c:
      return readDouble(false);
    case 0x0b:
      return readDouble(true);
    case 0x0e:
      return readDoubleArray(read8(), false);
    case 0x0d:
      return readDoubleArray(read8(), true);
    case 0x07:
      return readDoubleArray(read32(), false);
    case 0x0f:
      return readDoubleArray(read32(), true);
    case 0x17:
      return readDoubleArray(readSize64(), false);
    case 0x16:
      return readDoubleArray(readSize64(), true);
    case 0x10:
      return readCodePointer();
    case 0x11:
      return readInfix();
    case 0x18:
    case 0x19: {
      const p = readCustom(code == 0x18);
      if (!p) return UNIT;
      number(p);
      return <value>p;
    }
    default:
      setProblem(MALFORMED);
      return UNIT;
  }
}

/** Objects get fresh identities: their second field, as soon as it is read. */
function refreshObject(p: usize): void {
  const id = load<i64>(CELL_OBJECT_ID);
  store<i64>(CELL_OBJECT_ID, id + 1);
  if (<i64>(field(p, 1) >> 1) >= 0) initField(p, 1, ofInt(id));
}

function readAll(): value {
  const root = readItem();
  while (stackTop > stackBase && !problem) {
    const destination = load<usize>(stackTop - 8);
    const count = load<i32>(stackTop - 8, 4) - 1;
    if (count == 0) stackTop -= 8;
    else {
      store<usize>(stackTop - 8, destination + WORD);
      store<i32>(stackTop - 8, count, 4);
    }
    store<value>(destination, readItem());
  }
  stackTop = stackBase;
  return root;
}

/** Raise what went wrong in the function of that name. */
function raiseProblem(reader: string): value {
  switch (problem) {
    case TRUNCATED:
      return failwith("input_value: truncated object");
    case MEMORY:
      return raiseOutOfMemory();
    case CODE_MISMATCH:
      return failUnknownCode(problemAt);
    case UNKNOWN_CUSTOM:
      return failwithParts(reader, ": unknown custom block identifier ", problemAt, lengthOfName(problemAt));
    default:
      return failwithParts(reader, ": ill-formed message", 0, 0);
  }
}

function lengthOfName(p: usize): usize {
  let n: usize = 0;
  while (load<u8>(p + n)) n++;
  return n;
}

const HEX_DIGITS: usize = memory.data<u8>([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 65, 66, 67, 68, 69, 70]);
const digestText: usize = memory.data(32);

function failUnknownCode(digest: usize): value {
  for (let i: usize = 0; i < 16; i++) {
    const byte = <usize>load<u8>(digest + i);
    store<u8>(digestText + 2 * i, load<u8>(HEX_DIGITS + (byte >> 4)));
    store<u8>(digestText + 2 * i, load<u8>(HEX_DIGITS + (byte & 15)), 1);
  }
  return failwithParts("input_value: unknown code module ", "", digestText, 32);
}

/** Sizes from a header, in SCRATCH-like cells. */
let headerLength: i32 = 0;
let dataLength: u64 = 0;
let uncompressedLength: u64 = 0;
let compressed: bool = false;

/** A number in base 128, most significant first. */
function readVariable(): u64 {
  let n: u64 = 0;
  let byte: u32;
  do {
    byte = read8();
    if (n >> 57) {
      setProblem(MALFORMED);
      return 0;
    }
    n = (n << 7) | (byte & 0x7f);
  } while (byte & 0x80 && !problem);
  return n;
}

/** Read the header at `at`. false: it is none. */
function readHeader(): bool {
  const start = at;
  const magic = read32();
  compressed = false;
  if (magic == MAGIC_SMALL) {
    dataLength = read32();
    read32();
    read32();
    read32();
  } else if (magic == MAGIC_BIG) {
    read32();
    dataLength = read64();
    read64();
    read64();
  } else if (magic == MAGIC_COMPRESSED) {
    compressed = true;
    headerLength = <i32>(read8() & 0x3f);
    dataLength = readVariable();
    uncompressedLength = readVariable();
    readVariable();
    readVariable();
    readVariable();
    continueInput(min(start + <usize>headerLength, end), end);
  } else {
    return false;
  }
  headerLength = <i32>(at - start);
  return !problem;
}

/**
 * The number of bytes after a header that the value takes, given the first bytes of it: for readers of channels.
 * -1: not a header; -2: more bytes are needed to tell.
 */
export function marshalledLength(p: usize, available: usize): f64 {
  openInput(p, p + available);
  if (!readHeader()) return problem == TRUNCATED ? -2 : -1;
  return <f64>headerLength + <f64>dataLength;
}
export function marshalled_length(p: usize, available: usize): f64 {
  return marshalledLength(p, available);
}

/** The value marshalled in the `length` bytes of off-heap memory at p, read for `reader`; 0: raised. */
export function internFromMemory(p: usize, length: usize, reader: string): value {
  openInput(p, p + length);
  objectCount = 0;
  if (!readHeader()) {
    return problem ? failwith("input_value: truncated object") : failwithParts(reader, ": bad object", 0, 0);
  }
  if (<u64>(end - at) < dataLength) return failwithParts(reader, ": bad length", 0, 0);
  continueInput(at, at + <usize>dataLength);
  let buffer: usize = 0;
  if (compressed) {
    if (uncompressedLength > 0xf0000000) return raiseOutOfMemory();
    buffer = memAlloc(<usize>uncompressedLength);
    if (!buffer) return raiseOutOfMemory();
    if (zstdDecompress(at, <i32>dataLength, buffer, <i32>uncompressedLength) != <i32>uncompressedLength) {
      memFree(buffer);
      return failwithParts(reader, ": decompression error", 0, 0);
    }
    continueInput(buffer, buffer + <usize>uncompressedLength);
  }
  let v = readAll();
  finishObjects();
  if (problem) v = raiseProblem(reader);
  memFree(buffer);
  if (objectCapacity > 1 << 16) {
    memFree(objects);
    objects = 0;
    objectCapacity = 0;
  }
  return v;
}

function finishObjects(): void {
  if (problem) return;
  for (let i = 0; i < objectCount; i++) {
    const p = load<usize>(objects + (<usize>i << 2));
    if (load<u8>(p - WORD) == <u8>TAG_OBJECT) refreshObject(p);
  }
}

/** For the host: 1 with the value in CELL_RESULT, or 0. */
export function intern_for_host(p: usize, length: usize): i32 {
  const v = internFromMemory(p, length, "input_val_from_block");
  if (!v) return 0;
  store<value>(CELL_RESULT, v);
  return 1;
}

/** A copy of the bytes of s from `offset`, off the heap, since reading must not see them move. */
export function caml_input_value_from_bytes(s: value, offset: value): value {
  const start = <usize>toInt(offset);
  const length = <usize>stringLength(<usize>s) - start;
  const copy = memAlloc(length);
  if (!copy) return raiseOutOfMemory();
  memory.copy(copy, <usize>s + start, length);
  const v = internFromMemory(copy, length, "input_val_from_string");
  memFree(copy);
  return v;
}

export function caml_marshal_data_size(s: value, offset: value): value {
  const p = <usize>s + <usize>toInt(offset);
  const length = marshalledLength(p, 64);
  if (length == -1) return failwith("Marshal.data_size: bad object");
  // What follows Marshal.header_size, which is 16.
  return ofInt(<i64>length - 16);
}
