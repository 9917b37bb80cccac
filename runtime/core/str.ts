/**
 * Matching of the `str` library's compiled regular expressions (otherlibs/str/strstubs.c). An expression is a block
 * [program, constants, normalisation table, groups, registers, index of the set of first characters or -1]; an
 * instruction is an OCaml integer, opcode | argument << 8.
 */
import { WORD } from "../layout";
import { failwith, invalidArg, raiseOutOfMemory } from "./fail";
import { alloc_block } from "./gc/alloc";
import { memResize } from "./gc/malloc";
import { popRoot, pushRoot } from "./roots";
import { allocString } from "./strings";
import { atom, field, initField, ofInt32, stringLength, toInt, toInt32, value, wosize } from "./values";

const CHAR: i32 = 0;
const CHARNORM: i32 = 1;
const STRING: i32 = 2;
const STRINGNORM: i32 = 3;
const CHARCLASS: i32 = 4;
const BOL: i32 = 5;
const EOL: i32 = 6;
const WORDBOUNDARY: i32 = 7;
const BEGGROUP: i32 = 8;
const ENDGROUP: i32 = 9;
const REFGROUP: i32 = 10;
const ACCEPT: i32 = 11;
const SIMPLEOPT: i32 = 12;
const SIMPLESTAR: i32 = 13;
const SIMPLEPLUS: i32 = 14;
const GOTO: i32 = 15;
const PUSHBACK: i32 = 16;
const SETMARK: i32 = 17;
const CHECKPROGRESS: i32 = 18;

const NEWLINE: u32 = 10;
const BACKSLASH: u32 = 92;

/** How an instruction ends. */
const NEXT: i32 = 0;
const BACKTRACK: i32 = 1;
/** The text has ended in the middle of a match. */
const PREFIX: i32 = 2;
const ACCEPTED: i32 = 3;

/** Letters, digits, _ and the letters of Latin-1: a set of bytes. */
const WORD_LETTERS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0xff, 0x03, 0xfe, 0xff, 0xff, 0x87, 0xfe, 0xff, 0xff, 0x07,
  0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff,
]);

/**
 * Positions in the text, as addresses, 0 for none: start and end of each group, then the progress registers. They and
 * the backtrack stack are off the heap; nothing allocates in the heap while an expression is matched.
 */
let slots: usize = 0;
let slotsSize: usize = 0;
/** Entries: [address of the next instruction | 1, text] or [address of a slot, its former value]. */
let stack: usize = 0;
let stackTop: usize = 0;
let stackEnd: usize = 0;
let exhausted: bool = false;

let pc: usize = 0;
let text: usize = 0;
let textStart: usize = 0;
let textEnd: usize = 0;

// @ts-ignore: decorator
@inline function inSet(set: usize, byte: u32): bool {
  return <bool>((<u32>load<u8>(set + (byte >> 3)) >> (byte & 7)) & 1);
}
// @ts-ignore: decorator
@inline function isWordLetter(p: usize): bool {
  return inSet(WORD_LETTERS, load<u8>(p));
}
// @ts-ignore: decorator
@inline function constant(re: usize, n: i32): usize {
  return <usize>field(<usize>field(re, 1), n);
}
// @ts-ignore: decorator
@inline function groupCount(re: usize): i32 {
  return toInt32(field(re, 3));
}

function pushEntry(a: usize, b: usize): void {
  if (stackTop == stackEnd) {
    const size = max<usize>(1 << 12, 2 * (stackEnd - stack));
    const p = memResize(stack, size);
    if (!p) {
      exhausted = true;
      return;
    }
    stackTop = p + (stackTop - stack);
    stack = p;
    stackEnd = p + size;
  }
  store<usize>(stackTop, a);
  store<usize>(stackTop, b, 4);
  stackTop += 8;
}

/** Set the slot at p to the current position; backtracking undoes it. */
function mark(p: usize): void {
  pushEntry(p, load<usize>(p));
  store<usize>(p, text);
}

/** Go back to the last choice. false: there is none. */
function backtrack(): bool {
  while (stackTop > stack) {
    stackTop -= 8;
    const a = load<usize>(stackTop);
    const b = load<usize>(stackTop, 4);
    if (a & 1) {
      pc = a - 1;
      text = b;
      return true;
    }
    store<usize>(a, b);
  }
  return false;
}

/** Compare the text with the bytes from s to end (0: to a null byte), through a table unless that is 0. */
function matchBytes(s: usize, end: usize, table: usize): i32 {
  while (end ? s < end : <bool>load<u8>(s)) {
    if (text == textEnd) return PREFIX;
    const byte = <u32>load<u8>(text);
    if (<u32>load<u8>(s) != (table ? <u32>load<u8>(table + byte) : byte)) return BACKTRACK;
    text++;
    s++;
  }
  return NEXT;
}

function matchGroup(n: i32): i32 {
  const start = load<usize>(slots + 8 * n);
  const end = load<usize>(slots + 8 * n, 4);
  if (start == 0 || end == 0) return BACKTRACK;
  return start < end ? matchBytes(start, end, 0) : NEXT;
}

function skipSet(set: usize): void {
  while (text < textEnd && inSet(set, load<u8>(text))) text++;
}

function atWordBoundary(): i32 {
  if (text == textStart) return text == textEnd ? PREFIX : isWordLetter(text) ? NEXT : BACKTRACK;
  if (text == textEnd) return isWordLetter(text - 1) ? NEXT : BACKTRACK;
  return isWordLetter(text - 1) != isWordLetter(text) ? NEXT : BACKTRACK;
}

/** One character that is c after normalisation by a table (0: none). */
function matchChar(c: u32, table: usize): i32 {
  if (text == textEnd) return PREFIX;
  const byte = <u32>load<u8>(text);
  if ((table ? <u32>load<u8>(table + byte) : byte) != c) return BACKTRACK;
  text++;
  return NEXT;
}

function matchSet(set: usize): i32 {
  if (text == textEnd) return PREFIX;
  if (!inSet(set, load<u8>(text))) return BACKTRACK;
  text++;
  return NEXT;
}

/** Execute one instruction of the expression at re. */
function step(re: usize, opcode: i32, arg: i32): i32 {
  switch (opcode) {
    case CHAR:
      return matchChar(<u32>arg, 0);
    case CHARNORM:
      return matchChar(<u32>arg, <usize>field(re, 2));
    case STRING:
      return matchBytes(constant(re, arg), 0, 0);
    case STRINGNORM:
      return matchBytes(constant(re, arg), 0, <usize>field(re, 2));
    case CHARCLASS:
      return matchSet(constant(re, arg));
    case BOL:
      return text > textStart && <u32>load<u8>(text - 1) != NEWLINE ? BACKTRACK : NEXT;
    case EOL:
      return text < textEnd && <u32>load<u8>(text) != NEWLINE ? BACKTRACK : NEXT;
    case WORDBOUNDARY:
      return atWordBoundary();
    case BEGGROUP:
      mark(slots + 8 * arg);
      return NEXT;
    case ENDGROUP:
      mark(slots + 8 * arg + 4);
      return NEXT;
    case REFGROUP:
      return matchGroup(arg);
    case ACCEPT:
      return ACCEPTED;
    case SIMPLEOPT:
      if (text < textEnd && inSet(constant(re, arg), load<u8>(text))) text++;
      return NEXT;
    case SIMPLESTAR:
      skipSet(constant(re, arg));
      return NEXT;
    case SIMPLEPLUS: {
      const first = matchSet(constant(re, arg));
      if (first == NEXT) skipSet(constant(re, arg));
      return first;
    }
    case GOTO:
      pc += arg * WORD;
      return NEXT;
    case PUSHBACK:
      pushEntry((pc + arg * WORD) | 1, text);
      return NEXT;
    case SETMARK:
      mark(slots + 8 * groupCount(re) + 4 * arg);
      return NEXT;
    default: // CHECKPROGRESS
      return load<usize>(slots + 8 * groupCount(re) + 4 * arg) == text ? BACKTRACK : NEXT;
  }
}

/** Match the expression at re with the text from `from`. The groups are in `slots` afterwards. */
function matchAt(re: usize, from: usize, partial: bool): bool {
  stackTop = stack;
  text = from;
  pc = <usize>field(re, 0);
  memory.fill(slots, 0, slotsSize);
  store<usize>(slots, from);
  while (true) {
    const instruction = toInt32(load<value>(pc));
    pc += WORD;
    let outcome = step(re, instruction & 0xff, instruction >> 8);
    if (outcome == PREFIX) outcome = partial ? ACCEPTED : BACKTRACK;
    if (outcome == ACCEPTED) {
      store<usize>(slots, text, 4);
      return true;
    }
    if (exhausted || (outcome == BACKTRACK && !backtrack())) return false;
  }
  return false;
}

/** Prepare to match re with a string. false: no memory. */
function begin(re: usize, s: usize): bool {
  const size = 8 * groupCount(re) + 4 * toInt32(field(re, 4));
  exhausted = false;
  if (<usize>size > slotsSize) {
    const p = memResize(slots, size);
    if (!p) return false;
    slots = p;
    slotsSize = size;
  }
  textStart = s;
  textEnd = s + stringLength(s);
  return true;
}

/** The positions of the groups: an array. 0: Out_of_memory was raised. */
function groups(re: usize): value {
  const n = 2 * groupCount(re);
  const start = textStart;
  const p = alloc_block(n, 0);
  if (!p) return 0;
  for (let i = 0; i < n; i += 2) {
    const from = load<usize>(slots + 4 * i);
    const to = load<usize>(slots + 4 * i, 4);
    const matched = from != 0 && to != 0;
    initField(p, i, ofInt32(matched ? <i32>(from - start) : -1));
    initField(p, i + 1, ofInt32(matched ? <i32>(to - start) : -1));
  }
  return <value>p;
}

function matchString(re: value, s: value, position: value, partial: bool): value {
  if (!begin(<usize>re, <usize>s)) return raiseOutOfMemory();
  const matched = matchAt(<usize>re, textStart + <usize>toInt(position), partial);
  return exhausted ? raiseOutOfMemory() : matched ? groups(<usize>re) : atom(0);
}

function outside(s: value, position: value): bool {
  return <u64>toInt(position) > <u64>stringLength(<usize>s);
}

export function re_string_match(re: value, s: value, position: value): value {
  return outside(s, position) ? invalidArg("Str.string_match") : matchString(re, s, position, false);
}
export function re_partial_match(re: value, s: value, position: value): value {
  return outside(s, position) ? invalidArg("Str.string_partial_match") : matchString(re, s, position, true);
}

/** Try at every position, upwards or downwards, where the expression can begin. */
function search(re: usize, s: usize, position: value, direction: i32): value {
  if (!begin(re, s)) return raiseOutOfMemory();
  const index = toInt32(field(re, 5));
  const starts: usize = index < 0 ? 0 : constant(re, index);
  let p = textStart + <usize>toInt(position);
  while (p >= textStart && p <= textEnd) {
    if (starts) {
      const last = direction > 0 ? textEnd : textStart;
      while (p != last && !load<u8>(starts + <usize>load<u8>(p))) p += direction;
    }
    if (matchAt(re, p, false)) return groups(re);
    if (exhausted) return raiseOutOfMemory();
    p += direction;
  }
  return atom(0);
}

export function re_search_forward(re: value, s: value, position: value): value {
  return outside(s, position) ? invalidArg("Str.search_forward") : search(<usize>re, <usize>s, position, 1);
}
export function re_search_backward(re: value, s: value, position: value): value {
  return outside(s, position) ? invalidArg("Str.search_backward") : search(<usize>re, <usize>s, position, -1);
}

// ---- Replacement ----------------------------------------------------------------------------------------------------------

/** Write the expansion of a template to `to` (0: only measure). Its length; -1: raised. */
function expand(template: usize, found: usize, original: usize, to: usize): i32 {
  const n = stringLength(template);
  let length = 0;
  let i = 0;
  while (i < n) {
    let from = template + i;
    let count = 1;
    i += 1;
    if (<u32>load<u8>(from) == BACKSLASH) {
      if (i == n) {
        failwith("Str.replace: illegal backslash sequence");
        return -1;
      }
      const c = <u32>load<u8>(template + i);
      i += 1;
      const group = <i32>c - 48;
      if (group >= 0 && group <= 9) {
        const start = group * 2 < wosize(found) ? toInt32(field(found, group * 2)) : -1;
        if (start == -1) {
          failwith("Str.replace: reference to unmatched group");
          return -1;
        }
        from = original + start;
        count = toInt32(field(found, group * 2 + 1)) - start;
      } else if (c != BACKSLASH) count = 2;
    }
    if (to) memory.copy(to + length, from, count);
    length += count;
  }
  return length;
}

export function re_replacement_text(template: value, found: value, original: value): value {
  const length = expand(<usize>template, <usize>found, <usize>original, 0);
  if (length < 0) return 0;
  pushRoot(template);
  pushRoot(found);
  pushRoot(original);
  const p = allocString(length);
  original = popRoot();
  found = popRoot();
  template = popRoot();
  if (!p) return raiseOutOfMemory();
  expand(<usize>template, <usize>found, <usize>original, p);
  return <value>p;
}
