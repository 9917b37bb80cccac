/**
 * Where marshalled data are read (runtime/intern.c): every read is checked against the end of the input, and gives 0
 * once something is wrong.
 */

/** The input: next byte and end. */
export let at: usize = 0;
export let end: usize = 0;
/** What went wrong: 0 nothing, 1 truncated, 2 malformed, 3 memory, 4 code mismatch, 5 unknown custom block. */
export let problem: i32 = 0;

export const TRUNCATED: i32 = 1;
export const MALFORMED: i32 = 2;
export const MEMORY: i32 = 3;
export const CODE_MISMATCH: i32 = 4;
export const UNKNOWN_CUSTOM: i32 = 5;

/** Where the name of an unknown custom block or the digest of unknown code is. */
export let problemAt: usize = 0;

export function setProblem(why: i32, where: usize = 0): void {
  if (!problem) {
    problem = why;
    problemAt = where;
  }
  at = end;
}

// @ts-ignore: decorator
@inline export function need(n: usize): bool {
  if (end - at >= n) return true;
  setProblem(TRUNCATED);
  return false;
}
export function read8(): u32 {
  if (!need(1)) return 0;
  const x = <u32>load<u8>(at);
  at += 1;
  return x;
}
export function read16(): u32 {
  if (!need(2)) return 0;
  const x = <u32>bswap<u16>(load<u16>(at));
  at += 2;
  return x;
}
export function read32(): u32 {
  if (!need(4)) return 0;
  const x = bswap<u32>(load<u32>(at));
  at += 4;
  return x;
}
export function read64(): u64 {
  if (!need(8)) return 0;
  const x = bswap<u64>(load<u64>(at));
  at += 8;
  return x;
}
/** A byte count or size that must fit what is left of the input. */
export function readSize64(): u32 {
  const n = read64();
  if (n > <u64>(end - at)) {
    setProblem(TRUNCATED);
    return 0;
  }
  return <u32>n;
}

/** Begin to read the bytes from p to q. */
export function openInput(p: usize, q: usize): void {
  at = p;
  end = q;
  problem = 0;
}
/** Go on with the bytes from p to q. */
export function continueInput(p: usize, q: usize): void {
  at = p;
  end = q;
}
/** Leave out n bytes. */
export function skip(n: usize): void {
  if (need(n)) at += n;
}

/** n numbers of `size` bytes, most significant byte first. */
export function readElements(p: usize, size: usize, n: usize): void {
  if (!need(n * size)) return;
  if (size == 1) memory.copy(p, at, n);
  else {
    for (let i: usize = 0; i < n * size; i += size) {
      if (size == 2) store<u16>(p + i, bswap<u16>(load<u16>(at + i)));
      else if (size == 4) store<u32>(p + i, bswap<u32>(load<u32>(at + i)));
      else store<u64>(p + i, bswap<u64>(load<u64>(at + i)));
    }
  }
  at += n * size;
}
/** n numbers of 8 bytes, least significant byte first. */
export function readWords(p: usize, n: usize): void {
  if (!need(n << 3)) return;
  memory.copy(p, at, n << 3);
  at += n << 3;
}
export function readBytes(p: usize, n: usize): void {
  if (!need(n)) return;
  memory.copy(p, at, n);
  at += n;
}
