/** Figures over samples, and tables of them. */

/** @throws RangeError for no samples */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new RangeError("median of nothing");
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function geometricMean(samples: readonly number[]): number {
  return Math.exp(samples.reduce((sum, x) => sum + Math.log(x), 0) / samples.length);
}

/** The ratio of the medians, and the smallest and largest ratio of samples taken next to each other. */
export interface Ratio {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Ratio of `samples` to `base`, where samples with the same index were taken in the same round. */
export function ratio(samples: readonly number[], base: readonly number[]): Ratio {
  const each = samples.map((x, i) => x / base[i]!);
  return { median: median(samples) / median(base), least: Math.min(...each), most: Math.max(...each) };
}

export const showRatio = (r: Ratio): string => `${r.median.toFixed(2)} (${r.least.toFixed(2)}–${r.most.toFixed(2)})`;

/** Rows of cells as a Markdown table with aligned columns, the first to the left; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`,
  );
  const rule = `|${widths.map((w, i) => (i === 0 ? "-".repeat(w + 2) : `${"-".repeat(w + 1)}:`)).join("|")}|`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}
