/** The headers of marshalled values (runtime/intern.c: caml_parse_header, caml/intext.h). */
import { at, continueInput, end, MALFORMED, openInput, problem, read32, read64, read8, setProblem, TRUNCATED } from "./intern-input";

const MAGIC_SMALL: u32 = 0x8495a6be;
const MAGIC_BIG: u32 = 0x8495a6bf;
const MAGIC_COMPRESSED: u32 = 0x8495a6bd;

/** What the last header says: bytes after it, and, if they are compressed, bytes that they become. */
export let dataLength: u64 = 0;
export let uncompressedLength: u64 = 0;
export let compressed: bool = false;
let headerLength: i32 = 0;

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
export function readHeader(): bool {
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
    const announced = <usize>(read8() & 0x3f);
    dataLength = readVariable();
    uncompressedLength = readVariable();
    readVariable();
    readVariable();
    readVariable();
    if (!problem && start + announced < at) setProblem(MALFORMED);
    else if (!problem && start + announced > end) setProblem(TRUNCATED);
    else if (!problem) continueInput(start + announced, end);
  } else {
    return false;
  }
  headerLength = <i32>(at - start);
  return !problem;
}

/**
 * The number of bytes that the value takes, with its header, given the first bytes of it: for readers of channels.
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
