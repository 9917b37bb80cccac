/**
 * Marshalling (runtime/extern.c): bytes are those that ocamlrun writes. Output grows in off-heap memory; the heap is not
 * touched, so nothing moves.
 */
import {
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
import { writeCustom } from "./extern-custom";
import {
  addSizes,
  code16,
  code32,
  code64,
  code8,
  COMPAT_32,
  detachOutput,
  failed,
  flags,
  freeOutput,
  incompatible,
  invalid,
  openOutput,
  outOfMemory,
  outputEnd,
  outputExhausted,
  outputLength,
  prependHeader,
  write8,
  writeBytes,
} from "./extern-output";
import { failwith, raiseOutOfMemory } from "./fail";
import { collectEverything } from "./gc/alloc";
import { NOT_MARKABLE } from "./gc/state";
import { dropRoots, popRoot, pushRoot, root } from "./roots";
import { allocString } from "./strings";
import { beginTraversal, endTraversal, hasFields, nextField, numberOf, pushFields, setNumber, startOfEnvironment } from "./traversal";
import { field, header, headerTag, headerWosize, isInt, ofInt, stringLength, tag, toInt, toInt32, value } from "./values";

/** Offset of a biased code address in its code fragment, whose digest goes to SCRATCH; -1: there is none. */
@external("host", "code_fragment")
declare function codeFragment(pc: usize): i32;

const NO_SHARING: i32 = 1;
const CLOSURES: i32 = 2;

/** Blocks written so far. */
let count: i32 = 0;

/** Number the block at p, unless nothing is shared. */
function record(p: usize): void {
  if (flags & NO_SHARING) return;
  if (!setNumber(p, count)) outOfMemory();
  count++;
}

// ---- Values ---------------------------------------------------------------------------------------------------------------

function writeInt(n: i64): void {
  if (n >= 0 && n < 0x40) write8(0x40 + <u32>n);
  else if (n >= -128 && n < 128) code8(0x00, <u32>n);
  else if (n >= -32768 && n < 32768) code16(0x01, <u32>n);
  else if (n < -(<i64>1 << 30) || n >= <i64>1 << 30) {
    if (flags & COMPAT_32) incompatible("output_value: integer cannot be read back on 32-bit platform");
    else code64(0x03, <u64>n);
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
    if (flags & COMPAT_32) incompatible("output_value: array cannot be read back on 32-bit platform");
    else code64(0x13, h);
  } else code32(0x08, <u32>h);
}

function writeString(p: usize): void {
  const n = <u32>stringLength(p);
  if (n < 0x20) write8(0x20 + n);
  else if (n < 0x100) code8(0x09, n);
  else {
    if (n > 0xfffffb && flags & COMPAT_32) incompatible("output_value: string cannot be read back on 32-bit platform");
    code32(0x0a, n);
  }
  writeBytes(p, n);
  addSizes(1 + (n + 4) / 4, 1 + (n + 8) / 8);
  record(p);
}

function writeDoubles(p: usize, n: u32): void {
  if (n < 0x100) code8(0x0e, n);
  else {
    if (n > 0x1fffff && flags & COMPAT_32) incompatible("output_value: float array cannot be read back on 32-bit platform");
    code32(0x07, n);
  }
  writeBytes(p, <usize>n << 3);
  addSizes(1 + 2 * <u64>n, 1 + <u64>n);
  record(p);
}

function push(p: usize, n: i32): void {
  if (!pushFields(p, n)) outOfMemory();
}

/** A block of closures: code addresses and closinfo words first, then the environment. */
function writeClosure(p: usize, wosize: u32): void {
  if (!(flags & CLOSURES)) {
    invalid("output_value: functional value");
    return;
  }
  writeHeader(wosize, TAG_CLOSURE);
  addSizes(1 + <u64>wosize, 1 + <u64>wosize);
  record(p);
  const startOfEnv = <u32>startOfEnvironment(p);
  let i: u32 = 0;
  while (i < startOfEnv && !failed) {
    writeCodePointer(load<usize>(p + (<usize>i << 3)));
    // Without the number of arguments, which only closures with native code have.
    const info = (load<i64>(p + (<usize>(i + 1) << 3)) << 8) >> 8;
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
    const n = numberOf(p);
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
      addSizes(3, 2);
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
      record(p);
      return;
    case TAG_CONT:
      invalid("output_value: continuation value");
      return;
    case TAG_CLOSURE:
      writeClosure(p, wosize);
      return;
    default:
      writeHeader(wosize, t);
      addSizes(1 + <u64>wosize, 1 + <u64>wosize);
      record(p);
      push(p, <i32>wosize);
  }
}

/**
 * Marshal v with a list of Marshal.extern_flags. The address of the result, to be freed with freeOutput; 0: raised. May
 * collect.
 */
function externalize(v: value, flagList: value): usize {
  pushRoot(v);
  pushRoot(flagList);
  let start = tryToExternalize(v, flagList);
  if (outputExhausted) {
    collectEverything();
    start = tryToExternalize(root(1), root(0));
  }
  dropRoots(2);
  return start;
}

function tryToExternalize(v: value, flagList: value): usize {
  let wanted = 0;
  for (let l = flagList; !isInt(l); l = field(<usize>l, 1)) wanted |= 1 << toInt32(field(<usize>l, 0));
  count = 0;
  openOutput(wanted);
  if (failed) return 0;
  if (beginTraversal()) writeValue(v);
  else outOfMemory();
  while (hasFields() && !failed) writeValue(nextField());
  endTraversal();
  const start = failed ? 0 : prependHeader(count);
  if (failed) freeOutput();
  return failed ? 0 : start;
}

export function caml_output_value_to_bytes(v: value, flagList: value): value {
  const start = externalize(v, flagList);
  if (!start) return 0;
  const n = outputEnd() - start;
  const p = allocString(<i32>n);
  if (p) memory.copy(p, start, n);
  freeOutput();
  return p ? <value>p : raiseOutOfMemory();
}
export { caml_output_value_to_bytes as caml_output_value_to_string };

/** (buffer, offset, length, value, flags): the number of bytes written. */
export function caml_output_value_to_buffer(buffer: value, offset: value, length: value, v: value, flagList: value): value {
  pushRoot(buffer);
  const start = externalize(v, flagList);
  buffer = popRoot();
  if (!start) return 0;
  const n = outputEnd() - start;
  const fits = <i64>n <= toInt(length);
  if (fits) memory.copy(<usize>buffer + <usize>toInt(offset), start, n);
  freeOutput();
  return fits ? ofInt(<i64>n) : failwith("Marshal.to_buffer: buffer overflow");
}

/** The marshalled form of v off the heap, to be freed with memFree; 0: raised. */
export function externToMemory(v: value, flagList: value): usize {
  const start = externalize(v, flagList);
  return start ? detachOutput(start) : 0;
}
export { outputLength as externLength };
