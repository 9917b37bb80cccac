/**
 * Reading and building values (runtime/caml/mlvalues.h). Everything here is inlined; nothing allocates.
 */
import {
  ATOM0,
  CUSTOM_INT32,
  HEADER_COLOUR_SHIFT,
  HEADER_TAG_MASK,
  HEADER_WOSIZE_SHIFT,
  MAX_HELD_DIRECTLY,
  MAX_NATIVE_ARITY,
  TAG_DOUBLE,
  VAL_FALSE,
  VAL_TRUE,
  WORD,
} from "../layout";

/** An OCaml value. 0 is never one (see layout.ts). */
export type value = i64;

// @ts-ignore: decorator
@inline export const UNIT: value = 1;

// @ts-ignore: decorator
@inline export function isInt(v: value): bool {
  return <bool>(<i32>v & 1);
}
// @ts-ignore: decorator
@inline export function isBlock(v: value): bool {
  return !(<i32>v & 1);
}
// @ts-ignore: decorator
@inline export function ofInt(n: i64): value {
  return (n << 1) | 1;
}
// @ts-ignore: decorator
@inline export function ofInt32(n: i32): value {
  return (<i64>n << 1) | 1;
}
// @ts-ignore: decorator
@inline export function toInt(v: value): i64 {
  return v >> 1;
}
/** The integer v, cut to 32 bits. */
// @ts-ignore: decorator
@inline export function toInt32(v: value): i32 {
  return <i32>(v >> 1);
}
// @ts-ignore: decorator
@inline export function ofBool(b: bool): value {
  return b ? <value>VAL_TRUE : <value>VAL_FALSE;
}
/** Address of the first field of block v. */
// @ts-ignore: decorator
@inline export function addr(v: value): usize {
  return <usize>v;
}
// @ts-ignore: decorator
@inline export function ofAddr(p: usize): value {
  return <value>p;
}

// ---- Headers ----

// @ts-ignore: decorator
@inline export function header(p: usize): u64 {
  return load<u64>(p - WORD);
}
// @ts-ignore: decorator
@inline export function setHeader(p: usize, h: u64): void {
  store<u64>(p - WORD, h);
}
// @ts-ignore: decorator
@inline export function makeHeader(wosize: i32, tag: i32, colour: i32): u64 {
  return (<u64>wosize << HEADER_WOSIZE_SHIFT) | (<u64>colour << HEADER_COLOUR_SHIFT) | <u64>tag;
}
// @ts-ignore: decorator
@inline export function headerWosize(h: u64): i32 {
  return <i32>(h >> HEADER_WOSIZE_SHIFT);
}
// @ts-ignore: decorator
@inline export function headerTag(h: u64): i32 {
  return <i32>h & HEADER_TAG_MASK;
}
// @ts-ignore: decorator
@inline export function headerColour(h: u64): i32 {
  return (<i32>h >> HEADER_COLOUR_SHIFT) & 3;
}
// @ts-ignore: decorator
@inline export function wosize(p: usize): i32 {
  return headerWosize(header(p));
}
// @ts-ignore: decorator
@inline export function tag(p: usize): i32 {
  return <i32>load<u8>(p - WORD);
}

// ---- Fields ----

// @ts-ignore: decorator
@inline export function field(p: usize, i: i32): value {
  return load<value>(p + (<usize>i << 3));
}
/** Store into a block that was just allocated in the minor heap, or store an integer. Anything else: modify (gc/). */
// @ts-ignore: decorator
@inline export function initField(p: usize, i: i32, v: value): void {
  store<value>(p + (<usize>i << 3), v);
}
// @ts-ignore: decorator
@inline export function atom(tag: i32): value {
  return <value>(ATOM0 + tag * WORD);
}

// ---- Strings: length in bytes (runtime/str.c: caml_string_length) ----

// @ts-ignore: decorator
@inline export function stringLength(p: usize): i32 {
  const last = wosize(p) * WORD - 1;
  return last - <i32>load<u8>(p + last);
}

// ---- Floats and boxed integers ----

// @ts-ignore: decorator
@inline export function double(v: value): f64 {
  return load<f64>(<usize>v);
}
// @ts-ignore: decorator
@inline export function isDouble(v: value): bool {
  return isBlock(v) && tag(<usize>v) == TAG_DOUBLE;
}
/** Payload of a custom block: the word after its operations. */
// @ts-ignore: decorator
@inline export function customData(p: usize): usize {
  return p + WORD;
}
// @ts-ignore: decorator
@inline export function customKind(p: usize): i32 {
  return load<i32>(p);
}
// @ts-ignore: decorator
@inline export function isInt32Block(p: usize): bool {
  return customKind(p) == CUSTOM_INT32;
}
/** Table index of the code of partial applications that hold `held` arguments and want `rest` more (layout.ts). */
// @ts-ignore: decorator
@inline export function partialIndex(held: i32, rest: i32): i32 {
  return held <= MAX_HELD_DIRECTLY ? rest + held * MAX_NATIVE_ARITY : rest;
}
