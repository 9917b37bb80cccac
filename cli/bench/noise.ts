/** Whether the machine was quiet enough for the figures to say something. */
import { ratios } from "./figures.ts";
import type { Results } from "./results.ts";
import { median, spread } from "../../loader/statistics.ts";

/** Upper over lower end of an interval from which on a ratio says little. */
const WIDE = 1.1;
/** Relative spread of what the same work takes. */
const BUSY = 0.03;
/** Fewer runs than that have no intervals of 95 %. */
const LEAST_RUNS = 5;

/** Warnings, each a sentence or two. */
export function noiseWarnings(results: Results, base: string): string[] {
  const warnings: string[] = [];
  const samples = results.startUp.flatMap(({ times }) => times.calibration);
  const all = [...samples, ...results.programs.flatMap(({ outcomes }) => outcomes.flatMap(({ times }) => times.calibration))];
  const runs = Math.max(0, ...results.startUp.map(({ times }) => times.user.length));
  if (runs > 0 && runs < LEAST_RUNS) warnings.push(`${runs} runs are too few for intervals of 95 %: give --runs ${LEAST_RUNS} or more`);
  const others = results.engines.map(({ name }) => name).filter((name) => name !== base);
  const known = others.flatMap((name) => ratios(results, name, base).rows.flatMap(({ ratio }) => ratio ?? []));
  const wide = known.filter(({ low, high }) => high / low > WIDE);
  if (wide.length > 0) {
    warnings.push(`${wide.length} of ${known.length} ratios are uncertain by more than 10 %: give more --runs, or programs that run longer`);
  }
  if (all.length > 1 && spread(all) > BUSY) {
    const [least, most] = [Math.min(...all) / median(all), Math.max(...all) / median(all)];
    warnings.push(
      `the machine was busy: the same work took ${(100 * least).toFixed(0)} to ${(100 * most).toFixed(0)} % of its median. Run it again when nothing else runs`,
    );
  }
  return warnings;
}
