/** `bactrian bench`: what it computes from given figures, and what it does with programs that cannot be compared. No timing. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SaxesParser } from "saxes";
import t, { type Test } from "tap";
import { compareWithBaseline, unsettledPrograms, verdict } from "../cli/bench/baseline.ts";
import { netTimes, ratios } from "../cli/bench/figures.ts";
import { measure } from "../cli/bench/measure.ts";
import { noiseWarnings } from "../cli/bench/noise.ts";
import { plot } from "../cli/bench/plot.ts";
import { type Outcome, readCollections, type Results } from "../cli/bench/results.ts";
import { REPETITIONS } from "../cli/bench/rounds.ts";
import { geometricMean, geometricMeanOfRatios, independentRatio, median, lowestMean, medianEstimate, pairedRatio, spread } from "../loader/statistics.ts";
import { Command } from "./support/command.ts";
import { testFolder } from "./support/programs.ts";

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-12;

t.test("medians, means and their intervals", (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([4, 1, 3, 2]), 2.5);
  t.throws(() => median([]), RangeError);
  t.ok(near(geometricMean([1, 8]), Math.sqrt(8)));
  t.equal(spread([1, 2, 3, 4, 5]), 1 / 3);
  // With five samples, the median of five drawn ones is the least with a probability of 5.8 %: the interval is all of them.
  t.same(medianEstimate([5, 1, 4, 2, 3]), { value: 3, low: 1, high: 5 });
  t.same(medianEstimate([2, 2, 2]), { value: 2, low: 2, high: 2 });
  // The exact interval of order statistics for the median of 1 … 99 is 40 to 60 (Conover, Practical Nonparametric Statistics).
  const { low, high } = medianEstimate(Array.from({ length: 99 }, (_, i) => i + 1));
  t.ok(low >= 38 && low <= 42 && high >= 58 && high <= 62, `${low} to ${high}`);
  t.end();
});

t.test("ratios", (t) => {
  const base = [1, 2, 3, 4, 5];
  const double = base.map((x) => 2 * x);
  t.same(pairedRatio({ samples: double, base }), { value: 2, low: 2, high: 2 }, "what harms a round harms both");
  t.equal(lowestMean([9, 1, 8, 2, 3]), 1.5);
  const independent = independentRatio(double, base, 0.95);
  t.equal(independent.value, 2);
  t.ok(independent.low < 1.5 && independent.high > 2.5, "they may have been harmed separately");
  const half = base.map((x) => x / 2);
  const mean = geometricMeanOfRatios([{ samples: double, base }, { samples: half, base }]);
  t.ok(near(mean.value, 1) && near(mean.low, 1) && near(mean.high, 1));
  t.end();
});

function outcome(engine: string, user: number[], calibration = user.map(() => 0.05)): Outcome {
  return { engine, times: { user, system: user.map(() => 0), wall: user, calibration } };
}

/** Results of one program "p" in the tiers interp and native, after a start of 0.1 s. */
function results(interp: number[], native: number[], calibration?: number[]): Results {
  const engines = ["interp", "native"].map((name) => ({ name, version: "" }));
  return {
    format: 1, date: "", machine: {}, bactrian: "", identity: "", args: "", engines,
    startUp: engines.map(({ name }) => outcome(name, [0.1, 0.1, 0.1])),
    programs: [{ name: "p", outcomes: [outcome("interp", interp, calibration), outcome("native", native, calibration)] }],
  };
}

t.test("times without start-up", (t) => {
  const measured = results([1.1, 1.1, 1.1], [0.12, 0.12, 0.12]);
  const [{ outcomes }] = measured.programs as [Results["programs"][0]];
  t.same(netTimes(measured, outcomes[0])!.map((x) => x.toFixed(3)), ["1.000", "1.000", "1.000"]);
  t.equal(netTimes(measured, outcomes[1]), undefined, "most of the time is that of starting");
  t.equal(ratios(measured, "native", "interp").mean, undefined);
  const longer = results([1.1, 1.1, 1.1], [0.35, 0.35, 0.35]);
  t.ok(near(ratios(longer, "native", "interp").mean!.value, 0.25));
  t.match(noiseWarnings(longer, "interp"), [/^3 runs are too few/]);
  const busy = [0.05, 0.07, 0.09, 0.05, 0.07, 0.09];
  t.match(noiseWarnings(results(busy.map((x) => 20 * x), busy.map((x) => 10 * x), busy), "interp").at(-1), /the machine was busy/);
  t.end();
});

t.test("what OCaml's runtime tells at the end", (t) => {
  const text = "hello\nminor_words: 12\npromoted_words: 3\nmajor_words: 4\nminor_collections: 5\nmajor_collections: 6\nforced_major_collections: 0\n";
  t.same(readCollections(text), { minor_words: 12, promoted_words: 3, major_words: 4, minor_collections: 5, major_collections: 6 });
  t.equal(readCollections("minor_words: 12\n"), undefined);
  t.end();
});

t.test("changes against a baseline", (t) => {
  const before = results([1.1, 1.11, 1.09, 1.1, 1.1], [0.6, 0.6, 0.61, 0.6, 0.59]);
  const now = results([1.21, 1.2, 1.22, 1.2, 1.2], [0.6, 0.6, 0.6, 0.61, 0.6]);
  t.same(compareWithBaseline(now, before).map(({ engine, verdict }) => [engine, verdict]), [["interp", "slower"], ["native", "same"]]);
  t.same(compareWithBaseline(before, now).map(({ verdict }) => verdict), ["faster", "same"]);
  // All of a machine that is 10 % slower, and its calibration as well.
  const elsewhere = { ...results([1.2, 1.2, 1.2], [0.65, 0.65, 0.65], [0.055, 0.055, 0.055]) };
  t.same(compareWithBaseline(elsewhere, before).map(({ verdict }) => verdict), ["same", "same"]);
  t.equal(verdict({ value: 1.1, low: 0.95, high: 1.3 }, 0), "unclear");
  t.equal(verdict({ value: 1.1, low: 1.05, high: 1.2 }, 0.01), "slower");
  t.equal(verdict({ value: 1.1, low: 1.05, high: 1.2 }, 0.04), "unclear", "the machine is busy");
  t.end();
});

t.test("baselines on a busy machine, of recorded times", (t) => {
  const BASELINE = 40;
  const RUNS = 10;
  const most = RUNS * (1 + REPETITIONS);
  const recorded = JSON.parse(readFileSync(`${testFolder("data/bench")}busy.json`, "utf8")) as Record<string, { user: number[]; calibration: number[] }>;
  for (const name of ["calls", "maps"]) {
    const { user, calibration } = recorded[name]!;
    /** Some of the runs, all of them so many times slower. */
    const part = (start: number, length: number, factor: number): Results => {
      const net = user.slice(start, start + length).map((x) => factor * (x - 0.15) + 0.15);
      const { startUp, ...rest } = results(net, net, calibration.slice(start, start + length));
      return { ...rest, startUp: startUp.map(({ engine }) => outcome(engine, [0.15])) };
    };
    const verdicts = (factor: number): string[] =>
      Array.from({ length: 20 }, (_, i) => {
        const start = Math.round((i / 19) * (user.length - BASELINE - most));
        const baseline = part(start, BASELINE, 1);
        let runs = RUNS;
        const now = (): Results => part(start + BASELINE, runs, factor);
        while (runs < most && unsettledPrograms(now(), baseline, RUNS).size > 0) runs += RUNS;
        return compareWithBaseline(now(), baseline)[0]!.verdict;
      });
    t.equal(verdicts(1).filter((v) => v === "slower").length, 0, `${name}, unchanged`);
    t.equal(verdicts(1.1).filter((v) => v === "slower").length, 20, `${name}, 10 % slower`);
  }
  t.end();
});

/** The elements of a document, by name, and all of its text. Throws if it is not well-formed XML. */
function elements(xml: string): { names: Map<string, { attributes: Record<string, string> }[]>; text: string } {
  const names = new Map<string, { attributes: Record<string, string> }[]>();
  let text = "";
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", (e) => {
    throw e;
  });
  parser.on("opentag", ({ local, uri, attributes }) => {
    if (uri !== "http://www.w3.org/2000/svg") throw new Error(`${local} is no element of SVG`);
    const plain = Object.fromEntries(Object.entries(attributes).map(([key, { value }]) => [key, value]));
    names.set(local, [...(names.get(local) ?? []), { attributes: plain }]);
  });
  parser.on("text", (t) => void (text += `${t}\n`));
  parser.write(xml).close();
  return { names, text };
}

t.test("charts", (t) => {
  const measured = results([1.1, 1.1, 1.2], [0.35, 0.36, 0.35]);
  const programs = ["<a&b>", 'c"d', "failed"].map((name, i) => ({
    name,
    outcomes: i < 2 ? measured.programs[0]!.outcomes : [{ engine: "interp", problem: "crash", times: outcome("", []).times }],
  }));
  const bars = (svg: string): number => elements(svg).names.get("rect")!.filter(({ attributes }) => Number(attributes.height) === 11).length;
  const ratios = plot({ ...measured, programs }, "interp");
  t.equal(bars(ratios), 3, "two programs and their mean");
  const { text, names } = elements(ratios);
  for (const label of ["<a&b>", 'c"d', "failed", "geometric mean", "no figure", "native: 0.25 (0.23 to 0.26)"]) t.ok(text.includes(`${label}\n`), label);
  t.match(text, /@media \(prefers-color-scheme:dark\)/);
  const numbers = [...names.values()].flat().flatMap(({ attributes }) => ["x", "y", "x1", "y1", "x2", "y2", "width", "height"].flatMap((a) => attributes[a] ?? []));
  t.ok(numbers.length > 40 && numbers.every((n) => /^-?\d+(\.\d)?$/.test(n)), "all places are numbers");
  const one = { ...measured, engines: measured.engines.slice(0, 1) };
  t.equal(bars(plot(one, "interp")), 1, "times, when there are no ratios");
  t.equal(bars(plot({ ...one, programs: [] }, "interp")), 0);
  t.end();
});

t.test("a process: its output, its ending, its time", async (t) => {
  const run = (script: string, timeout = 60): ReturnType<typeof measure> => measure(["sh", "-c", script], { timeout });
  const done = await run("echo out; echo err >&2; exit 3");
  t.match(done, { ending: 3, stdout: "out\n", stderr: "err\n" });
  t.ok(done.wall >= 0 && done.user >= 0 && done.system >= 0);
  t.equal((await run("kill -SEGV $$")).ending, "ended by SIGSEGV");
  const long = await run("echo begin; sleep 100 & sleep 100", 0.5);
  t.match(long, { ending: "timeout", stdout: "begin\n" });
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 200);
  await t.rejects(measure(["sleep", "100"], { timeout: 60, signal: abort.signal }), { name: "AbortError" });
  await t.rejects(measure(["true"], { timeout: 60, signal: abort.signal }), { name: "AbortError" });
});

/** A folder with programs, and the results of measuring them once in some tiers. */
async function measured(t: Test, tiers: string, sources: Record<string, string>): Promise<Results & { stdout: string; stderr: string }> {
  const command = new Command(t);
  for (const [name, source] of Object.entries(sources)) writeFileSync(join(command.folder, `${name}.ml`), source);
  const options = ["--tiers", tiers, "--runs", "1", "--timeout", "5", "--json", "results.json"];
  const { status, stdout, stderr } = await command.run(["bench", ...options, ...Object.keys(sources).map((name) => `${name}.ml`)], {}, { patience: 300_000 });
  t.equal(status, 1, stderr);
  return { ...(JSON.parse(readFileSync(join(command.folder, "results.json"), "utf8")) as Results), stdout, stderr };
}

const problemsOf = ({ programs }: Results, name: string): (string | undefined)[] =>
  programs.find((p) => p.name === name)!.outcomes.map((o) => o.problem);

t.test("tiers that print something else", async (t) => {
  const results = await measured(t, "interp,native,mixed", {
    differs: "let () = print_string (Filename.extension Sys.argv.(0))",
  });
  t.same(results.startUp.map(({ engine, times }) => [engine, times.user.length]), [["interp", 1], ["native", 1], ["mixed", 1]]);
  const difference = 'does not print what interp prints, in line 1: ".wasm" and not ".byte"';
  t.same(problemsOf(results, "differs"), [undefined, difference, difference]);
  for (const { codeBytes, compile, engine } of results.programs[0]!.outcomes) {
    t.ok(codeBytes! > 1000 && (engine !== "native" || compile!.user > 0), engine);
  }
});

t.test("programs that fail, among one that does not", async (t) => {
  const results = await measured(t, "interp", {
    crash: 'let () = print_endline "begin"; failwith "no"',
    endless: "let () = while true do ignore (Sys.opaque_identity 1) done",
    wrong: 'let () = 1 + "2"',
    good: "let () = print_int (List.length (List.init 100_000 Fun.id))",
    random: "let () = Random.self_init (); print_int (Random.bits ())",
  });
  t.same(problemsOf(results, "crash"), ['ends with status 2: Fatal error: exception Failure("no")']);
  t.same(problemsOf(results, "endless"), ["has not ended after 5 s"]);
  t.same(problemsOf(results, "wrong"), []);
  t.same(problemsOf(results, "good"), [undefined]);
  const { collections, times } = results.programs.find(({ name }) => name === "good")!.outcomes[0]!;
  t.equal(times.user.length, 1);
  t.ok(collections!.minor_words >= 300_000, "three words for each element");
  t.same(problemsOf(results, "random"), ["prints something else in each run: it cannot be compared"]);
  t.match(results.stdout, /- wrong: ocamlc: exit status 2\n/);
  t.match(results.stdout, /\| crash +\| +failed \|/);
  t.match(results.stderr, /endless, interp: has not ended after 5 s\n/);
});

t.test("refused", async (t) => {
  const command = new Command(t);
  writeFileSync(join(command.folder, "p.ml"), "");
  writeFileSync(join(command.folder, "text"), "hello");
  await command.refuses(t, ["bench", "--tiers", "interp,fast", "p.ml"], "option '--tiers <list>' argument 'interp,fast' is invalid. fast is none of", /--help/);
  await command.refuses(t, ["bench", "--runs", "0", "p.ml"], "option '--runs <n>' argument '0' is invalid", /not a positive number/);
  await command.refuses(t, ["bench", "--ocamlrun", "/nowhere/ocamlrun", "p.ml"], "ocamlrun: /nowhere/ocamlrun cannot be run", /leave it out/);
  await command.refuses(t, ["bench", "--relative-to", "fast", "--tiers", "interp", "p.ml"], "--relative-to fast: is not among interp", /./);
  await command.refuses(t, ["bench", "--baseline", "text", "p.ml"], "text: is no JSON", /--json/);
  writeFileSync(join(command.folder, "other.json"), "{}");
  await command.refuses(t, ["bench", "--baseline", "other.json", "p.ml"], "other.json: are no results", /--json/);
});
