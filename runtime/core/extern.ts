/**
 * Marshalling (runtime/extern.c): bytes are those that ocamlrun writes. Output grows in off-heap memory; the heap is not
 * touched, so nothing moves.
 */
import {

  CUSTOM_INT32,
  CUSTOM_INT64,
  CUSTOM_NATIVEINT,
  HEADER_COLOUR_SHIFT,
  HEADER_WOSIZE_SHIFT,
  SCRATCH,
  TAG_ABSTRACT,
  TAG_CLOSURE,
  TAG_CONT,
  TAG_CUSTOM,
  TAG_DOUBLE,
  TAG_DOUBLE_ARRAY,
  TAG_FORCING,
  TAG_FORWARD,
  TAG_INFIX,
  TAG_LAZY,
  TAG_STRING,
  WORD,
} from "../layout";
import { failwith, invalidArg, raiseOutOfMemory } from "./fail";
import { memAlloc, memFree, memResize } from "./gc/malloc";
import { NOT_MARKABLE } from "./gc/state";
import { allocString } from "./strings";
import {
  customKind,
  field,
  header,
  headerTag,
  headerWosize,
  isInt,
  ofInt,
  stringLength,
  tag,
  toInt,
  toInt32,
  value,
} from "./values";

/** Offset of a biased code address in its code fragment, whose digest goes to SCRATCH; -1: there is none. */
@external("host", "code_fragment")
declare function codeFragment(pc: usize): i32;

const NO_SHARING: i32 = 1;
const CLOSURES: i32 = 2;
const COMPAT_32: i32 = 4;

const SMALL_HEADER: usize = 20;
const BIG_HEADER: usize = 32;

let flags: i32 = 0;
/** Output; the first BIG_HEADER bytes are left for the header. */
let base: usize = 0;
let at: usize = 0;
let limit: usize = 0;
/** Blocks written so far, and the sizes of the value in words of 32- and 64-bit machines. */
let count: i32 = 0;
let size32: u64 = 0;
let size64: u64 = 0;
/** Where each block was written: pairs (address, number), an open hash table; address 0 is empty. */
let table: usize = 0;
let tableMask: u32 = 0;
/** Fields still to be written: [address, how many]. */
let stackBase: usize = 0;
let stackTop: usize = 0;
let stackEnd: usize = 0;
/** The error that was raised; 0 none. */
let failed: bool = false;

function outOfMemory(): void {
  raiseOutOfMemory();
  failed = true;
}
function invalid(message: string): void {
  invalidArg(message);
  failed = true;
}

// ---- Output -----------------------------------------------------------------------------------------------------------

function room(n: usize): bool {
  if (limit - at >= n) return true;
  const size = max(2 * (limit - base), limit - base + n);
  const p = memResize(base, size);
  if (!p) {
    outOfMemory();
    return false;
  }
  at = p + (at - base);
  base = p;
  limit = p + size;
  return true;
}
function write8(x: u32): void {
  if (!room(1)) return;
  store<u8>(at, <u8>x);
  at += 1;
}
function code8(code: u32, x: u32): void {
  if (!room(2)) return;
  store<u8>(at, <u8>code);
  store<u8>(at, <u8>x, 1);
  at += 2;
}
function code16(code: u32, x: u32): void {
  if (!room(3)) return;
  store<u8>(at, <u8>code);
  store<u16>(at, bswap<u16>(<u16>x), 1);
  at += 3;
}
function write32(x: u32): void {
  if (!room(4)) return;
  store<u32>(at, bswap<u32>(x));
  at += 4;
}
function write64(x: u64): void {
  if (!room(8)) return;
  store<u64>(at, bswap<u64>(x));
  at += 8;
}
function code32(code: u32, x: u32): void {
  write8(code);
  write32(x);
}
function code64(code: u32, x: u64): void {
  write8(code);
  write64(x);
}
function writeBytes(p: usize, n: usize): void {
  if (!room(n)) return;
  memory.copy(at, p, n);
  at += n;
}

// ---- Sharing ------------------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline function hashOf(p: usize): u32 {
  return (<u32>(p >> 3) * 0x9e3779b1) >> 7;
}

/** The number of the block at p, or -1. */
function lookup(p: usize): i32 {
  let h = hashOf(p) & tableMask;
  while (true) {
    const e = table + (<usize>h << 3);
    const q = load<usize>(e);
    if (q == p) return load<i32>(e, 4);
    if (q == 0) return -1;
    h = (h + 1) & tableMask;
  }
  return -1;
}
function insert(p: usize, n: i32): void {
  let h = hashOf(p) & tableMask;
  while (load<usize>(table + (<usize>h << 3)) != 0) h = (h + 1) & tableMask;
  store<usize>(table + (<usize>h << 3), p);
  store<i32>(table + (<usize>h << 3), n, 4);
}
function newTable(size: u32): bool {
  const p = memAlloc(<usize>size << 3);
  if (!p) {
    outOfMemory();
    return false;
  }
  memory.fill(p, 0, <usize>size << 3);
  table = p;
  tableMask = size - 1;
  return true;
}
/** Number the block at p. */
function record(p: usize): void {
  if (!(flags & NO_SHARING)) {
    if (<u32>count * 2 > tableMask) {
      const old = table;
      const size = tableMask + 1;
      if (!newTable(2 * size)) return;
      for (let i: u32 = 0; i < size; i++) {
        const e = old + (<usize>i << 3);
        if (load<usize>(e)) insert(load<usize>(e), load<i32>(e, 4));
      }
      memFree(old);
    }
    insert(p, count);
  }
  count++;
}

// ---- Values ---------------------------------------------------------------------------------------------------------------

function writeInt(n: i64): void {
  if (n >= 0 && n < 0x40) write8(0x40 + <u32>n);
  else if (n >= -128 && n < 128) code8(0x00, <u32>n);
  else if (n >= -32768 && n < 32768) code16(0x01, <u32>n);
  else if (n < -(<i64>1 << 30) || n >= <i64>1 << 30) {
    if (flags & COMPAT_32) {
      failwith("output_value: integer cannot be read back on 32-bit platform");
      failed = true;
    } else code64(0x03, <u64>n);
  } else code32(0x02, <u32>n);
}

function writeShared(distance: u32): void {
  if (distance < 0x100) code8(0x04, distance);
  else if (distance < 0x10000) code16(0x05, distance);
  else code32(0x06, distance);
}

function writeHeader(wosize: u32, t: u32): void {
  if (t < 16 && wosize < 8) {
    write8(0x80 + t + (wosize << 4));
    return;
  }
  // As in extern.c, with the colour of static data.
  const h = (<u64>wosize << HEADER_WOSIZE_SHIFT) | <u64>(NOT_MARKABLE << HEADER_COLOUR_SHIFT) | <u64>t;
  if (h >> 32) {
    if (flags & COMPAT_32) {
      failwith("output_value: array cannot be read back on 32-bit platform");
      failed = true;
    } else code64(0x13, h);
  } else code32(0x08, <u32>h);
}

function writeString(p: usize): void {
  const n = <u32>stringLength(p);
  if (n < 0x20) write8(0x20 + n);
  else if (n < 0x100) code8(0x09, n);
  else {
    if (n > 0xffffff && flags & COMPAT_32) {
      failwith("output_value: string cannot be read back on 32-bit platform");
      failed = true;
    }
    code32(0x0a, n);
  }
  writeBytes(p, n);
  size32 += 1 + (n + 4) / 4;
  size64 += 1 + (n + 8) / 8;
  record(p);
}

function writeDoubles(p: usize, n: u32): void {
  if (n < 0x100) code8(0x0e, n);
  else code32(0x07, n);
  writeBytes(p, <usize>n << 3);
  size32 += 1 + 2 * <u64>n;
  size64 += 1 + <u64>n;
  record(p);
}

function writeCustom(p: usize): void {
  const n = load<i64>(p, WORD);
  let bytes32: u64 = 4;
  let bytes64: u64 = 8;
  switch (customKind(p)) {
    case CUSTOM_INT32:
      code8(0x19, 95);
      code8(105, 0);
      write32(<u32>n);
      bytes64 = 4;
      break;
    case CUSTOM_INT64:
      code8(0x19, 95);
      code8(106, 0);
      write64(<u64>n);
      bytes32 = 8;
      break;
    case CUSTOM_NATIVEINT:
      code8(0x19, 95);
      code8(110, 0);
      if (n >= -(<i64>1 << 31) && n < <i64>1 << 31) code32(1, <u32>n);
      else {
        if (flags & COMPAT_32) {
          failwith("output_value: native integer cannot be read back on 32-bit platform");
          failed = true;
        }
        code64(2, <u64>n);
      }
      break;
    default:
      invalid("output_value: abstract value (Custom)");
      return;
  }
  size32 += 2 + ((bytes32 + 3) >> 2);
  size64 += 2 + ((bytes64 + 7) >> 3);
  record(p);
}

function push(p: usize, n: i32): void {
  if (stackTop == stackEnd) {
    const size = max<usize>(1 << 14, 2 * (stackEnd - stackBase));
    const q = memResize(stackBase, size);
    if (!q) {
      outOfMemory();
      return;
    }
    stackTop = q + (stackTop - stackBase);
    stackBase = q;
    stackEnd = q + size;
  }
  store<usize>(stackTop, p);
  store<i32>(stackTop, n, 4);
  stackTop += 8;
}

/** A block of closures: code addresses and closinfo words first, then the environment. */
function writeClosure(p: usize, wosize: u32): void {
  if (!(flags & CLOSURES)) {
    invalid("output_value: functional value");
    return;
  }
  writeHeader(wosize, TAG_CLOSURE);
  size32 += 1 + <u64>wosize;
  size64 += 1 + <u64>wosize;
  record(p);
  const startOfEnv = <u32>((load<u64>(p, WORD) << 8) >> 9);
  let i: u32 = 0;
  while (i < startOfEnv && !failed) {
    writeCodePointer(load<usize>(p + (<usize>i << 3)));
    const info = load<i64>(p + (<usize>(i + 1) << 3));
    writeInt(info >> 1);
    i += 2;
    if (i < startOfEnv) {
      // The header of the next closure.
      writeInt(load<i64>(p + (<usize>i << 3)) >> 1);
      i += 1;
    }
  }
  if (startOfEnv < wosize) push(p + (<usize>startOfEnv << 3), <i32>(wosize - startOfEnv));
}

function writeCodePointer(pc: usize): void {
  const offset = codeFragment(pc);
  if (offset < 0) {
    invalid("output_value: abstract value (outside heap)");
    return;
  }
  code32(0x10, <u32>offset);
  writeBytes(SCRATCH, 16);
}

/** Whether a forward block to f must stay: f could be mistaken for the forwarded value. */
function keepForward(f: value): bool {
  if (isInt(f)) return false;
  const t = tag(<usize>f);
  return t == TAG_FORWARD || t == TAG_LAZY || t == TAG_FORCING || t == TAG_DOUBLE;
}

function writeValue(v: value): void {
  while (!isInt(v) && tag(<usize>v) == TAG_FORWARD && !keepForward(field(<usize>v, 0))) v = field(<usize>v, 0);
  if (isInt(v)) {
    writeInt(toInt(v));
    return;
  }
  let p = <usize>v;
  let h = header(p);
  if (headerTag(h) == TAG_INFIX) {
    const offset = <u32>headerWosize(h) * WORD;
    code32(0x11, offset);
    p -= offset;
    h = header(p);
  }
  const t = headerTag(h);
  const wosize = <u32>headerWosize(h);
  if (wosize == 0) {
    writeHeader(0, t);
    return;
  }
  if (!(flags & NO_SHARING)) {
    const n = lookup(p);
    if (n >= 0) {
      writeShared(<u32>(count - n));
      return;
    }
  }
  switch (t) {
    case TAG_STRING:
      writeString(p);
      return;
    case TAG_DOUBLE:
      write8(0x0c);
      writeBytes(p, 8);
      size32 += 3;
      size64 += 2;
      record(p);
      return;
    case TAG_DOUBLE_ARRAY:
      writeDoubles(p, wosize);
      return;
    case TAG_ABSTRACT:
      invalid("output_value: abstract value (Abstract)");
      return;
    case TAG_CUSTOM:
      writeCustom(p);
      return;
    case TAG_CONT:
      invalid("output_value: continuation value");
      return;
    case TAG_CLOSURE:
      writeClosure(p, wosize);
      return;
    default:
      writeHeader(wosize, t);
      size32 += 1 + <u64>wosize;
      size64 += 1 + <u64>wosize;
      record(p);
      push(p, <i32>wosize);
  }
}

/** Put the header before the data; the address of the whole. */
function prependHeader(): usize {
  const length = <u64>(at - base - BIG_HEADER);
  if (length >> 32 || size32 >> 32 || size64 >> 32) {
    const p = base;
    store<u32>(p, bswap<u32>(0x8495a6bf));
    store<u32>(p, 0, 4);
    store<u64>(p, bswap<u64>(length), 8);
    store<u64>(p, bswap<u64>(<u64>count), 16);
    store<u64>(p, bswap<u64>(size64), 24);
    return p;
  }
  const p = base + BIG_HEADER - SMALL_HEADER;
  store<u32>(p, bswap<u32>(0x8495a6be));
  store<u32>(p, bswap<u32>(<u32>length), 4);
  store<u32>(p, bswap<u32>(<u32>count), 8);
  store<u32>(p, bswap<u32>(<u32>size32), 12);
  store<u32>(p, bswap<u32>(<u32>size64), 16);
  return p;
}

/** Marshal v with a list of Marshal.extern_flags. The address of the result in the buffer; 0: raised. */
function externalize(v: value, flagList: value): usize {
  flags = 0;
  for (let l = flagList; !isInt(l); l = field(<usize>l, 1)) flags |= 1 << toInt32(field(<usize>l, 0));
  count = 0;
  size32 = 0;
  size64 = 0;
  failed = false;
  stackTop = stackBase;
  base = memAlloc(4096);
  if (!base) {
    raiseOutOfMemory();
    return 0;
  }
  limit = base + 4096;
  at = base + BIG_HEADER;
  if (!newTable(1024)) return 0;
  writeValue(v);
  while (stackTop > stackBase && !failed) {
    const p = load<usize>(stackTop - 8);
    const left = load<i32>(stackTop - 8, 4) - 1;
    if (left == 0) stackTop -= 8;
    else {
      store<usize>(stackTop - 8, p + WORD);
      store<i32>(stackTop - 8, left, 4);
    }
    writeValue(load<value>(p));
  }
  memFree(table);
  if (failed) {
    memFree(base);
    return 0;
  }
  return prependHeader();
}

export function caml_output_value_to_bytes(v: value, flagList: value): value {
  const start = externalize(v, flagList);
  if (!start) return 0;
  const n = at - start;
  const p = allocString(<i32>n);
  if (p) memory.copy(p, start, n);
  memFree(base);
  return p ? <value>p : raiseOutOfMemory();
}
export { caml_output_value_to_bytes as caml_output_value_to_string };

/** (buffer, offset, length, value, flags): the number of bytes written. */
export function caml_output_value_to_buffer(buffer: value, offset: value, length: value, v: value, flagList: value): value {
  const start = externalize(v, flagList);
  if (!start) return 0;
  const n = at - start;
  if (<i64>n > toInt(length)) {
    memFree(base);
    return failwith("Marshal.to_buffer: buffer overflow");
  }
  memory.copy(<usize>buffer + <usize>toInt(offset), start, n);
  memFree(base);
  return ofInt(<i64>n);
}

/** For the host: the marshalled form of the word at p, to be freed with mem_free; 0: raised. */
export function extern_for_host(p: usize, flagList: usize): usize {
  const start = externalize(load<value>(p), load<value>(flagList));
  if (!start) return 0;
  // The allocation starts before the header.
  memory.copy(base, start, at - start);
  at -= start - base;
  return base;
}
export function extern_length(): usize {
  return at - base;
}
