/** The runner of OCaml's testsuite: the language of its tests, what it makes of failures, and a few of the tests. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { checkOutput } from "./testsuite/compare.ts";
import { Environment, words } from "./testsuite/environment.ts";
import { findTests } from "./testsuite/find.ts";
import { judge } from "./testsuite/report.ts";
import { runTest } from "./testsuite/runner.ts";
import type { Tiers } from "./testsuite/tiers.ts";
import { prepareTree, testsFolder } from "./testsuite/tree.ts";
import { isTest, parseTest, TslError } from "./testsuite/tsl.ts";

t.test("TEST blocks", async (t) => {
  const tree = parseTest(`(* TEST (* a (* nested *) comment *)
 flags = "-w \\
          \\ +a";
 set x = "1";
 include unix;
 flags += " -g";
 unset y;
 {
   bytecode with unix, str;
 }{
   run;
   { native; }
 }
*)`);
  t.same(tree, {
    statements: [
      { kind: "assign", name: "flags", value: "-w  +a", line: 2 },
      { kind: "assign", name: "x", value: "1", line: 4 },
      { kind: "include", name: "unix", line: 5 },
      { kind: "append", name: "flags", value: " -g", line: 6 },
      { kind: "unset", name: "y", line: 7 },
    ],
    branches: [
      { statements: [{ kind: "test", name: "bytecode", modifiers: ["unix", "str"], line: 9 }], branches: [] },
      {
        statements: [{ kind: "test", name: "run", modifiers: [], line: 11 }],
        branches: [{ statements: [{ kind: "test", name: "native", modifiers: [], line: 12 }], branches: [] }],
      },
    ],
  });
  t.same(parseTest("(* TEST_BELOW\n*)\nlet x = 1\n(* TEST\n expect;\n*)").statements, [
    { kind: "test", name: "expect", modifiers: [], line: 5 },
  ]);
  t.equal(isTest("\n\n  (* TEST *)"), true);
  t.equal(isTest("let x = 1 (* TEST *)"), false);
  for (const wrong of ["(* TEST bytecode *)", "(* TEST { run; *)", '(* TEST x = "', "(* TEST run; } *)", "(* TEST ? *)"]) {
    t.throws(() => parseTest(wrong), TslError, wrong);
  }
});

t.test("every test of OCaml's can be read", async (t) => {
  const tests = findTests([]);
  t.ok(tests.length > 1400, `${tests.length} tests`);
  for (const test of tests) t.doesNotThrow(() => parseTest(readFileSync(join(testsFolder, test), "utf8")), test);
});

t.test("environments", async (t) => {
  const environment = new Environment({ a: "1", b: "${a}-$a-$(c)", loop: "$loop" });
  t.equal(environment.get("b"), "1-1-");
  t.equal(environment.with({ c: "\\$a" }).get("b"), "1-1-$a");
  t.throws(() => environment.get("loop"), /refers to itself/);
  t.equal(environment.append("a", "2").get("b"), "12-12-");
  t.same(new Environment({ x: "1", ocamlrunparam: "b", caml_ld_library_path: " a  b" }).unset("y").forPrograms({ y: "2", z: "3" }), {
    x: "1",
    OCAMLRUNPARAM: "b",
    CAML_LD_LIBRARY_PATH: "a:b",
    y: undefined,
    z: "3",
  });
  t.same(words(` a 'b "c' "d e"f  `), ["a", 'b "c', "d ef"]);
});

t.test("comparing outputs", async (t) => {
  const folder = t.testdir({ three: "1\n2\n3\n", two: "2\n3\n", dos: "1\r\n2\r\n3\r\n", empty: "" });
  const check = (reference: string, output: string, skip = 0): string | undefined =>
    checkOutput(join(folder, reference), join(folder, output), skip);
  t.equal(check("three", "three"), undefined);
  t.equal(check("three", "dos"), undefined);
  t.equal(check("two", "three", 1), undefined);
  t.match(check("two", "three"), /\+1/);
  t.equal(check("none", "empty"), undefined);
  t.match(check("none", "two"), /unexpected output/);
  t.match(check("two", "none"), /no output/);
});

/** Tests of each kind. */
const SAMPLE = [
  "basic-more/tbuffer.ml", // compiled and run
  "typing-poly/poly.ml", // expect
  "tool-toplevel/pr6468.ml", // toplevel
  "typing-ocamlc-i/pr4791.ml", // the compiler alone
  // Those that have found errors of Bactrian, quick ones.
  "backtrace/callstack.ml",
  "effects/unhandled_unlinked.ml",
  "lib-channels/input_all.ml",
  "lib-dynlink-initializers/test10_main.ml",
  "parallel/max_domains1.ml",
  "regression/pr9326/gc_set.ml",
  "runtime-errors/stackoverflow.ml",
  "runtime-errors/syserror.ml",
  "weak-ephe-final/finaliser2.ml",
];

/** A test of Dynlink for each combination of tiers; npm run testsuite:dynlink has all. */
const COMBINATIONS: readonly [string, Tiers][] = [
  ["lib-dynlink-initializers/test5_main.ml", { program: "interp", plugins: "native" }],
  ["lib-dynlink-initializers/test5_main.ml", { program: "native", plugins: "bytecode" }],
  ["lib-dynlink-initializers/test10_main.ml", { program: "native", plugins: "native" }],
];

t.test("running tests", async (t) => {
  await prepareTree();
  const folder = t.testdir({});
  const run = { folder, seconds: 60, keep: false };
  for (const test of SAMPLE) t.match(await runTest(test, run), { test, status: "passed", reason: "" }, test);
  for (const [test, tiers] of COMBINATIONS) {
    const name = `${test}, programs: ${tiers.program}, plugins: ${tiers.plugins}`;
    t.match(await runTest(test, { ...run, tiers }), { test, status: "passed", reason: "" }, name);
  }

  const tests = join(folder, "tests");
  mkdirSync(tests);
  const fails = async (name: string, source: string, reason: RegExp): Promise<void> => {
    writeFileSync(join(tests, name), source);
    const outcome = await runTest(name, { ...run, tests });
    t.match(outcome, { status: "failed", reason }, name);
    t.equal(judge(outcome, {}), "FAILED");
    t.equal(judge(outcome, { [name]: "known" }), "failed as expected");
  };
  writeFileSync(join(tests, "wrong.reference"), "2\n");
  await fails("wrong.ml", "(* TEST *)\nlet () = print_endline (string_of_int 1)", /\n-2\n\+1\n/);
  await fails("status.ml", '(* TEST *)\nlet () = exit 3', /exit status 3 instead of 0/);
  await fails("type.ml", '(* TEST *)\nlet () = 1 + ""', /exit status 2 instead of 0\n.*File "type.ml", line 2/s);
  await fails("loop.ml", "(* TEST timeout = \"1\"; bytecode; *)\nlet () = while true do () done", /no end after 1 s/);
  await fails("expects.ml", "(* TEST expect; *)\nlet x = 1\n[%%expect {||}]", /\+val x : int = 1/);
  await fails("unknown.ml", "(* TEST bytecod; *)", /no test or action bytecod/);
});
