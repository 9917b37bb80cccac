/** Results as a bar chart, in SVG that adapts to light and dark surroundings. */
import { scaleBand, scaleLinear, scaleLog } from "d3-scale";
import { netTimes, outcomeOf, ratios } from "./figures.ts";
import { figure } from "./report.ts";
import type { Results } from "./results.ts";
import { type Estimate, medianEstimate } from "../../loader/statistics.ts";

const WIDTH = 860;
/** Height of a bar, space between groups, and of what is above and below them, in pixels. */
const BAR = 13;
const GAP = 9;
const TOP = 84;
const BOTTOM = 44;
const RIGHT = 70;
/** Average width of a character of labels. */
const CHARACTER = 7.6;

/** Colours that people with any kind of sight can tell apart (Okabe and Ito), on white and on black. */
const COLOURS = [
  ["#0072b2", "#56b4e9"],
  ["#d55e00", "#e69f00"],
  ["#009e73", "#2fc79b"],
  ["#b0568a", "#e08fbd"],
  ["#8a7500", "#f0e442"],
  ["#555555", "#bbbbbb"],
] as const;

const css = (of: 0 | 1): string => COLOURS.map((pair, i) => `.s${i}{fill:${pair[of]}}`).join("");

const STYLE =
  "text{font:12px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#1b1f24}.title{font-size:15px;font-weight:600}.minor{fill:#57606a;font-size:11px}" +
  ".back{fill:#fff}.grid{stroke:#d8dee4}.base{stroke:#57606a}.whisker{stroke:#1b1f24}.halo{stroke:#fff;stroke-width:3}.mean{font-weight:600}" +
  css(0) +
  "@media (prefers-color-scheme:dark){text{fill:#e6edf3}.minor{fill:#9aa4af}.back{fill:#0d1117}.grid{stroke:#30363d}.base{stroke:#9aa4af}.whisker{stroke:#e6edf3}.halo{stroke:#0d1117}" +
  css(1) +
  "}";

interface Row {
  readonly label: string;
  /** For each series; undefined: not known. */
  readonly values: readonly (Estimate | undefined)[];
}

/** What is drawn. */
interface Chart {
  readonly title: string;
  readonly series: readonly string[];
  readonly rows: readonly Row[];
  /** The geometric mean, below the others. */
  readonly mean?: Row;
  /** Where bars start: 1 for ratios, on a logarithmic axis; 0 for times. */
  readonly origin: 0 | 1;
  readonly unit: string;
}

/** Ratios to `base`; times, if there is nothing else. */
function chartOf(results: Results, base: string): Chart {
  const others = results.engines.map(({ name }) => name).filter((name) => name !== base);
  if (others.length === 0) {
    const times = results.programs.map(({ name, outcomes }): Row => {
      const net = netTimes(results, outcomeOf(outcomes, base));
      return { label: name, values: [net && medianEstimate(net)] };
    });
    return { title: "User time, without start-up", series: [base], rows: times, origin: 0, unit: "seconds" };
  }
  const columns = others.map((name) => ratios(results, name, base));
  const rows = results.programs.map(({ name }, i): Row => ({ label: name, values: columns.map((c) => c.rows[i]!.ratio) }));
  return {
    title: `User time relative to ${base}`,
    series: others,
    rows,
    ...(rows.length > 1 && { mean: { label: "geometric mean", values: columns.map(({ mean }) => mean) } }),
    origin: 1,
    unit: `times the time of ${base}, without start-up; logarithmic; left of 1 is faster`,
  };
}

const escape = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.codePointAt(0)};`);

/** An element; numbers to a tenth of a pixel. */
function element(name: string, attributes: Readonly<Record<string, string | number>>, content = ""): string {
  const list = Object.entries(attributes).map(([key, value]) => {
    return ` ${key}="${typeof value === "number" ? Number(value.toFixed(1)) : escape(value)}"`;
  });
  return `<${name}${list.join("")}${content === "" ? "/>" : `>${content}</${name}>`}`;
}

const text = (x: number, y: number, of: string, more: Readonly<Record<string, string | number>> = {}): string =>
  element("text", { x, y, ...more }, escape(of));

const line = (kind: string, x1: number, y1: number, x2: number, y2: number): string => element("line", { class: kind, x1, y1, x2, y2 });

/** The position of values along the axis, and values for its grid. */
function axis({ rows, mean, origin }: Chart, from: number, to: number): { at: (x: number) => number; ticks: number[] } {
  const known = [...rows, ...(mean ? [mean] : [])].flatMap(({ values }) => values.flatMap((v) => (v ? [v.low, v.high] : [])));
  if (origin === 0) {
    const scale = scaleLinear([0, Math.max(0.001, ...known)], [from, to]).nice();
    return { at: scale, ticks: scale.ticks(8) };
  }
  const least = Math.min(0.9, ...known);
  const most = Math.max(1.1, ...known);
  const scale = scaleLog([least / 1.05, most * 1.05], [from, to]);
  const ticks = scale.ticks(8).filter((t, _, all) => all.length <= 12 || /^[125]/.test(t.toExponential()));
  return { at: scale, ticks };
}

/** An SVG document. */
export function plot(results: Results, base: string): string {
  const chart = chartOf(results, base);
  const rows = [...chart.rows, ...(chart.mean ? [chart.mean] : [])];
  const left = 20 + CHARACTER * Math.max(...rows.map(({ label }) => label.length));
  const group = BAR * chart.series.length;
  const height = TOP + rows.length * (group + GAP) + BOTTOM;
  const end = height - BOTTOM;
  const { at, ticks } = axis(chart, left, WIDTH - RIGHT);
  const bands = scaleBand(chart.series.map((_, i) => i), [0, group]);
  const grid = ticks.map((t) => line("grid", at(t), TOP - 4, at(t), end) + text(at(t), end + 15, String(t), { class: "minor", "text-anchor": "middle" }));
  const bars = rows.map((row, i) => drawRow(row, TOP + i * (group + GAP) + GAP / 2, row === chart.mean));

  function drawRow({ label, values }: Row, y: number, mean: boolean): string {
    const name = text(left - 8, y + group / 2 + 4, label, { "text-anchor": "end", ...(mean && { class: "mean" }) });
    return name + values.map((v, s) => drawBar(v, s, y + bands(s)!)).join("");
  }

  function drawBar(estimate: Estimate | undefined, series: number, y: number): string {
    const middle = y + BAR / 2;
    if (!estimate) return text(at(chart.origin) + 4, middle + 4, "no figure", { class: "minor" });
    const { value, low, high } = estimate;
    const [x1, x2] = [at(chart.origin), at(value)].sort((a, b) => a - b) as [number, number];
    const title = element("title", {}, escape(`${chart.series[series]}: ${figure(value)} (${figure(low)} to ${figure(high)})`));
    return (
      element("rect", { class: `s${series % COLOURS.length}`, x: x1, y: y + 1, width: Math.max(1, x2 - x1), height: BAR - 2 }, title) +
      ["halo", "whisker"].map((kind) => drawWhisker(kind, at(low), at(high), middle)).join("") +
      text(Math.max(at(high), at(chart.origin)) + 5, middle + 4, figure(value), { class: "minor" })
    );
  }

  function drawWhisker(kind: string, x1: number, x2: number, y: number): string {
    return line(kind, x1, y, x2, y) + line(kind, x1, y - 3, x1, y + 3) + line(kind, x2, y - 3, x2, y + 3);
  }

  let x = left;
  const legend = chart.series.map((name, i) => {
    const entry = element("rect", { class: `s${i % COLOURS.length}`, x, y: 52, width: 12, height: 12 }) + text(x + 17, 62, name);
    x += 40 + CHARACTER * name.length;
    return entry;
  });
  const { machine, date, bactrian } = results;
  const runs = Math.max(0, ...results.startUp.map(({ times }) => times.user.length));
  const source = `Bactrian ${bactrian}, Node ${machine.node}, ${machine.processor}, ${date.slice(0, 10)}; medians of ${runs} runs, intervals of 95 %`;
  const base1 = chart.origin === 1 ? line("base", at(1), TOP - 4, at(1), end) : "";
  const body = [
    element("style", {}, STYLE),
    element("rect", { class: "back", width: WIDTH, height }),
    text(20, 24, chart.title, { class: "title" }),
    text(20, 41, source, { class: "minor" }),
    ...legend,
    ...grid,
    ...bars,
    base1,
    text((left + WIDTH - RIGHT) / 2, end + 33, chart.unit, { class: "minor", "text-anchor": "middle" }),
  ];
  const attributes = { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, role: "img" };
  return `${element("svg", attributes, `\n${[element("title", {}, escape(chart.title)), ...body].join("\n")}\n`)}\n`;
}
