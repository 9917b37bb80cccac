/** The generic hash function: MurmurHash3 over a bounded breadth-first traversal (runtime/hash.c). */
import {
  HEADER_COLOUR_SHIFT,
  TAG_ABSTRACT,
  TAG_CLOSURE,
  TAG_CONT,
  TAG_CUSTOM,
  TAG_DOUBLE,
  TAG_DOUBLE_ARRAY,
  TAG_FORWARD,
  TAG_INFIX,
  TAG_OBJECT,
  TAG_STRING,
  WORD,
} from "../layout";
import { customHash, hasHash } from "./custom";
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
  value,
} from "./values";

const QUEUE_SIZE: i32 = 256;
const queue: usize = memory.data(256 * 8, 8);
const MAX_FORWARD_LINKS: i32 = 1000;

export function mix32(h: u32, d: u32): u32 {
  d *= 0xcc9e2d51;
  d = rotl<u32>(d, 15);
  d *= 0x1b873593;
  h ^= d;
  h = rotl<u32>(h, 13);
  return h * 5 + 0xe6546b64;
}

/** A word, such that integers of 32 bits hash as on a 32-bit machine. */
// @ts-ignore: decorator
@inline function mixWord(h: u32, d: i64): u32 {
  return mix32(h, <u32>((d >> 32) ^ (d >> 63) ^ d));
}

export function mixDouble(h: u32, x: f64): u32 {
  let bits = reinterpret<u64>(x);
  if (x != x) bits = 0x7ff0000000000001;
  else if (x == 0) bits = 0;
  return mix32(mix32(h, <u32>bits), <u32>(bits >> 32));
}

export function mixString(h: u32, p: usize): u32 {
  const len = stringLength(p);
  let i: usize = 0;
  for (; i + 4 <= <usize>len; i += 4) h = mix32(h, load<u32>(p + i));
  const rest = len & 3;
  if (rest) {
    let w = <u32>load<u8>(p + i);
    if (rest > 1) w |= <u32>load<u8>(p + i, 1) << 8;
    if (rest > 2) w |= <u32>load<u8>(p + i, 2) << 16;
    h = mix32(h, w);
  }
  return h ^ <u32>len;
}

function finish(h: u32): value {
  h ^= h >> 16;
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  h ^= h >> 16;
  return ofInt(<i64>(h & 0x3fffffff));
}

// @ts-ignore: decorator
@inline function cleanHeader(p: usize): u32 {
  return <u32>header(p) & ~(<u32>3 << HEADER_COLOUR_SHIFT);
}

export function caml_hash(count: value, limit: value, seed: value, v: value): value {
  const wanted = toInt(limit);
  const size = wanted < 0 || wanted > <i64>QUEUE_SIZE ? QUEUE_SIZE : <i32>wanted;
  let num = toInt(count);
  let h = <u32>toInt(seed);
  store<value>(queue, v);
  let read = 0;
  let write = 1;
  while (read < write && num > 0) {
    v = load<value>(queue + (<usize>(read++) << 3));
    if (!isInt(v) && tag(<usize>v) == TAG_FORWARD) {
      let links = MAX_FORWARD_LINKS;
      while (links > 0 && !isInt(v) && tag(<usize>v) == TAG_FORWARD) {
        v = field(<usize>v, 0);
        links--;
      }
      if (!isInt(v) && tag(<usize>v) == TAG_FORWARD) continue;
    }
    if (!isInt(v) && tag(<usize>v) == TAG_INFIX) {
      const offset = <usize>headerWosize(header(<usize>v)) * WORD;
      h = mix32(h, <u32>offset);
      v -= <value>offset;
    }
    if (isInt(v)) {
      h = mixWord(h, v);
      num--;
      continue;
    }
    const p = <usize>v;
    const t = tag(p);
    const words = headerWosize(header(p));
    let from = 0;
    switch (t) {
      case TAG_STRING:
        h = mixString(h, p);
        num--;
        continue;
      case TAG_DOUBLE:
        h = mixDouble(h, load<f64>(p));
        num--;
        continue;
      case TAG_DOUBLE_ARRAY:
        for (let i = 0; i < words && num > 0; i++, num--) h = mixDouble(h, load<f64>(p + (<usize>i << 3)));
        continue;
      case TAG_ABSTRACT:
      case TAG_CONT:
        continue;
      case TAG_OBJECT:
        h = mixWord(h, toInt(field(p, 1)));
        num--;
        continue;
      case TAG_CUSTOM:
        if (hasHash(customKind(p))) {
          h = mix32(h, customHash(p));
          num--;
        }
        continue;
      case TAG_CLOSURE: {
        h = mix32(h, cleanHeader(p));
        from = <i32>((<u64>field(p, 1) << 8) >> 9); // start of the environment
        for (let i = 0; i < from; i++, num--) h = mixWord(h, field(p, i));
        break;
      }
      default:
        h = mix32(h, cleanHeader(p));
        break;
    }
    for (let i = from; i < words && write < size; i++) store<value>(queue + (<usize>(write++) << 3), field(p, i));
  }
  return finish(h);
}

export function caml_string_hash(seed: value, s: value): value {
  return finish(mixString(<u32>toInt(seed), <usize>s));
}
