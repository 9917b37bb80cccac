/**
 * Reading marshalled data (runtime/intern.c). The whole value is built in the major heap, so nothing moves meanwhile;
 * every read is checked against the end of the input.
 */
import {
  CELL_OBJECT_ID,
  CELL_RESULT,
  TAG_CLOSURE,
  TAG_CONT,
  TAG_DOUBLE,
  TAG_DOUBLE_ARRAY,
  TAG_FORCING,
  TAG_INFIX,
  TAG_NO_SCAN,
  TAG_OBJECT,
  TAG_STRING,
  WORD,
} from "../layout";
import { failwith, failwithParts, raiseOutOfMemory } from "./fail";
import { allocShr, collectEverything, memAllocOrCollect } from "./gc/alloc";
import { memFree, memResize } from "./gc/malloc";
import { popRoot, pushRoot } from "./roots";
import { beginClosures, goodClosures, goodInfixes, infixPointer } from "./intern-closures";
import { readCustom } from "./intern-custom";
import { compressed, dataLength, marshalledLength, readHeader, uncompressedLength } from "./intern-header";
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
import { atom, field, initField, isInt, ofInt, stringLength, tag, toInt, UNIT, value, wosize } from "./values";

/** Decompress zstd data. The number of bytes written, or -1. */
@external("host", "zstd_decompress")
declare function zstdDecompress(from: usize, length: i32, to: usize, capacity: i32): i32;
/** The biased address of offset `offset` in the code with the 16-byte digest at `digest`; 0: there is none. */
@external("host", "code_address")
declare function codeAddress(digest: usize, offset: i32): i32;

/** Blocks by number, for sharing: i32 addresses. */
let objects: usize = 0;
let objectCount: i32 = 0;
let objectCapacity: i32 = 0;
/** Items that are still to be read; each takes at least one byte. */
let owed: u64 = 0;
/** Where they go: [address of the next field, how many]. */
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

/** The block with a number: counted from the last one, in compressed data from the first. */
function shared(offset: u32): value {
  const i = compressed ? offset : <u32>objectCount - offset;
  if (i >= <u32>objectCount) {
    setProblem(MALFORMED);
    return UNIT;
  }
  return <value>load<usize>(objects + (<usize>i << 2));
}

/** A block with scannable fields: they are read later. */
function scannable(tag: i32, wosize: u32): value {
  if (tag == TAG_CONT || tag == TAG_INFIX || tag >= TAG_NO_SCAN || (wosize == 0 && tag >= TAG_FORCING)) {
    setProblem(MALFORMED);
    return UNIT;
  }
  if (wosize == 0) return atom(tag);
  owed += wosize;
  if (owed > <u64>(end - at)) {
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
  if (address) return <value>(<u32>address);
  setProblem(CODE_MISMATCH, digest);
  return UNIT;
}

const CODE_INFIX: u32 = 0x11;

/** A pointer into a block of closures, which comes next. */
function readInfix(): value {
  const offset = read32();
  const nested = need(1) && load<u8>(at) == CODE_INFIX;
  const v = nested ? UNIT : infixPointer(readItem(), offset);
  if (v > UNIT) return v;
  setProblem(MALFORMED);
  return UNIT;
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
      return shared(offset >> 32 ? u32.MAX_VALUE : <u32>offset);
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
    case CODE_INFIX:
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

/** Objects get fresh identities: their second field. false: it is no object. */
function refreshObject(p: usize): bool {
  if (wosize(p) < 2 || !isInt(field(p, 1))) return false;
  const id = load<i64>(CELL_OBJECT_ID);
  store<i64>(CELL_OBJECT_ID, id + 1);
  if (toInt(field(p, 1)) >= 0) initField(p, 1, ofInt(id));
  return true;
}

function readAll(): value {
  objectCount = 0;
  owed = 0;
  beginClosures();
  const root = readItem();
  while (stackTop > stackBase && !problem) {
    owed--;
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

/** The value marshalled in the `length` bytes of off-heap memory at p, read for `reader`; 0: raised. */
export function internFromMemory(p: usize, length: usize, reader: string): value {
  openInput(p, p + length);
  if (!readHeader()) {
    return problem ? failwith("input_value: truncated object") : failwithParts(reader, ": bad object", 0, 0);
  }
  if (<u64>(end - at) < dataLength) return failwithParts(reader, ": bad length", 0, 0);
  continueInput(at, at + <usize>dataLength);
  let buffer: usize = 0;
  if (compressed) {
    if (uncompressedLength > 0xf0000000) return raiseOutOfMemory();
    buffer = memAllocOrCollect(<usize>uncompressedLength);
    if (!buffer) return raiseOutOfMemory();
    if (zstdDecompress(at, <i32>dataLength, buffer, <i32>uncompressedLength) != <i32>uncompressedLength) {
      memFree(buffer);
      return failwithParts(reader, ": decompression error", 0, 0);
    }
    continueInput(buffer, buffer + <usize>uncompressedLength);
  }
  const from = at;
  const to = end;
  let v = readAll();
  if (problem == MEMORY) {
    collectEverything();
    openInput(from, to);
    v = readAll();
  }
  finishBlocks();
  if (problem) v = raiseProblem(reader);
  memFree(buffer);
  if (objectCapacity > 1 << 16) {
    memFree(objects);
    objects = 0;
    objectCapacity = 0;
  }
  return v;
}

/** Check closures, and give objects their identities. */
function finishBlocks(): void {
  if (problem) return;
  let good = true;
  for (let i = 0; good && i < objectCount; i++) {
    const p = load<usize>(objects + (<usize>i << 2));
    const t = tag(p);
    if (t == TAG_OBJECT) good = refreshObject(p);
    else if (t == TAG_CLOSURE) good = goodClosures(p);
  }
  if (!good || !goodInfixes()) setProblem(MALFORMED);
}

/** For the host: 1 with the value in CELL_RESULT, or 0. */
export function intern_for_host(p: usize, length: usize): i32 {
  const v = internFromMemory(p, length, "input_val_from_block");
  if (!v) return 0;
  store<value>(CELL_RESULT, v);
  return 1;
}

/** How many bytes of the string s there are from `offset` on; 0 if it is not inside. */
function bytesFrom(s: value, offset: value): usize {
  const length = <i64>stringLength(<usize>s);
  const start = toInt(offset);
  return start < 0 || start > length ? 0 : <usize>(length - start);
}

/** A copy of the bytes of s from `offset`, off the heap, since reading must not see them move. */
export function caml_input_value_from_bytes(s: value, offset: value): value {
  const length = bytesFrom(s, offset);
  pushRoot(s);
  const copy = memAllocOrCollect(length);
  s = popRoot();
  if (!copy) return raiseOutOfMemory();
  if (length) memory.copy(copy, <usize>s + <usize>toInt(offset), length);
  const v = internFromMemory(copy, length, "input_val_from_string");
  memFree(copy);
  return v;
}

export function caml_marshal_data_size(s: value, offset: value): value {
  const length = marshalledLength(<usize>s + <usize>toInt(offset), bytesFrom(s, offset));
  if (length < 0) return failwith("Marshal.data_size: bad object");
  // What follows Marshal.header_size, which is 16.
  return ofInt(<i64>length - 16);
}
