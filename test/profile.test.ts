/** `bactrian profile`: how samples are put together, that the file is one that viewers open, and that it finds where time goes. */
import type { Profiler } from "node:inspector";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { cpuProfile, functionTimes, profileTable } from "../cli/profile/report.ts";
import { weighedStacks } from "../cli/profile/stacks.ts";
import { Command } from "./support/command.ts";

const CORE = "wasm://wasm/core";
const NATIVE = "wasm://wasm/program";

/** A profile of the engine: stacks from the outermost, as "URL name", taken every millisecond. */
function engineProfile(stacks: readonly (readonly [url: string, name: string])[][]): Profiler.Profile {
  const nodes: Profiler.ProfileNode[] = [];
  const node = (url: string, functionName: string): Profiler.ProfileNode => {
    const made = { id: nodes.length + 1, callFrame: { functionName, scriptId: "0", url, lineNumber: 0, columnNumber: 0 }, children: [] };
    nodes.push(made);
    return made;
  };
  const root = node("", "(root)");
  const samples = stacks.map((stack) => {
    let at = root;
    for (const [url, name] of stack) {
      const known = nodes.find((n) => at.children!.includes(n.id) && n.callFrame.url === url && n.callFrame.functionName === name);
      const next = known ?? node(url, name);
      if (!known) at.children!.push(next.id);
      at = next;
    }
    return at.id;
  });
  return { nodes, startTime: 0, endTime: 1000 * (stacks.length + 1), samples, timeDeltas: stacks.map(() => 1000) };
}

const ocaml = (name: string): { name: string; file: string; line: number } => ({ name, file: "p.ml", line: 1 });
const MAIN = ["file:///main.js", "run"] as const;
const RUN = [CORE, "runtime/core/threads/run_resume"] as const;
const INTERPRETER = [CORE, "fimport$1"] as const;

t.test("stacks of both tiers", (t) => {
  const profile = engineProfile([
    [["node:inspector", "dispatch"]],
    [MAIN, RUN, INTERPRETER],
    [MAIN, RUN, INTERPRETER, [CORE, "runtime/core/gc/minor/oldify"]],
    [MAIN, RUN, INTERPRETER, [NATIVE, "program"], [NATIVE, "P.hot/17"], [CORE, "runtime/core/compare/compare"]],
    [["", "(garbage collector)"]],
    [[NATIVE, "P.deep"], [NATIVE, "f23"]],
    [MAIN, RUN, INTERPRETER],
    [["node:inspector", "dispatch"]],
  ]);
  const vm = [
    { at: 2100, stack: [ocaml("P"), ocaml("P.f")] },
    { at: 2900, stack: [ocaml("P"), ocaml("P.g")] },
  ];
  const { samples, startTime } = weighedStacks(profile, vm, (entry) => ocaml(`entry ${entry}`));
  t.equal(startTime, 2000);
  t.same(samples.map(({ stack, micros }) => [stack.map(({ name }) => name).join(" "), micros]), [
    ["P P.f", 1000],
    ["P P.g gc/minor/oldify", 1000],
    ["program P.hot compare/compare", 1000],
    ["(garbage collector)", 1000],
    ["P.deep entry 23", 1000],
    ["P P.g", 1000],
  ]);
  t.same(samples[2]!.stack.map(({ kind }) => kind), ["ocaml", "ocaml", "runtime"]);
  const late = weighedStacks(profile, [{ at: 100_000, stack: [ocaml("P")] }], ocaml as never);
  t.equal(late.samples[0]!.stack[0]!.name, "(interpreted)", "what is far away in time says nothing");
  t.same(weighedStacks(engineProfile([[["node:inspector", "dispatch"]]]), vm, ocaml as never).samples, []);
  t.end();
});

/** That viewers find all that they look for (Chrome DevTools Protocol, Profiler.Profile). */
function valid(t: Test, profile: Profiler.Profile): void {
  const ids = profile.nodes.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, "nodes have ids of their own");
  const children = profile.nodes.flatMap((node) => node.children ?? []);
  t.same(children.toSorted((a, b) => a - b), ids.slice(1).toSorted((a, b) => a - b), "all but the first have one parent");
  t.equal(profile.nodes[0]!.callFrame.functionName, "(root)");
  t.ok(profile.samples!.every((id) => ids.includes(id)));
  t.equal(profile.timeDeltas!.length, profile.samples!.length);
  t.ok(profile.timeDeltas!.every((delta) => Number.isInteger(delta) && delta >= 0));
  t.ok(profile.startTime + profile.timeDeltas!.reduce((a, b) => a + b, 0) <= profile.endTime);
  for (const { callFrame, hitCount } of profile.nodes) {
    t.match(callFrame, { functionName: String, scriptId: String, url: String, lineNumber: Number, columnNumber: Number });
    t.ok(hitCount! >= 0);
  }
}

t.test("tables and files", (t) => {
  const [main, f, g] = ["P", "P.f", "P.g"].map((name) => ({ ...ocaml(name), kind: "ocaml" as const }));
  const samples = [
    { stack: [main!, f!, f!], micros: 3000 },
    { stack: [main!, g!], micros: 1000 },
    { stack: [main!, f!, g!], micros: 4000 },
  ];
  t.same(functionTimes(samples).map(({ frame, self, total }) => [frame.name, self, total]), [
    ["P.g", 5000, 5000],
    ["P.f", 3000, 7000],
    ["P", 0, 8000],
  ], "a function that calls itself is counted once");
  t.match(profileTable(samples, 1), /^\| function .*\n\| :-.*\n\| P\.g +\| +\| +5 \| 62\.5 % \| +62\.5 % \|\n$/);
  const file = cpuProfile(samples, 500);
  valid(t, file);
  t.equal(file.endTime, 8500);
  t.equal(file.nodes.length, 6);
  t.end();
});

const PROGRAM = `
let rec hot n acc = if n = 0 then acc else hot (n - 1) (acc lxor (n * n))
let rec called n acc = if n = 0 then acc else called (n - 1) (1 + hot 20_000 acc)
let () = print_int (called 2_000 0)
`;

t.test("programs", async (t) => {
  const command = new Command(t);
  writeFileSync(join(command.folder, "p.ml"), PROGRAM);
  for (const tier of ["interp", "native"]) {
    const { status, stdout, stderr } = await command.run(["profile", "--tier", tier, "-o", `${tier}.json`, "p.ml"], {}, { patience: 300_000 });
    t.equal(status, 0, stderr);
    t.match(stdout, /^-?\d+$/, "nothing but what the program prints");
    const profile = JSON.parse(readFileSync(join(command.folder, `${tier}.json`), "utf8")) as Profiler.Profile;
    valid(t, profile);
    t.match(stderr, /\n\| :-[^\n]*\n\| P\.hot /, `${tier}: it comes first`);
    t.match(stderr, /\d+ samples in [\d.]+ s\. Flame graph: open \w+\.json/);
    const hot = profile.nodes.find(({ callFrame }) => callFrame.functionName === "P.hot");
    const parent = profile.nodes.find(({ children }) => children?.includes(hot!.id));
    t.equal(parent!.callFrame.functionName, "P.called", tier);
  }
  writeFileSync(join(command.folder, "endless.ml"), "let rec f n = f (n + 1)\nlet () = f 0\n");
  const ended = await command.run(["profile", "--timeout", "1", "endless.ml"], {}, { patience: 300_000 });
  t.equal(ended.status, 124);
  valid(t, JSON.parse(readFileSync(join(command.folder, "endless.cpuprofile"), "utf8")) as Profiler.Profile);
  writeFileSync(join(command.folder, "fails.ml"), "let () = exit 3");
  t.equal((await command.run(["profile", "fails.ml"])).status, 3, "the program's status");
  await command.refuses(t, ["profile", "--interval", "0", "p.ml"], "option '--interval <ms>' argument '0' is invalid", /positive/);
  await command.refuses(t, ["profile", "absent.byte"], "absent.byte: there is no such file", /check its name/);
});
