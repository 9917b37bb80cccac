/** The parts of compiled code. */
import type { NativePart } from "./code.ts";

/** The part that a word is in; parts follow one another. */
export function partAt(parts: readonly NativePart[], word: number): number {
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (parts[middle]!.start <= word) low = middle;
    else high = middle - 1;
  }
  return low;
}
