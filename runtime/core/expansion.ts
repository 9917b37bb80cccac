/** A frame of native code becomes one of the interpreter's: as its site says (SITE_* in layout.ts; native/sites.ts). */
import {
  BOXED_DOUBLE,
  BOX_KIND_BITS,
  CELL_ACCU,
  CELL_ENV,
  CELL_LEAVING_LINK,
  CELL_PC,
  CELL_SP,
  CELL_TRAP_SP,
  CUSTOM_INT32,
  FRAME_PART_CODE,
  FRAME_PART_ENV,
  FRAME_PART_LINK,
  SCRATCH,
  SCRATCH_SIZE,
  SITE_ACCU,
  SITE_ENV,
  SITE_FRAME_WORDS,
  SITE_NUMBERS,
  SITE_PC,
  SITE_SLOTS,
  SITE_SOURCES,
  SITE_TRAP,
  SOURCE_FRAME,
  SOURCE_INTEGER,
  SOURCE_KIND_BITS,
  SOURCE_NUMBER,
  SOURCE_RESULT,
  SOURCE_WIDE,
  TAG_CUSTOM,
  TAG_DOUBLE,
  WORD,
} from "../layout";
import { allocSmall, reserveYoung } from "./gc/alloc";
import { returnAddress } from "./stack";
import { UNIT, value } from "./values";

const OPCODE_BYTES = 4;

/** NATIVE_RESUME: CELL_ACCU was returned to the frame at CELL_SP. Registers are in their cells afterwards. */
export function resume_frame(site: usize): void {
  const sp = load<usize>(CELL_SP);
  const trap = load<usize>(site, SITE_TRAP);
  expand(site, sp, trap ? load<value>(sp + (trap + 1) * WORD) : 0);
  store<usize>(CELL_PC, load<usize>(site, SITE_PC));
}

/** NATIVE_HANDLER: exception CELL_ACCU was raised to the trap at CELL_SP, which is popped already. */
export function resume_handler(site: usize): void {
  const trap = load<usize>(CELL_SP);
  expand(site, trap - load<usize>(site, SITE_TRAP) * WORD, load<value>(trap + WORD));
  store<usize>(CELL_PC, load<usize>(site, SITE_PC));
}

/** What is expanded is copied here first; functions that hold more values have no native code (native/frames.ts). */
const COPY: usize = SCRATCH;

/** The number whose halves are two integers at p, boxed; only the low one counts for an int32. There is room for it (expand). */
function boxedNumber(kind: i32, p: usize): value {
  const bits = (<u64>(load<value>(p, WORD) >> 1) << 32) | <u64>(load<value>(p) >> 1);
  if (kind == BOXED_DOUBLE) {
    const block = allocSmall(1, TAG_DOUBLE);
    store<u64>(block, bits);
    return <value>block;
  }
  const block = allocSmall(2, TAG_CUSTOM);
  store<value>(block, kind);
  store<u64>(block, kind == CUSTOM_INT32 ? <u64>(<i64>(<i32>bits)) : bits, WORD);
  return <value>block;
}

/** The word that a source describes; `q` is the address of the source. */
function sourceWord(q: usize): value {
  const source = load<i32>(q);
  const operand = source >> SOURCE_KIND_BITS;
  const kind = source & ((1 << SOURCE_KIND_BITS) - 1);
  if (kind == SOURCE_FRAME) return load<value>(COPY + (<usize>operand << 3));
  if (kind == SOURCE_INTEGER) return (<value>operand << 1) | 1;
  if (kind == SOURCE_NUMBER) return boxedNumber(operand & ((1 << BOX_KIND_BITS) - 1), COPY + (<usize>(operand >> BOX_KIND_BITS) << 3));
  return load<value>(q, 4);
}

/**
 * Turn the native frame at sp into the interpreter's, in place. `outer`: the link of its outermost trap; 0: not known yet.
 * CELL_SP, CELL_ENV and CELL_TRAP_SP are set, CELL_ACCU unless it is what was returned or raised. A collection sees the native
 * frame, at CELL_SP.
 */
export function expand(site: usize, sp: usize, outer: value): void {
  const numbers = load<i32>(site, SITE_NUMBERS);
  store<value>(CELL_ENV, UNIT); // it may be of a block that has moved
  if (numbers) reserveYoung(3 * numbers);
  const words = load<usize>(site, SITE_FRAME_WORDS);
  memory.copy(COPY, sp, min(words * WORD, SCRATCH_SIZE));
  const env = sourceWord(site + SITE_ENV);
  store<value>(CELL_ENV, env);
  if (load<i32>(site, SITE_ACCU) != SOURCE_RESULT) store<value>(CELL_ACCU, sourceWord(site + SITE_ACCU));
  const slots = load<i32>(site, SITE_SLOTS);
  let to = sp + words * WORD;
  let q = site + SITE_SOURCES;
  let trap: usize = 0;
  for (let i = 0; i < slots; i++) {
    to -= WORD;
    const source = load<i32>(q);
    const kind = source & ((1 << SOURCE_KIND_BITS) - 1);
    if (kind == SOURCE_FRAME || kind == SOURCE_INTEGER || kind == SOURCE_NUMBER) {
      store<value>(to, sourceWord(q));
    } else if (kind == SOURCE_WIDE) {
      store<value>(to, sourceWord(q));
      q += 2 * OPCODE_BYTES;
    } else if (source >> SOURCE_KIND_BITS == FRAME_PART_CODE) {
      store<value>(to, returnAddress(load<usize>(q, 4)));
      q += OPCODE_BYTES;
    } else if (source >> SOURCE_KIND_BITS == FRAME_PART_LINK) {
      if (trap) store<value>(to, <value>trap | 1);
      else if (outer) store<value>(to, outer);
      else store<usize>(CELL_LEAVING_LINK, to);
      trap = to - WORD;
    } else {
      store<value>(to, source >> SOURCE_KIND_BITS == FRAME_PART_ENV ? env : UNIT);
    }
    q += OPCODE_BYTES;
  }
  if (trap) store<usize>(CELL_TRAP_SP, trap);
  store<usize>(CELL_SP, to);
}
