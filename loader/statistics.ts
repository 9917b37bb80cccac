/** Figures over samples: medians, their intervals, geometric means. */
import { mean, median as middle, quantileSorted } from "d3-array";

/** An estimate, and the interval that it is in with a confidence of 95 %, unless another is said. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How often samples are drawn again for an interval. */
const RESAMPLES = 2000;
const CONFIDENCE = 0.95;

/** @throws RangeError for no samples */
export function median(samples: readonly number[]): number {
  const value = middle(samples);
  if (value === undefined) throw new RangeError("median of nothing");
  return value;
}

/** The median's relative spread: half of what the middle half of the samples covers, over the median. */
export function spread(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return (quantileSorted(sorted, 0.75)! - quantileSorted(sorted, 0.25)!) / 2 / median(samples);
}

/** @throws RangeError for no samples */
export function geometricMean(samples: readonly number[]): number {
  const logarithm = mean(samples, Math.log);
  if (logarithm === undefined) throw new RangeError("mean of nothing");
  return Math.exp(logarithm);
}

/** Random numbers in [0, 1), the same ones each time, so that the same samples give the same intervals (mulberry32). */
function generator(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a statistic says of samples that are drawn again and again: the interval of the middle of that (Efron's percentile bootstrap). */
function interval(value: number, draw: (random: () => number) => number, confidence = CONFIDENCE): Estimate {
  const random = generator();
  const drawn = Array.from({ length: RESAMPLES }, () => draw(random)).sort((a, b) => a - b);
  const outside = (1 - confidence) / 2;
  return { value, low: quantileSorted(drawn, outside)!, high: quantileSorted(drawn, 1 - outside)! };
}

const indices = (n: number, random: () => number): number[] => Array.from({ length: n }, () => Math.floor(n * random()));

/** The median of samples. */
export function medianEstimate(samples: readonly number[]): Estimate {
  return interval(median(samples), (random) => median(indices(samples.length, random).map((i) => samples[i]!)));
}

/** Samples of one thing, those with the same index taken in the same round, over those of another. */
export interface Pair {
  readonly samples: readonly number[];
  readonly base: readonly number[];
}

const ratioOfMedians = ({ samples, base }: Pair): number => median(samples) / median(base);

/** The ratio of the medians of samples that were taken in rounds. Rounds are drawn: what harms a round harms both. */
export function pairedRatio(pair: Pair): Estimate {
  return geometricMeanOfRatios([pair]);
}

/** The mean of the middle half: as steady as the mean where there are no outliers, and with them (docs/bench.md). @throws RangeError for no samples */
export function middleMean(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const outside = Math.floor(sorted.length / 4);
  const value = mean(sorted.slice(outside, sorted.length - outside));
  if (value === undefined) throw new RangeError("mean of nothing");
  return value;
}

/** The ratio of samples that were taken side by side: what harms one of them harms the other as much. Pairs are drawn. */
export function ratioOfPairs({ samples, base }: Pair, confidence: number): Estimate {
  const logarithms = samples.map((x, i) => Math.log(x / base[i]!));
  const ratio = (of: readonly number[]): number => Math.exp(middleMean(of));
  return interval(ratio(logarithms), (random) => ratio(indices(logarithms.length, random).map((i) => logarithms[i]!)), confidence);
}

/** The geometric mean of the ratios of several programs; of each, rounds are drawn. */
export function geometricMeanOfRatios(pairs: readonly Pair[]): Estimate {
  const value = geometricMean(pairs.map(ratioOfMedians));
  return interval(value, (random) =>
    geometricMean(
      pairs.map(({ samples, base }) => {
        const drawn = indices(Math.min(samples.length, base.length), random);
        return ratioOfMedians({ samples: drawn.map((i) => samples[i]!), base: drawn.map((i) => base[i]!) });
      }),
    ),
  );
}

/** The mean of the lowest quarter. Others who use the machine only add to times, so it varies less than the median (docs/bench.md). */
export function lowestMean(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const value = mean(sorted.slice(0, Math.ceil(sorted.length / 4)));
  if (value === undefined) throw new RangeError("mean of nothing");
  return value;
}

/** The ratio of the means of the lowest quarters of samples that have nothing to do with each other. */
export function independentRatio(samples: readonly number[], base: readonly number[], confidence: number): Estimate {
  const draw = (from: readonly number[], random: () => number): number => lowestMean(indices(from.length, random).map((i) => from[i]!));
  return interval(lowestMean(samples) / lowestMean(base), (random) => draw(samples, random) / draw(base, random), confidence);
}
