/** What OCaml's runtime and ours make of the same values: see test/data/differential/check.ml. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type Mix, mixes } from "./support/mixes.ts";
import { compilePrograms, run, testFolder } from "./support/programs.ts";

const folder = testFolder("data/differential");
const programs = compilePrograms(folder, ["check.ml", "calc_parser.ml", "calc_lexer.ml"]);
const reference = (name: string): string[] => readFileSync(join(folder, `${name}.txt`), "latin1").split("\n");

/** The accuracy of libm is tested apart. */
const LIBM = "libm";

/** Those that do not compute too much to collect often, and at every allocation. */
const LIGHT = ["bigarrays", "engines", "hashes", "heap", "printing", "randoms"];
const programsOf: Readonly<Record<Mix["name"], readonly string[]>> = {
  plain: [...programs.keys()].filter((name) => name !== LIBM),
  checked: LIGHT,
  stressed: [...LIGHT, "comparisons"],
  "stressed and checked": [],
  native: [...programs.keys()].filter((name) => name !== LIBM),
  mixed: [],
  "native, stressed and checked": [],
  "mixed, stressed and checked": [],
};

for (const mix of mixes) {
  for (const name of programsOf[mix.name]) {
    t.test(`${name}: ${mix.name}`, (t) => {
      const { status, stdout, stderr } = run(programs.get(name)!, { argv: [`${name}.byte`], ...mix.options });
      t.equal(stderr, "");
      t.equal(status, 0);
      const expected = reference(name);
      const found = stdout.split("\n");
      t.equal(found.length, expected.length, "number of lines");
      // One by one: a comparison of all of them takes tap very long when they differ.
      const wrong = expected.flatMap((line, i) => (line === found[i] ? [] : [{ expected: line, found: found[i] }]));
      t.same(wrong.slice(0, 10), []);
      t.end();
    });
  }
}

/** How far apart two doubles of the same sign are, in units in the last place, given their bits in hexadecimal. */
function distance(a: string, b: string): number {
  return Math.abs(Number(BigInt(`0x${a}`) - BigInt(`0x${b}`)));
}

/** musl's sinh is not as good as the others. */
const tolerance = (name: string): number => (name === "sinh" ? 2 : 1);

t.test("functions of libm are within one unit in the last place", (t) => {
  const found = run(programs.get(LIBM)!).stdout.split("\n");
  const expected = reference(LIBM);
  t.equal(found.length, expected.length);
  const wrong = expected.filter((line, i) => {
    const words = line.split(" ");
    const others = found[i]!.split(" ");
    const result = words.pop()!;
    const other = others.pop()!;
    if (words.join() !== others.join()) return true;
    return result !== other && distance(result, other) > tolerance(words[0]!);
  });
  t.same(wrong, []);
  const native = mixes.find(({ name }) => name === "native")!;
  t.same(run(programs.get(LIBM)!, native.options).stdout.split("\n"), found, "native code calls the same functions");
  t.end();
});
