/** Operations on OCaml words as WebAssembly expressions, for every generator of code. None of them allocates. */
import binaryen from "binaryen";
import { CELL_YOUNG_END, CELL_YOUNG_START, HEADER_WOSIZE_SHIFT, TAG_CUSTOM, TAG_DOUBLE, WORD } from "../../runtime/layout.ts";
import type { ArithOp, CompareOp } from "../instructions/semantics.ts";
import type { Emit, Expr } from "./registers.ts";

/** The untagged integer. */
export function untag(e: Emit, x: Expr): Expr {
  return e.module.i64.shr_s(x, e.c64(1));
}

/** The tagged integer. Engines put a sum together with what is added to it, or taken from it; a bitwise or they do not. */
export function tag(e: Emit, x: Expr): Expr {
  const m = e.module;
  return m.i64.add(m.i64.shl(x, e.c64(1)), e.c64(1));
}

export function arith(e: Emit, op: ArithOp, x: Expr, y: Expr): Expr {
  const m = e.module;
  const one = (): Expr => e.c64(1);
  switch (op) {
    case "add":
      return m.i64.add(x, m.i64.sub(y, one()));
    case "sub":
      return m.i64.add(m.i64.sub(x, y), one());
    case "mul":
      return m.i64.add(m.i64.mul(m.i64.sub(x, one()), untag(e, y)), one());
    case "and":
      return m.i64.and(x, y);
    case "or":
      return m.i64.or(x, y);
    case "xor":
      return m.i64.add(m.i64.xor(x, y), one());
    case "lsl":
      return m.i64.add(m.i64.shl(m.i64.sub(x, one()), untag(e, y)), one());
    case "lsr":
      return m.i64.or(m.i64.shr_u(x, untag(e, y)), one());
    case "asr":
      return m.i64.or(m.i64.shr_s(x, untag(e, y)), one());
  }
}

export function negate(e: Emit, x: Expr): Expr {
  return e.module.i64.sub(e.c64(2), x);
}

export function not(e: Emit, x: Expr): Expr {
  return e.module.i64.sub(e.c64(4), x);
}

export function compare(e: Emit, op: CompareOp, x: Expr, y: Expr): Expr {
  const m = e.module.i64;
  switch (op) {
    case "eq":
      return m.eq(x, y);
    case "ne":
      return m.ne(x, y);
    case "lt":
      return m.lt_s(x, y);
    case "le":
      return m.le_s(x, y);
    case "gt":
      return m.gt_s(x, y);
    case "ge":
      return m.ge_s(x, y);
    case "ult":
      return m.lt_u(x, y);
    case "uge":
      return m.ge_u(x, y);
  }
}

/** An i32 condition. */
export function isInt(e: Emit, x: Expr): Expr {
  return e.module.i32.and(e.wrap(x), e.c32(1));
}

/** An i32 condition as an OCaml bool. */
export function boolean(e: Emit, c: Expr): Expr {
  return tag(e, e.extend(c));
}

/** The double's integer, as x86-64 converts to so many bits: what does not fit gives the smallest integer. */
export function truncate(e: Emit, bits: 32 | 64, x: () => Expr): Expr {
  const m = e.module;
  const limit = 2 ** (bits - 1);
  const above = bits === 32 ? m.f64.gt(x(), m.f64.const(-limit - 1)) : m.f64.ge(x(), m.f64.const(-limit));
  const fits = m.i32.and(above, m.f64.lt(x(), m.f64.const(limit)));
  return m.select(fits, m.i64.trunc_s_sat.f64(x()), m.i64.const(-BigInt(limit)));
}

/** The two i64 in locals x and y, of which y is not 0, divided; the smallest integer by -1 is itself. */
export function divide(e: Emit, op: "div" | "rem", x: () => Expr, y: () => Expr): Expr {
  const m = e.module;
  if (op === "rem") return m.i64.rem_s(x(), y());
  return m.if(m.i64.eq(y(), e.c64(-1)), m.i64.sub(e.c64(0), x()), m.i64.div_s(x(), y()));
}

/** Address of the word at OCaml integer `index`, plus 4: index << 2 is 8 i + 4. */
export function itemAddress(e: Emit, block: Expr, index: Expr): Expr {
  const m = e.module;
  return m.i32.add(e.wrap(block), m.i32.shl(e.wrap(index), e.c32(2)));
}

/** The word at OCaml integer `index`. */
export function item(e: Emit, block: Expr, index: Expr): Expr {
  // The offset cannot be negative, so the subtraction is on the address.
  return e.load64(e.add32(itemAddress(e, block, index), -4));
}

/** The wosize of a block, with a bit of the colour below it, where the bit of an integer's tag is. */
function shiftedLength(e: Emit, block: Expr): Expr {
  return e.module.i64.shr_u(e.load64(e.add32(e.wrap(block), -WORD)), e.c64(HEADER_WOSIZE_SHIFT - 1));
}

/** The length of an array (of floats, too), tagged. */
export function vectLength(e: Emit, block: Expr): Expr {
  return e.module.i64.or(shiftedLength(e, block), e.c64(1));
}

/** An i32 condition: OCaml integer `index` is one of the block. The colour does not count, as the index is odd. */
export function inBounds(e: Emit, block: Expr, index: Expr): Expr {
  return e.module.i64.lt_u(index, shiftedLength(e, block));
}

/** An i32 condition: the block's tag is not `tag`. */
export function hasOtherTag(e: Emit, block: Expr, tag: number): Expr {
  return e.module.i32.ne(blockTag(e, block), e.c32(tag));
}

/** An i32 condition: the word is a boxed float. */
export function isDouble(e: Emit, x: Expr): Expr {
  const m = e.module;
  return m.if(isInt(e, x), e.c32(0), m.i32.eq(blockTag(e, m.copyExpression(x)), e.c32(TAG_DOUBLE)));
}

/** An i32 condition: the word is a custom block of kind `kind`. */
export function isBoxedInteger(e: Emit, x: Expr, kind: number): Expr {
  const m = e.module;
  const copy = (): Expr => m.copyExpression(x);
  const tagged = m.i32.eq(blockTag(e, copy()), e.c32(TAG_CUSTOM));
  return m.if(isInt(e, x), e.c32(0), m.i32.and(tagged, m.i32.eq(e.load32(e.wrap(copy())), e.c32(kind))));
}

export function blockTag(e: Emit, block: Expr): Expr {
  return e.module.i32.load8_u(0, 1, e.add32(e.wrap(block), -WORD));
}

/** `size` bytes at OCaml integer `index`, as an i64: 2 zero-extended, 4 sign-extended, 8. */
export function loadBytes(e: Emit, size: number, bytes: Expr, index: Expr): Expr {
  const { i64 } = e.module;
  const address = byteAddress(e, bytes, index);
  if (size === 2) return i64.load16_u(0, 1, address);
  return size === 4 ? i64.load32_s(0, 1, address) : i64.load(0, 1, address);
}

export function storeBytes(e: Emit, size: number, bytes: Expr, index: Expr, v: Expr): Expr {
  const { i64 } = e.module;
  const address = byteAddress(e, bytes, index);
  if (size === 2) return i64.store16(0, 1, address, v);
  return size === 4 ? i64.store32(0, 1, address, v) : i64.store(0, 1, address, v);
}

function byteAddress(e: Emit, bytes: Expr, index: Expr): Expr {
  return e.module.i32.add(e.wrap(bytes), e.wrap(untag(e, index)));
}

/** The byte at OCaml integer `index`, tagged. */
export function byte(e: Emit, bytes: Expr, index: Expr): Expr {
  return tag(e, e.module.i64.load8_u(0, 1, byteAddress(e, bytes, index)));
}

export function setByte(e: Emit, bytes: Expr, index: Expr, v: Expr): Expr {
  return e.module.i64.store8(0, 1, byteAddress(e, bytes, index), untag(e, v));
}

/** Length of a string in bytes, tagged; two i32 locals are used. */
export function stringLength(e: Emit, s: Expr, p: number, last: number): { code: Expr[]; length: Expr } {
  const m = e.module;
  const wosize = e.wrap(m.i64.shr_u(e.load64(e.add32(e.get32(p), -WORD)), e.c64(HEADER_WOSIZE_SHIFT)));
  const padding = m.i32.load8_u(0, 1, m.i32.add(e.get32(p), e.get32(last)));
  return {
    code: [e.set(p, e.wrap(s)), e.set(last, e.add32(m.i32.shl(wosize, e.c32(3)), -1))],
    length: tag(e, e.extend(m.i32.sub(e.get32(last), padding))),
  };
}

/**
 * result := the method with a tag of an object, with a cache: the i32 at address `cache` says where it was found last
 * (GETPUBMET of runtime/interp.c). `methods`, `offset`: free i32 locals.
 */
export function publicMethod(
  e: Emit,
  result: number,
  { methods, offset }: { readonly methods: number; readonly offset: number },
  object: Expr,
  tag: () => Expr,
  cache: () => Expr,
): Expr[] {
  const m = e.module;
  const found = m.i32.and(e.load32(cache()), e.load32(e.get32(methods), WORD));
  return [
    e.set(methods, e.wrap(e.load64(e.wrap(object)))),
    e.set(offset, m.i32.add(e.get32(methods), found)),
    e.if(
      m.i64.eq(e.load64(e.get32(offset), 3 * WORD), tag()),
      [e.set(result, e.load64(e.get32(offset), 2 * WORD))],
      [e.set(result, e.call("find_method_cached", [e.get32(methods), tag(), cache()], binaryen.i64))],
    ),
  ];
}

/**
 * caml_modify of the word at the address in local `field` by the value in local `v`: stores of integers over integers, and
 * into young blocks, need nothing more.
 */
export function modify(e: Emit, field: number, v: number): Expr {
  const m = e.module;
  const young = m.i32.lt_u(
    m.i32.sub(e.get32(field), e.cell32(CELL_YOUNG_START)),
    m.i32.sub(e.cell32(CELL_YOUNG_END), e.cell32(CELL_YOUNG_START)),
  );
  const integers = m.i32.and(m.i32.and(e.load32(e.get32(field)), e.wrap(e.get64(v))), e.c32(1));
  return e.if(
    m.if(integers, e.c32(1), young),
    [e.store64(e.get32(field), 0, e.get64(v))],
    [e.call("modify_old_field", [e.get32(field), e.get64(v)], binaryen.none)],
  );
}
