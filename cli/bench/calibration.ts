/**
 * A piece of work that is always the same, done by this process next to each run: what it takes tells how fast the machine is
 * just then. Others who use it slow both down.
 */

/** 128 KB, in which the work jumps around: with more it would suffer more from busy neighbours than programs do. */
const WORDS = 1 << 15;
const STEPS = 8_000_000;

let memory: Int32Array | undefined;

/** Steps along a chain through memory that leads everywhere, with some arithmetic. The result depends on all of them. */
function work(chain: Int32Array): number {
  let at = 0;
  let sum = 0;
  for (let i = 0; i < STEPS; i++) {
    at = chain[at]!;
    sum = (Math.imul(sum, 31) + (at ^ (sum >>> 7))) | 0;
    if ((sum & 7) === 0) sum ^= i;
  }
  return sum;
}

function prepare(): Int32Array {
  const chain = new Int32Array(WORDS);
  // One cycle: a linear congruential generator of full period (Hull and Dobell).
  for (let i = 0; i < WORDS; i++) chain[i] = (Math.imul(i, 1_664_525) + 1_013_904_223) & (WORDS - 1);
  for (let i = 0; i < 3; i++) work(chain); // the engine compiles it
  return chain;
}

/** Seconds of user time of the work. */
export function calibrate(): number {
  memory ??= prepare();
  const before = process.cpuUsage();
  work(memory);
  return process.cpuUsage(before).user / 1e6;
}
