/** Numbers that look random, the same in every run: a function that gives the next one, from 0 up to, but not with, 1. */
export type Random = () => number;

/** mulberry32. */
export function random(seed: number): Random {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let n = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n;
    return ((n ^ (n >>> 14)) >>> 0) / 4294967296;
  };
}

/** An integer from 0 up to, but not with, n. */
export const below = (next: Random, n: number): number => Math.floor(next() * n);

/** One of some. */
export const oneOf = <T>(next: Random, items: readonly T[]): T => items[below(next, items.length)]!;
