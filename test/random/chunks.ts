/** How programs are put together. */

/** How many programs are compiled together: those whose seeds give the same when divided by it. */
export const CHUNK = 40;

/** The chunk that a program is in. */
export const chunkOf = (seed: number): number => Math.floor(seed / CHUNK);

/** The first seed of the next chunk, but no more than `to`. */
export const nextChunk = (seed: number, to: number): number => Math.min(to, CHUNK * (chunkOf(seed) + 1));
