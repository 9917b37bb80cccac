/**
 * Buffered channels (runtime/io.c). A channel is an off-heap structure (CHANNEL_* in layout.ts) with its buffer; its
 * value is a custom block whose word 1 is the structure's address. The host is called only to fill or to empty a buffer.
 *
 * A closed channel has a buffer of one byte without room or contents, so that the next access goes to the host, which
 * refuses descriptor -1.
 */
import {
  CELL_EXN,
  CELL_SP,
  CHANNEL_BUFFER,
  CHANNEL_BUFFER_SIZE,
  CHANNEL_COMPILED,
  CHANNEL_CURR,
  CHANNEL_END,
  CHANNEL_FD,
  CHANNEL_FLAGS,
  CHANNEL_MAX,
  CHANNEL_NEXT,
  CHANNEL_OFFSET,
  CHANNEL_PREVIOUS,
  CHANNEL_RAW,
  CHANNEL_REFERENCES,
  CHANNEL_SIZE,
  CHANNEL_UNBUFFERED,
  CUSTOM_CHANNEL,
  WORD,
} from "../layout";
import { data as bigarrayData } from "./bigarray";
import { externLength, externToMemory } from "./extern";
import { boundError, failwith, raiseEndOfFile, raiseOutOfMemory } from "./fail";
import { allocCustom, allocSmall, memAllocOrCollect } from "./gc/alloc";
import { memAlloc, memFree } from "./gc/malloc";
import { internFromMemory } from "./intern";
import { marshalledLength } from "./intern-header";
import { copyInt64 } from "./ints";
import { dropRoots, popRoot, pushRoot, root } from "./roots";
import { alloc_string } from "./strings";
import { customData, initField, ofBool, ofInt, ofInt32, stringLength, toInt, toInt32, UNIT, value } from "./values";

/** Read at most n bytes; 0 at the end, -1: raised, or (unless `block`) the primitive is to be called again later. */
@external("host", "channel_read")
declare function hostRead(fd: i32, to: usize, n: i32, block: i32): i32;
/**
 * Write at most n bytes; -1: raised, or (unless `block`) the primitive is to be called again later; -2: raised, and trying
 * again is useless.
 */
@external("host", "channel_write")
declare function hostWrite(fd: i32, from: usize, n: i32, block: i32): i32;
/** Current position, -1 where there are no positions. */
@external("host", "channel_position")
declare function hostPosition(fd: i32): f64;
/** 0: raised. */
@external("host", "channel_seek")
declare function hostSeek(fd: i32, position: f64): i32;
/** -1: raised. */
@external("host", "channel_size")
declare function hostSize(fd: i32): f64;
/** 0: raised. */
@external("host", "channel_close")
declare function hostClose(fd: i32): i32;
/** Whether values can be read from a file that looks like compiled code; 0: raised. */
@external("host", "channel_check")
declare function hostCheck(fd: i32): i32;
/** Complain that a channel dies without being closed; `unflushed`: with data in its buffer. */
@external("host", "channel_warning")
declare function hostWarning(channel: usize, unflushed: i32): void;

const NEWLINE: u32 = 10;
/** Buffer of every closed channel. */
const closedBuffer: usize = memory.data(1);
/** Newest channel, or 0. */
let channels: usize = 0;

// ---- The structure ------------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline function channelOf(v: value): usize {
  return load<usize>(customData(<usize>v));
}
// @ts-ignore: decorator
@inline function curr(ch: usize): usize {
  return load<usize>(ch, CHANNEL_CURR);
}
// @ts-ignore: decorator
@inline function setCurr(ch: usize, p: usize): void {
  store<usize>(ch, p, CHANNEL_CURR);
}
// @ts-ignore: decorator
@inline function end(ch: usize): usize {
  return load<usize>(ch, CHANNEL_END);
}
// @ts-ignore: decorator
@inline function max(ch: usize): usize {
  return load<usize>(ch, CHANNEL_MAX);
}
// @ts-ignore: decorator
@inline function buffer(ch: usize): usize {
  return load<usize>(ch, CHANNEL_BUFFER);
}
// @ts-ignore: decorator
@inline function fd(ch: usize): i32 {
  return load<i32>(ch, CHANNEL_FD);
}
// @ts-ignore: decorator
@inline function isUnbuffered(ch: usize): bool {
  return <bool>(load<i32>(ch, CHANNEL_FLAGS) & CHANNEL_UNBUFFERED);
}
// @ts-ignore: decorator
@inline function offset(ch: usize): f64 {
  return load<f64>(ch, CHANNEL_OFFSET);
}
function advance(ch: usize, n: i32): void {
  store<f64>(ch, offset(ch) + <f64>n, CHANNEL_OFFSET);
}

/** A value for channel ch. 0: Out_of_memory. */
function wrap(ch: usize): value {
  const p = allocCustom(CUSTOM_CHANNEL, 1, 0);
  if (!p) return raiseOutOfMemory();
  store<u64>(customData(p), <u64>ch);
  return <value>p;
}

function open(descriptor: i32, output: bool): value {
  const ch = memAllocOrCollect(CHANNEL_SIZE);
  const buff = ch ? memAllocOrCollect(CHANNEL_BUFFER_SIZE) : 0;
  if (!buff) {
    memFree(ch);
    return raiseOutOfMemory();
  }
  store<i32>(ch, descriptor, CHANNEL_FD);
  store<i32>(ch, 0, CHANNEL_FLAGS);
  store<f64>(ch, hostPosition(descriptor), CHANNEL_OFFSET);
  setCurr(ch, buff);
  store<usize>(ch, output ? 0 : buff, CHANNEL_MAX);
  store<usize>(ch, buff + CHANNEL_BUFFER_SIZE, CHANNEL_END);
  store<usize>(ch, buff, CHANNEL_BUFFER);
  store<usize>(ch, channels, CHANNEL_NEXT);
  store<usize>(ch, 0, CHANNEL_PREVIOUS);
  store<i32>(ch, 1, CHANNEL_REFERENCES);
  if (channels) store<usize>(channels, ch, CHANNEL_PREVIOUS);
  channels = ch;
  const v = wrap(ch);
  if (!v) discard(ch);
  return v;
}

/** Take a channel off the list and free it. Its descriptor stays as it is. */
function discard(ch: usize): void {
  const next = load<usize>(ch, CHANNEL_NEXT);
  const previous = load<usize>(ch, CHANNEL_PREVIOUS);
  if (previous) store<usize>(previous, next, CHANNEL_NEXT);
  else channels = next;
  if (next) store<usize>(next, previous, CHANNEL_PREVIOUS);
  if (buffer(ch) != closedBuffer) memFree(buffer(ch));
  memFree(ch);
}

/**
 * A value of the channel is dead (caml_finalize_channel). What has not been flushed is kept, since flushing can fail and
 * block: at_exit does it.
 */
export function finalizeChannel(p: usize): void {
  const ch = load<usize>(customData(p));
  const unflushed = max(ch) == 0 && curr(ch) != buffer(ch);
  if (fd(ch) != -1) hostWarning(ch, <i32>unflushed);
  const references = load<i32>(ch, CHANNEL_REFERENCES) - 1;
  store<i32>(ch, references, CHANNEL_REFERENCES);
  if (references <= 0 && !unflushed) discard(ch);
}

// ---- Output -------------------------------------------------------------------------------------------------------------

/** Stop a damaged program that takes something else for a channel, before it goes on for ever. */
function mustBeChannel(ch: usize): void {
  if (end(ch) <= buffer(ch) || curr(ch) < buffer(ch) || curr(ch) > end(ch)) unreachable();
}

/** Write once what is in the buffer: 1 it is empty now, 0 some is left, -1 raised (or to be called again). */
function flushPartial(ch: usize, block: i32): i32 {
  mustBeChannel(ch);
  const buff = buffer(ch);
  const n = <i32>(curr(ch) - buff);
  if (n == 0) return 1;
  const written = hostWrite(fd(ch), buff, n, block);
  if (written < 0) {
    if (written == -2 && fd(ch) != -1) setCurr(ch, buff);
    return -1;
  }
  advance(ch, written);
  const left = <i32>(curr(ch) - buff) - written;
  if (left > 0) memory.copy(buff, buff + written, left);
  setCurr(ch, buff + left);
  return <i32>(left == 0);
}

/** false: raised, or (unless `block`) to be called again. */
function flush(ch: usize, block: i32): bool {
  let done = 0;
  while (done == 0) done = flushPartial(ch, block);
  return done > 0;
}

/** false: raised, or (unless `block`) to be called again. */
function putByte(ch: usize, byte: u32, block: i32): bool {
  if (curr(ch) >= end(ch) && flushPartial(ch, block) < 0) return false;
  store<u8>(curr(ch), <u8>byte);
  setCurr(ch, curr(ch) + 1);
  return true;
}

/**
 * Take over as much as there is room for, writing the buffer when it is full. Number of bytes taken; below 0: raised (or to
 * be called again), and the number is -1 minus this.
 */
function putBlock(ch: usize, p: usize, n: i32, block: i32): i32 {
  const at = curr(ch);
  const free = <i32>(end(ch) - at);
  if (n < free) {
    memory.copy(at, p, n);
    setCurr(ch, at + n);
    return n;
  }
  memory.copy(at, p, free);
  setCurr(ch, end(ch));
  return flushPartial(ch, block) < 0 ? -1 - free : free;
}

/** The n bytes at p, which does not move. false: raised. */
function putOffHeap(v: value, p: usize, n: usize): bool {
  pushRoot(v);
  const ch = channelOf(v);
  let ok = true;
  while (n > 0 && ok) {
    const taken = putBlock(ch, p, <i32>min<usize>(n, 1 << 30), 1);
    ok = taken >= 0;
    p += taken;
    n -= taken;
  }
  ok = ok && (!isUnbuffered(ch) || flush(ch, 1));
  dropRoots(1);
  return ok;
}

// ---- Input --------------------------------------------------------------------------------------------------------------

/** Fill the empty buffer: the number of bytes read, 0 at the end, -1 raised. */
function refill(ch: usize, block: i32): i32 {
  mustBeChannel(ch);
  const buff = buffer(ch);
  const n = hostRead(fd(ch), buff, <i32>(end(ch) - buff), block);
  if (n < 0) return -1;
  if (offset(ch) == 0 && looksCompiled(buff, n)) store<i32>(ch, load<i32>(ch, CHANNEL_FLAGS) | CHANNEL_COMPILED, CHANNEL_FLAGS);
  advance(ch, n);
  store<usize>(ch, buff + n, CHANNEL_MAX);
  setCurr(ch, buff);
  return n;
}

/** Whether n bytes at p start with the magic number of a unit or a library. */
function looksCompiled(p: usize, n: i32): bool {
  if (n < 12 || load<u64>(p) != 0x393939316c6d6143) return false; // Caml1999
  const kind = <i32>load<u8>(p, 8);
  return kind == 0x4f || kind == 0x41; // O, A
}

/** Have the host check a file that looks like compiled code, once. false: raised. */
function checked(ch: usize): bool {
  const flags = load<i32>(ch, CHANNEL_FLAGS);
  if (!(flags & CHANNEL_COMPILED)) return true;
  store<i32>(ch, flags & ~CHANNEL_COMPILED, CHANNEL_FLAGS);
  return <bool>hostCheck(fd(ch));
}

/** The next byte; -1: raised. */
function getByte(ch: usize, block: i32): i32 {
  if (curr(ch) >= max(ch)) {
    const n = refill(ch, block);
    if (n <= 0) {
      if (n == 0) raiseEndOfFile();
      return -1;
    }
  }
  const p = curr(ch);
  setCurr(ch, p + 1);
  return load<u8>(p);
}

/** Make sure that the buffer is not empty, and say how many of `wanted` bytes it can give: 0 at the end, -1 raised. */
function available(ch: usize, wanted: i64, block: i32): i32 {
  let n = <i32>(max(ch) - curr(ch));
  if (n == 0 && wanted > 0) n = refill(ch, block);
  return <i32>min<i64>(n, wanted);
}

/** Read n bytes into memory that does not move, fewer at the end of the file. How many; -1: raised. */
function getOffHeap(v: value, p: usize, n: i32): i32 {
  pushRoot(v);
  const ch = channelOf(v);
  let got = 0;
  while (got < n) {
    const k = available(ch, n - got, 1);
    if (k < 0) got = -1;
    if (k <= 0) break;
    memory.copy(p + got, curr(ch), k);
    setCurr(ch, curr(ch) + k);
    got += k;
  }
  dropRoots(1);
  return got;
}

/** caml_input_scan_line: the length of the next line with its newline, or minus that of what there is without; 1 << 30: raised. */
function scanLine(ch: usize): i32 {
  let p = curr(ch);
  while (true) {
    const limit = max(ch);
    while (p < limit) {
      if (<u32>load<u8>(p++) == NEWLINE) return <i32>(p - curr(ch));
    }
    const shift = curr(ch) - buffer(ch);
    if (shift > 0) {
      memory.copy(buffer(ch), curr(ch), limit - curr(ch));
      setCurr(ch, buffer(ch));
      store<usize>(ch, limit - shift, CHANNEL_MAX);
      p -= shift;
    }
    if (max(ch) >= end(ch)) return -<i32>(max(ch) - curr(ch));
    const n = hostRead(fd(ch), max(ch), <i32>(end(ch) - max(ch)), 0);
    if (n < 0) return RAISED;
    if (n == 0) return -<i32>(max(ch) - curr(ch));
    advance(ch, n);
    store<usize>(ch, max(ch) + n, CHANNEL_MAX);
  }
  return RAISED;
}
const RAISED: i32 = 1 << 30;

// ---- Primitives: both directions ------------------------------------------------------------------------------------------

export function caml_ml_open_descriptor_in(descriptor: value): value {
  return open(toInt32(descriptor), false);
}
export function caml_ml_open_descriptor_out(descriptor: value): value {
  return open(toInt32(descriptor), true);
}

/** The open output channels, the newest first. */
export function caml_ml_out_channels_list(unit: value): value {
  let last: usize = 0;
  for (let ch = channels; ch; ch = load<usize>(ch, CHANNEL_NEXT)) {
    if (max(ch) == 0) store<i32>(ch, load<i32>(ch, CHANNEL_REFERENCES) + 1, CHANNEL_REFERENCES);
    last = ch;
  }
  let list = UNIT;
  for (let ch = last; ch; ch = load<usize>(ch, CHANNEL_PREVIOUS)) {
    if (max(ch) != 0) continue;
    pushRoot(list);
    const v = wrap(ch);
    if (!v) {
      dropRoots(1);
      return 0;
    }
    pushRoot(v);
    const cell = allocSmall(2, 0);
    initField(cell, 0, popRoot());
    initField(cell, 1, popRoot());
    list = <value>cell;
  }
  return list;
}

export function caml_ml_close_channel(v: value): value {
  const ch = channelOf(v);
  const descriptor = fd(ch);
  if (descriptor == -1) return UNIT;
  const output = max(ch) == 0;
  memFree(buffer(ch));
  store<i32>(ch, -1, CHANNEL_FD);
  store<usize>(ch, closedBuffer, CHANNEL_BUFFER);
  store<usize>(ch, closedBuffer + 1, CHANNEL_END);
  const at = output ? closedBuffer + 1 : closedBuffer;
  setCurr(ch, at);
  store<usize>(ch, at, CHANNEL_MAX);
  return hostClose(descriptor) ? UNIT : 0;
}

export function caml_ml_channel_size(v: value): value {
  const size = hostSize(fd(channelOf(v)));
  return size < 0 ? 0 : ofInt(<i64>size);
}
export function caml_ml_channel_size_64(v: value): value {
  const size = hostSize(fd(channelOf(v)));
  return size < 0 ? 0 : copyInt64(<i64>size);
}

export function caml_ml_set_binary_mode(v: value, mode: value): value {
  return UNIT;
}
export function caml_ml_is_binary_mode(v: value): value {
  return ofBool(true);
}

// ---- Primitives: output ---------------------------------------------------------------------------------------------------

/** Nothing on a closed channel: programs flush at exit without looking. */
export function caml_ml_flush(v: value): value {
  const ch = channelOf(v);
  if (fd(ch) == -1 || curr(ch) == buffer(ch)) return UNIT;
  pushRoot(v);
  const ok = flush(ch, 0);
  dropRoots(1);
  return ok ? UNIT : 0;
}

export function caml_ml_set_buffered(v: value, mode: value): value {
  const ch = channelOf(v);
  const flags = load<i32>(ch, CHANNEL_FLAGS);
  if (toInt(mode)) {
    store<i32>(ch, flags & ~CHANNEL_UNBUFFERED, CHANNEL_FLAGS);
    return UNIT;
  }
  store<i32>(ch, flags | CHANNEL_UNBUFFERED, CHANNEL_FLAGS);
  return caml_ml_flush(v);
}
export function caml_ml_is_buffered(v: value): value {
  return ofBool(!isUnbuffered(channelOf(v)));
}

export function caml_ml_output_char(v: value, c: value): value {
  const ch = channelOf(v);
  const at = curr(ch);
  if (at < end(ch) && !isUnbuffered(ch)) {
    store<u8>(at, <u8>toInt(c));
    setCurr(ch, at + 1);
    return UNIT;
  }
  pushRoot(v);
  const unbuffered = <i32>isUnbuffered(ch);
  const ok = putByte(ch, <u32>toInt(c), unbuffered) && (!unbuffered || flush(ch, 1));
  dropRoots(1);
  return ok ? UNIT : 0;
}

export function caml_ml_output_int(v: value, n: value): value {
  const ch = channelOf(v);
  const word = <u32>toInt(n);
  pushRoot(v);
  const ok =
    putByte(ch, word >> 24, 1) &&
    putByte(ch, word >> 16, 1) &&
    putByte(ch, word >> 8, 1) &&
    putByte(ch, word, 1) &&
    (!isUnbuffered(ch) || flush(ch, 1));
  dropRoots(1);
  return ok ? UNIT : 0;
}

/** Bytes that the output primitive which is to be called again has taken already. */
let taken_before_suspension: i32 = 0;

/**
 * The primitive whose call is on top of the running stack is to be called again: if it was one for output that has taken
 * some of its bytes, let it start after them.
 */
export function skip_taken_output(): void {
  const taken = <value>taken_before_suspension << 1;
  taken_before_suspension = 0;
  if (taken == 0) return;
  const args = load<usize>(CELL_SP) + 4 * WORD; // all but the first, under the state: bytes, start, length
  store<value>(args, load<value>(args, WORD) + taken, WORD);
  store<value>(args, load<value>(args, 2 * WORD) - taken, 2 * WORD);
}

/** Whether `length` bytes from `start` are inside `bytes`; OCaml has checked that for what is not unsafe. */
function inside(bytes: value, start: value, length: value): bool {
  const all = <u64>stringLength(<usize>bytes);
  return <u64>toInt(start) <= all && <u64>toInt(length) <= all - <u64>toInt(start);
}

export function caml_ml_output_bytes(v: value, bytes: value, start: value, length: value): value {
  if (!inside(bytes, start, length)) return boundError();
  const ch = channelOf(v);
  let at = toInt(start);
  let n = toInt(length);
  const to = curr(ch);
  if (n < <i64>(end(ch) - to) && !isUnbuffered(ch)) {
    memory.copy(to, <usize>bytes + <usize>at, <usize>n);
    setCurr(ch, to + <usize>n);
    return UNIT;
  }
  pushRoot(v);
  pushRoot(bytes);
  let ok = true;
  while (n > 0 && ok) {
    const taken = putBlock(ch, <usize>root(0) + <usize>at, <i32>min<i64>(n, 1 << 30), 0);
    ok = taken >= 0;
    const k = ok ? taken : -1 - taken;
    at += k;
    n -= k;
  }
  ok = ok && (!isUnbuffered(ch) || flush(ch, 0));
  dropRoots(2);
  if (!ok && load<value>(CELL_EXN) == 0) taken_before_suspension = <i32>(at - toInt(start));
  return ok ? UNIT : 0;
}
export { caml_ml_output_bytes as caml_ml_output };

export function caml_ml_output_bigarray(v: value, array: value, start: value, length: value): value {
  return putOffHeap(v, bigarrayData(<usize>array) + <usize>toInt(start), <usize>toInt(length)) ? UNIT : 0;
}

function seekOut(v: value, position: f64): value {
  const ch = channelOf(v);
  pushRoot(v);
  const ok = flush(ch, 1) && hostSeek(fd(ch), position);
  dropRoots(1);
  if (!ok) return 0;
  store<f64>(ch, position, CHANNEL_OFFSET);
  return UNIT;
}
export function caml_ml_seek_out(v: value, position: value): value {
  return seekOut(v, <f64>toInt(position));
}
export function caml_ml_seek_out_64(v: value, position: value): value {
  return seekOut(v, <f64>load<i64>(customData(<usize>position)));
}

function positionOut(ch: usize): i64 {
  return <i64>offset(ch) + <i64>(curr(ch) - buffer(ch));
}
export function caml_ml_pos_out(v: value): value {
  return ofInt(positionOut(channelOf(v)));
}
export function caml_ml_pos_out_64(v: value): value {
  return copyInt64(positionOut(channelOf(v)));
}

// ---- Primitives: input ----------------------------------------------------------------------------------------------------

export function caml_ml_input_char(v: value): value {
  const ch = channelOf(v);
  const p = curr(ch);
  if (p < max(ch)) {
    setCurr(ch, p + 1);
    return ofInt32(load<u8>(p));
  }
  pushRoot(v);
  const byte = getByte(ch, 0);
  dropRoots(1);
  return byte < 0 ? 0 : ofInt32(byte);
}

export function caml_ml_input_int(v: value): value {
  const ch = channelOf(v);
  pushRoot(v);
  let word = 0;
  for (let i = 0; i < 4; i++) {
    const byte = getByte(ch, <i32>(i > 0));
    if (byte < 0) {
      dropRoots(1);
      return 0;
    }
    word = (word << 8) | byte;
  }
  dropRoots(1);
  return ofInt32(word);
}

export function caml_ml_input(v: value, bytes: value, start: value, length: value): value {
  if (!inside(bytes, start, length)) return boundError();
  const ch = channelOf(v);
  pushRoot(v);
  pushRoot(bytes);
  const n = available(ch, toInt(length), 0);
  bytes = popRoot();
  dropRoots(1);
  if (n < 0) return 0;
  memory.copy(<usize>bytes + <usize>toInt(start), curr(ch), n);
  setCurr(ch, curr(ch) + n);
  return ofInt32(n);
}

export function caml_ml_input_bigarray(v: value, array: value, start: value, length: value): value {
  const ch = channelOf(v);
  pushRoot(v);
  pushRoot(array);
  const n = available(ch, toInt(length), 0);
  array = popRoot();
  dropRoots(1);
  if (n < 0) return 0;
  memory.copy(bigarrayData(<usize>array) + <usize>toInt(start), curr(ch), n);
  setCurr(ch, curr(ch) + n);
  return ofInt32(n);
}

export function caml_ml_input_scan_line(v: value): value {
  pushRoot(v);
  const n = scanLine(channelOf(v));
  dropRoots(1);
  return n == RAISED ? 0 : ofInt32(n);
}

function seekIn(v: value, position: f64): value {
  const ch = channelOf(v);
  const at = offset(ch);
  if (position >= at - <f64>(max(ch) - buffer(ch)) && position <= at) {
    setCurr(ch, max(ch) - <usize>(at - position));
    return UNIT;
  }
  if (!hostSeek(fd(ch), position)) return 0;
  store<f64>(ch, position, CHANNEL_OFFSET);
  setCurr(ch, buffer(ch));
  store<usize>(ch, buffer(ch), CHANNEL_MAX);
  return UNIT;
}
export function caml_ml_seek_in(v: value, position: value): value {
  return seekIn(v, <f64>toInt(position));
}
export function caml_ml_seek_in_64(v: value, position: value): value {
  return seekIn(v, <f64>load<i64>(customData(<usize>position)));
}

function positionIn(ch: usize): i64 {
  return <i64>offset(ch) - <i64>(max(ch) - curr(ch));
}
export function caml_ml_pos_in(v: value): value {
  return ofInt(positionIn(channelOf(v)));
}
export function caml_ml_pos_in_64(v: value): value {
  return copyInt64(positionIn(channelOf(v)));
}

// ---- Primitives: marshalled values ------------------------------------------------------------------------------------------

export function caml_output_value(v: value, x: value, flags: value): value {
  const start = externToMemory(x, flags); // moves nothing
  if (!start) return 0;
  const ok = putOffHeap(v, start, externLength());
  memFree(start);
  return ok ? UNIT : 0;
}

/** Headers of marshalled values begin with this many bytes or more, and are no longer than MAX_HEADER. */
const MIN_HEADER: i32 = 5;
const MAX_HEADER: i32 = 64;

/** Read one marshalled value into `p`, off the heap (enough for a header). Where it is then, 0: raised. */
function readMarshalled(v: value, p: usize): usize {
  let got = getOffHeap(v, p, MIN_HEADER);
  if (got == 0) raiseEndOfFile();
  if (got <= 0) return 0;
  let length: f64 = -2;
  while (got >= MIN_HEADER && got < MAX_HEADER) {
    length = marshalledLength(p, got);
    if (length != -2) break;
    const more = getOffHeap(v, p + got, 1);
    if (more < 0) return 0;
    if (more == 0) break;
    got += more;
  }
  if (length == -1) failwith("input_value: bad object");
  if (length == -2) failwith("input_value: truncated object");
  if (length < 0) return 0;
  if (length > <f64>MAX_MARSHALLED) {
    raiseOutOfMemory();
    return 0;
  }
  const n = <i32>length;
  const whole = memAllocOrCollect(n);
  if (!whole) {
    raiseOutOfMemory();
    return 0;
  }
  memory.copy(whole, p, got);
  const rest = n > got ? getOffHeap(v, whole + got, n - got) : 0;
  if (rest == n - got) {
    marshalledBytes = n;
    return whole;
  }
  if (rest >= 0) failwith("input_value: truncated object");
  memFree(whole);
  return 0;
}
const MAX_MARSHALLED: i64 = 0x7fff0000;
/** Length of what readMarshalled has read last. */
let marshalledBytes: usize = 0;

export function caml_input_value(v: value): value {
  pushRoot(v);
  if (!checked(channelOf(v))) {
    dropRoots(1);
    return 0;
  }
  const raw = load<i32>(channelOf(v), CHANNEL_FLAGS) & CHANNEL_RAW;
  const header = memAlloc(MAX_HEADER);
  const p = header ? readMarshalled(root(0), header) : 0;
  if (!header) raiseOutOfMemory();
  memFree(header);
  dropRoots(1);
  if (!p) return 0;
  const result = raw ? stringOf(p, marshalledBytes) : internFromMemory(p, marshalledBytes, "input_value");
  memFree(p);
  return result;
}

/** What lies in memory outside of the heap, as a string; 0: raised. */
function stringOf(p: usize, n: usize): value {
  const string = alloc_string(<i32>n);
  if (!string) return 0;
  memory.copy(string, p, n);
  return <value>string;
}
export { caml_input_value as caml_input_value_to_outside_heap };

// ---- For the host -----------------------------------------------------------------------------------------------------------

/** Read n bytes from the channel whose value is in the word at `vp` to `p`, fewer at the end of the file; -1: raised. */
export function channel_read_off_heap(vp: usize, p: usize, n: i32): i32 {
  return getOffHeap(load<value>(vp), p, n);
}
