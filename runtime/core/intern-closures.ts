/**
 * Checks of marshalled closures: the interpreter trusts their code, and the collector their shape. Infix pointers and
 * blocks of closures are as CLOSURE, CLOSUREREC and GRAB make them, for functions of the program, or they are refused.
 */
import { SCRATCH, TAG_CLOSURE, TAG_INFIX, WORD } from "../layout";
import { load32, Table_add, Table_length, Table_new, Table_truncate } from "./gc/table";
import { startOfEnvironment } from "./traversal";
import { field, header, isInt, makeHeader, ofInt, tag, value, wosize } from "./values";

/**
 * Whether a function starts at a biased code address. SCRATCH then holds, as i32: the word of its closure where the
 * environment starts, that after the last one it may read, and, for the code of partial applications, the biased address
 * of the function that they apply (else 0).
 */
@external("host", "closure_shape")
declare function closureShape(pc: usize): i32;

/** Infix pointers that have been read: [block, offset in words]. */
const infixes: usize = Table_new();

export function beginClosures(): void {
  Table_truncate(infixes, 0);
}

/** An infix pointer into the block v, `offset` bytes after its start; 0: there is no such place. */
export function infixPointer(v: value, offset: u32): value {
  if (isInt(v) || tag(<usize>v) != TAG_CLOSURE || offset & 7 || offset == 0) return 0;
  if (offset >> 3 >= <u32>wosize(<usize>v)) return 0;
  Table_add(infixes, <i32>v);
  Table_add(infixes, <i32>(offset >> 3));
  return v + <value>offset;
}

/** Whether there is a closure where each infix pointer points; the blocks have been found to be well formed. */
export function goodInfixes(): bool {
  for (let i = 0; i < Table_length(infixes); i += 2) {
    const p = <usize>load32(infixes, i);
    const offset = load32(infixes, i + 1);
    if (offset >= startOfEnvironment(p) || header(p + <usize>(offset << 3)) != makeHeader(offset, TAG_INFIX, 0)) return false;
  }
  return true;
}

/** Whether f is a closure with this code. */
function applies(f: value, code: usize): bool {
  if (isInt(f)) return false;
  const t = tag(<usize>f);
  return (t == TAG_CLOSURE || t == TAG_INFIX) && load<u64>(<usize>f) == <u64>code;
}

/** Whether a block of closures is well formed. */
export function goodClosures(p: usize): bool {
  const size = wosize(p);
  if (size < 2) return false;
  const start = startOfEnvironment(p);
  for (let i = 0; start - i >= 2; i += 3) {
    const f = p + (<usize>i << 3);
    const code = load<u64>(f);
    if (code >> 32 || !closureShape(<usize>code)) return false;
    const applied = load<usize>(SCRATCH, 8);
    if (load<i32>(SCRATCH) != start - i || i + load<i32>(SCRATCH, 4) > size) return false;
    if (field(f, 1) != ofInt(start - i)) return false;
    if (applied && !applies(field(f, 2), applied)) return false;
    if (start - i == 2) return true;
    if (load<u64>(f + 2 * WORD) != makeHeader(i + 3, TAG_INFIX, 0)) return false;
  }
  return false;
}
