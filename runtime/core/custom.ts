/** Operations of custom blocks: comparison and hashing by kind (runtime/custom.c, ints.c). */
import {
  COMPARE_FAILED,
  CUSTOM_BIGARRAY,
  CUSTOM_CHANNEL,
  CUSTOM_CONDITION,
  CUSTOM_HOST,
  CUSTOM_INT32,
  CUSTOM_INT64,
  CUSTOM_MUTEX,
  CUSTOM_NATIVEINT,
} from "../layout";
import { compareBigarrays, hashBigarray } from "./bigarray";
import { customData, customKind } from "./values";

/** Where the names that OCaml gives to the kinds (1, 3, 5…) come in the alphabet. */
const NAME_RANKS: usize = memory.data<u8>([3, 4, 6, 0, 1, 5, 2, 7]);

// @ts-ignore: decorator
@inline function nameRank(kind: i32): u32 {
  return <u32>load<u8>(NAME_RANKS + (<usize>kind >> 1));
}

/** Compare custom blocks p and q: -1, 0, 1, 2 (unordered), or COMPARE_FAILED. */
export function compareCustom(p: usize, q: usize, total: bool): i32 {
  const kind = customKind(p);
  const other = customKind(q);
  if (kind != other) return nameRank(kind) < nameRank(other) ? -1 : 1;
  switch (kind) {
    case CUSTOM_INT32:
    case CUSTOM_INT64:
    case CUSTOM_NATIVEINT:
    case CUSTOM_CHANNEL:
    case CUSTOM_MUTEX:
    case CUSTOM_CONDITION:
    case CUSTOM_HOST: {
      const a = load<i64>(customData(p));
      const b = load<i64>(customData(q));
      return a < b ? -1 : a > b ? 1 : 0;
    }
    case CUSTOM_BIGARRAY:
      return compareBigarrays(p, q, total);
    default:
      return COMPARE_FAILED;
  }
}

/** What of a custom block is hashed: its payload, for the kinds that have a hash function. */
export function customHash(p: usize): u32 {
  const data = load<i64>(customData(p));
  switch (customKind(p)) {
    case CUSTOM_INT32:
      return <u32>data;
    case CUSTOM_INT64: {
      return <u32>(data >> 32) ^ <u32>data;
    }
    case CUSTOM_NATIVEINT:
      return <u32>(data >> 32) ^ (<u32>(data >> 63)) ^ <u32>data;
    case CUSTOM_BIGARRAY:
      return hashBigarray(p);
    default:
      return <u32>data;
  }
}

/** Whether blocks of this kind take part in hashing. */
export function hasHash(kind: i32): bool {
  return kind == CUSTOM_INT32 || kind == CUSTOM_INT64 || kind == CUSTOM_NATIVEINT || kind == CUSTOM_CHANNEL || kind == CUSTOM_HOST || kind == CUSTOM_BIGARRAY;
}
