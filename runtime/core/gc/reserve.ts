/**
 * Memory that is kept for what cannot fail: promoting the survivors of a minor collection, and the collector's own
 * tables. While some of it is used, nobody else gets memory; then a whole collection has to free enough to refill it.
 */
import { fitsAlready, memAllocAlways, memFree, moveContents, setStarving } from "./malloc";

@external("host", "fatal_error")
declare function fatalError(message: string, length: i32): void;

const CHUNK: usize = (256 << 10) - 8;
/** Chunks that are held, linked by their first words. */
let chunks: usize = 0;
let held: i32 = 0;
let wanted: i32 = 0;

/** Keep as much as this from now on. false: there is not enough. */
export function setReserve(bytes: usize): bool {
  wanted = <i32>(bytes / CHUNK) + 1;
  while (held > wanted) releaseChunk();
  return refillReserve();
}

function releaseChunk(): void {
  const chunk = chunks;
  chunks = load<usize>(chunk);
  held--;
  memFree(chunk);
}

/** Have all of it again. false: there is not enough memory for that. */
export function refillReserve(): bool {
  while (held < wanted) {
    const chunk = memAllocAlways(CHUNK);
    if (!chunk) {
      setStarving(true);
      return false;
    }
    store<usize>(chunk, chunks);
    chunks = chunk;
    held++;
  }
  setStarving(false);
  return true;
}

/** Bytes that are held now. */
export function reserved(): usize {
  return <usize>held * CHUNK;
}

/** memAlloc for what cannot fail; ends the program when the reserve is used up, too. */
export function vitalAlloc(bytes: usize): usize {
  let p = memAllocAlways(bytes);
  while (!p && chunks) {
    setStarving(true);
    releaseChunk();
    p = memAllocAlways(bytes);
  }
  if (!p) {
    const message = "out of memory";
    fatalError(message, message.length);
  }
  return p;
}

/** memResize for what cannot fail. */
export function vitalResize(p: usize, bytes: usize): usize {
  if (p && fitsAlready(p, bytes)) return p;
  const q = vitalAlloc(bytes);
  moveContents(p, q);
  return q;
}
