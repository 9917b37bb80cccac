/**
 * What a primitive written in TypeScript is. Primitives written in AssemblyScript are the exported functions of
 * `runtime/core/`; together they are the primitive table (`runtime/table.ts`), which is declared nowhere else.
 */
import type { Machine } from "./machine.ts";

/**
 * A tagged word as a JavaScript number: the address of a block (even) or 2n + 1 for the integer n; a bigint when the
 * word has more than 53 significant bits.
 */
export type Value = number | bigint;

/**
 * A primitive's code. `args` is the address of its first argument on the VM stack; argument i is the word at
 * `args + 8 i`. The slots are roots: re-read them after anything that allocates.
 */
export type PrimitiveCode = (m: Machine, args: number) => Value;

export interface Primitive {
  readonly name: string;
  readonly arity: number;
  readonly call: PrimitiveCode;
}

/** A group of primitives: C name → [number of arguments, code]. */
export function definePrimitives(
  group: Readonly<Record<string, readonly [arity: number, call: PrimitiveCode]>>,
): Primitive[] {
  return Object.entries(group).map(([name, [arity, call]]) => ({ name, arity, call }));
}

/** Immediate values and their constructors. */
export const Val = {
  unit: 1,
  false: 1,
  true: 3,
  none: 1,
  emptyList: 1,
  bool: (b: boolean): Value => (b ? 3 : 1),
  /** The integer n (exact for |n| < 2^51; larger ones go through a bigint). */
  int: (n: number): Value =>
    n >= -0x8000000000000 && n < 0x8000000000000 ? 2 * n + 1 : (BigInt.asIntN(63, BigInt(n)) << 1n) | 1n,
  /** The 63-bit integer n, wrapped around. */
  int64: (n: bigint): Value => (BigInt.asIntN(63, n) << 1n) | 1n,
} as const;
