/** `bactrian bench`: what it computes from given figures, and what it does with programs that cannot be compared. No timing. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SaxesParser } from "saxes";
import t, { type Test } from "tap";
import { baselineReport, calibratedVerdict, compareWithBaseline, unsettled, verdict } from "../cli/bench/baseline.ts";
import { netTimes, ratios } from "../cli/bench/figures.ts";
import type { Engine } from "../cli/bench/engines.ts";
import { measure } from "../cli/bench/measure.ts";
import { noiseWarnings } from "../cli/bench/noise.ts";
import { plot } from "../cli/bench/plot.ts";
import { onProcessor } from "../cli/bench/processors.ts";
import type { Program } from "../cli/bench/programs.ts";
import { type Outcome, readCollections, type Results } from "../cli/bench/results.ts";
import { packBytecode, unpackBytecode, whyNotAgain } from "../cli/bench/earlier.ts";
import { runRounds } from "../cli/bench/rounds.ts";
import { geometricMean, geometricMeanOfRatios, independentRatio, median, lowestMean, medianEstimate, middleMean, pairedRatio, ratioOfPairs, spread } from "../loader/statistics.ts";
import { commandScript } from "../loader/installation.ts";
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
  t.equal(middleMean([100, 3, 1, 5, 4, 6, -100, 2]), 3.5);
  const sideBySide = ratioOfPairs({ samples: double, base }, 0.99);
  t.ok(near(sideBySide.value, 2) && near(sideBySide.low, 2) && near(sideBySide.high, 2));
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
    format: 2, date: "", machine: {}, bactrian: "", args: "", engines,
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
  t.equal(calibratedVerdict({ value: 1.1, low: 0.95, high: 1.3 }, 0), "unclear");
  t.equal(calibratedVerdict({ value: 1.1, low: 1.05, high: 1.2 }, 0.01), "slower");
  t.equal(calibratedVerdict({ value: 1.1, low: 1.05, high: 1.2 }, 0.04), "unclear", "the machine is busy");
  t.end();
});

t.test("baselines on a busy machine, of recorded times", (t) => {
  const BASELINE = 40;
  const RUNS = 10;
  const most = RUNS * 4;
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
        while (unsettled(now(), baseline, RUNS).length > 0) runs += RUNS;
        t.ok(runs <= most);
        return compareWithBaseline(now(), baseline)[0]!.verdict;
      });
    t.equal(verdicts(1).filter((v) => v === "slower").length, 0, `${name}, unchanged`);
    t.equal(verdicts(1.1).filter((v) => v === "slower").length, 20, `${name}, 10 % slower`);
  }
  t.end();
});

t.test("programs side by side with what they were", (t) => {
  const estimate = (low: number, high: number): Parameters<typeof verdict>[0] => ({ value: Math.sqrt(low * high), low, high });
  t.equal(verdict(estimate(0.99, 1.05), 10), "same");
  t.equal(verdict(estimate(0.99, 1.07), 10), "unclear", "7 % are not excluded");
  t.equal(verdict(estimate(1.03, 1.2), 10), "slower");
  t.equal(verdict(estimate(0.8, 0.97), 10), "faster");
  t.equal(verdict(estimate(1.1, 1.1), 7), "unclear", "too few runs for an interval of 99 %");
  // Times of the baseline that were taken elsewhere say nothing: it is run again.
  const then = results([9, 9, 9], [9, 9, 9]);
  const sideBySide = { now: [1.2, 1.3, 1.4, 1.2, 1.3, 1.4, 1.2, 1.3], before: [1.1, 1.2, 1.3, 1.1, 1.2, 1.3, 1.1, 1.2] };
  const [program] = results([5, 5, 5], [0.35, 0.35, 0.35]).programs as [Results["programs"][0]];
  const now = { ...then, programs: [{ ...program, outcomes: [{ ...program.outcomes[0]!, sideBySide }, program.outcomes[1]!] }] };
  t.match(compareWithBaseline(now, then), [{ means: "side by side", verdict: "slower", runs: 8 }, { means: "calibration", verdict: "faster", runs: 3 }]);
  t.match(unsettled(now, then, 8), [{ engine: "interp" }], "slower once is not enough");
  t.same(unsettled(now, then, 4).length, 0);
  t.end();
});

t.test("programs side by side on a busy machine, of recorded times", (t) => {
  type Recorded = Record<"interp" | "native", { start: number; unchanged: [number, number][]; slower: [number, number][] }>;
  const recorded = JSON.parse(readFileSync(`${testFolder("data/bench")}side-by-side.json`, "utf8")) as Recorded;
  const RUNS = 10;
  for (const tier of ["interp", "native"] as const) {
    const { start, ...pairs } = recorded[tier];
    const verdicts = (kind: "unchanged" | "slower"): string[] =>
      Array.from({ length: 20 }, (_, i) => {
        const from = i * 3;
        const part = (length: number): Results => {
          const taken = Array.from({ length }, (_, j) => pairs[kind][(from + j) % pairs[kind].length]!);
          const [now, before] = [taken.map(([now]) => now), taken.map(([, before]) => before)];
          const none = results([], []);
          return {
            ...none,
            startUp: [outcome(tier, [start])],
            programs: [{ name: "p", outcomes: [{ ...outcome(tier, [1]), sideBySide: { now, before } }] }],
          };
        };
        let runs = RUNS;
        while (unsettled(part(runs), results([], []), RUNS).length > 0) runs += RUNS;
        return compareWithBaseline(part(runs), results([], []))[0]!.verdict;
      });
    t.same(new Set(verdicts("unchanged")), new Set(["same"]), `${tier}, unchanged`);
    t.same(new Set(verdicts("slower")), new Set(["slower"]), `${tier}, 10 % more work`);
  }
  t.end();
});

t.test("programs that a baseline keeps", (t) => {
  const bytes = Buffer.from("some bytecode");
  t.same(Buffer.from(unpackBytecode(packBytecode(bytes))), bytes);
  const { programs, ...rest } = results([1], [0.11]);
  const baseline = { ...rest, engines: [{ name: "interp", version: "Node 20", build: "a" }], programs: [{ ...programs[0]!, bytecode: "" }] };
  t.equal(whyNotAgain(baseline, "p", { name: "interp", version: "Node 20", build: "a" }), undefined);
  t.match(whyNotAgain(baseline, "p", { name: "interp", version: "Node 20", build: "b" }), /another build/);
  t.match(whyNotAgain(baseline, "p", { name: "interp", version: "Node 20" }), /another build/, "it is not known which");
  t.match(whyNotAgain(baseline, "p", { name: "interp", version: "Node 26", build: "a" }), /it is Node 26 now, and was Node 20/);
  const other = { ...baseline, engines: [{ name: "interp", version: "Node 20", build: "b" }] };
  const report = baselineReport(other, baseline, compareWithBaseline(other, baseline), "b.json");
  t.match(report, /\| p +\| interp \|[^|]+\| +1 \| calibration \| same +\|/);
  t.match(report, /Not compared:\n\n- p, native: too short/);
  t.match(report, /- p, interp: it is another build\n\n.*--bactrian OLD/);
  t.match(whyNotAgain(baseline, "q", { name: "interp", version: "Node 20", build: "a" }), /no bytecode/);
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

t.test("rounds with what a program was", async (t) => {
  const folder = t.testdir({ bytecode: "" });
  const program: Program = { name: "p", file: "p.ml", id: "p", bytecode: join(folder, "bytecode") };
  /** With commands of the shell as the program, and as what it was. */
  const run = async (now: string, before: string, more = 0): Promise<{ outcome: Outcome; problems: string[] }> => {
    const problems: string[] = [];
    const prepare: Engine["prepare"] = ({ isEarlier }) => Promise.resolve({ command: ["sh", "-c", isEarlier ? before : now], codeBytes: 0 });
    const engine: Engine = { name: "sh", version: "", prepare };
    const measured = await runRounds([engine], { ...program, isEmpty: true }, [program], {
      runs: 2, timeout: 60, args: [], signal: new AbortController().signal,
      onStep: () => undefined,
      onProblem: (name, _, problem, isEarlier) => void problems.push(`${name}${isEarlier ? " then" : ""}: ${problem}`),
      earlier: ({ isEmpty }) => (isEmpty ? undefined : { ...program, isEarlier: true }),
      unsettled: () => (more-- > 0 ? [{ program: "p", engine: "sh" }] : []),
    });
    return { outcome: measured.programs[0]!.outcomes[0]!, problems };
  };
  const good = await run("echo now", "echo before", 2);
  t.same(good.problems, [], "it may print something else now");
  t.same([good.outcome.sideBySide!.now.length, good.outcome.sideBySide!.before.length], [6, 6]);
  t.equal(good.outcome.times.user.length, 2, "rounds that are added are side by side only");
  const crash = await run("echo now", "echo no >&2; exit 3");
  t.same(crash.problems, ["p then: ends with status 3: no"]);
  const ran = join(folder, "counts");
  const later = await run("echo now", `[ -e ${ran} ] && exit 4; touch ${ran}`, 1);
  t.match(later.problems, [/^p then: cannot be run beside the program of now: it ends with status 4/]);
  for (const { outcome, problems } of [crash, later]) {
    t.equal(outcome.sideBySide, undefined, problems[0]!);
    t.equal(outcome.problem, undefined, "that is no problem of the program of now");
  }
  t.equal(later.outcome.times.user.length, 4, "it is run alone again");
});

t.test("a command on one processor", (t) => {
  const command = ["true", "x"];
  const placed = onProcessor(1, command);
  t.same(placed.slice(-2), command);
  if (placed.length > 2) t.match(placed, [/\/taskset$/, "-c", /^\d+$/, "true", "x"]);
  t.equal(execFileSync(placed[0]!, placed.slice(1), { encoding: "utf8" }), "");
  t.end();
});

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

t.test("a baseline that is run again", async (t) => {
  const command = new Command(t);
  const bench = (...options: string[]): ReturnType<Command["run"]> =>
    command.run(["bench", "--tiers", "interp", "--runs", "1", ...options, "p.ml"], {}, { patience: 120_000 });
  const write = (rounds: number): void =>
    writeFileSync(join(command.folder, "p.ml"), `let () = for _ = 1 to ${rounds} do ignore (Sys.opaque_identity (List.init 1000 Fun.id)) done`);
  write(10_000);
  t.equal((await bench("--json", "b.json")).status, 0);
  write(30_000);
  const slower = await bench("--baseline", "b.json");
  t.equal(slower.status, 1, slower.stderr);
  t.match(slower.stdout, /\| p +\| interp \| +\d[^|]+\| +\d+ \| side by side \| slower \|/);
  t.notMatch(slower.stdout, /Not /);
  const kept = JSON.parse(readFileSync(join(command.folder, "b.json"), "utf8")) as Results;
  const [program] = kept.programs as [Results["programs"][0]];
  writeFileSync(join(command.folder, "damaged.json"), JSON.stringify({ ...kept, programs: [{ ...program, bytecode: "AAAA" }] }));
  const files = ["bench", "--tiers", "interp", "--baseline"];
  await command.refuses(t, [...files, "damaged.json", "p.ml"], "damaged.json: p: its bytecode is damaged", /Take the baseline again/);
  await command.refuses(t, [...files, "b.json", "--args", "1", "p.ml"], "b.json: was measured without --args, and not with --args '1'", /alike/);
  await command.refuses(t, [...files, "b.json", "q.ml"], "b.json: has nothing of what is to be measured, but p with interp", /the same files/);
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

/** A compiler for JavaScript's engines, as far as bench knows them: what it makes has Bactrian run the bytecode. */
const standIn = (assets: boolean): string => `#!/usr/bin/env node
const [bytecode, , target] = process.argv.slice(2);
if (bytecode === "--version") console.log("6.4.0");
else {
  const { copyFileSync, mkdirSync, writeFileSync } = require("node:fs");
  const folder = target.replace(/js$/, "assets");
  ${assets ? 'mkdirSync(folder, { recursive: true }); copyFileSync(bytecode, folder + "/code.wasm");' : ""}
  writeFileSync(target, \`require("node:child_process").execFileSync(process.execPath, \${JSON.stringify([${JSON.stringify(commandScript)}, "run", bytecode])}.concat(process.argv.slice(2)), { stdio: "inherit" })\`);
}
`;

t.test("js_of_ocaml and wasm_of_ocaml on PATH", async (t) => {
  const command = new Command(t);
  const tools = join(command.folder, "bin");
  mkdirSync(tools);
  const install = (name: string, text: string): void => writeFileSync(join(tools, name), text, { mode: 0o755 });
  writeFileSync(join(command.folder, "p.ml"), 'let () = for _ = 1 to int_of_string Sys.argv.(1) do ignore (Sys.opaque_identity (List.init 1000 Fun.id)) done; print_endline "done"');
  const PATH = `${tools}:${dirname(process.execPath)}:/usr/bin:/bin`;
  const bench = (...options: string[]): ReturnType<Command["run"]> =>
    command.run(["bench", "--args", "200", "--runs", "1", "--json", "r.json", ...options, "p.ml"], { PATH }, { patience: 120_000 });

  install("js_of_ocaml", standIn(false));
  install("wasm_of_ocaml", standIn(true));
  const all = await bench("--tiers", "interp,js_of_ocaml,wasm_of_ocaml");
  t.equal(all.status, 0, all.stderr);
  const { engines, programs } = JSON.parse(readFileSync(join(command.folder, "r.json"), "utf8")) as Results;
  t.same(engines.map(({ name, version }) => [name, version]).slice(1), [["js_of_ocaml", "6.4.0"], ["wasm_of_ocaml", "6.4.0"]]);
  const [interp, js, wasm] = programs[0]!.outcomes;
  for (const outcome of [interp!, js!, wasm!]) {
    t.equal(outcome.problem, undefined, outcome.engine);
    t.equal(outcome.times.user.length, 1, outcome.engine);
  }
  t.ok(js!.compile!.user > 0 && wasm!.compile!.user > 0, "the time of compiling");
  t.ok(wasm!.codeBytes! > js!.codeBytes! + 10_000, "the assets are part of the code");

  install("js_of_ocaml", '#!/bin/sh\n[ "$1" = --version ] && echo 4.0.0 && exit\necho "bad magic number" >&2; exit 1\n');
  install("wasm_of_ocaml", "#!/bin/sh\nexit 1\n");
  const some = await bench();
  t.equal(some.status, 0, "what cannot be used is left out");
  t.match(some.stderr, /js_of_ocaml is left out: version 4\.0\.0 does not take bytecode of OCaml 5\.3\.0: js_of_ocaml: bad magic number/);
  t.match(some.stderr, /wasm_of_ocaml is left out: .* cannot be run/);
  t.notMatch(some.stdout, /_of_ocaml/);
  await command.refuses(t, ["bench", "--tiers", "interp,ocamlrun", "--ocamlrun", "nowhere", "p.ml"], "ocamlrun: ", /is not on PATH/);
  const wanted = await bench("--tiers", "interp,js_of_ocaml");
  t.equal(wanted.status, 2, "unless it was asked for");
  t.match(wanted.stderr, /js_of_ocaml: version 4\.0\.0 does not take .*: js_of_ocaml: bad magic number\. Install it, or leave it out of --tiers/);
});
