/** Random programs print the same in every mix; one that does not is made small. See test/random/. */
import t from "tap";
import { compare } from "./random/compare.ts";
import { tryPrograms } from "./random/driver.ts";
import { Kit, makeKit } from "./random/kit.ts";
import { generate, type Program } from "./random/program.ts";
import { shrink } from "./random/shrink.ts";
import { type Tier, tiers } from "./random/tiers.ts";
import { textOf } from "./random/tree.ts";

const COUNT = 300;
/** The tiers that take long have programs before this one, and from 1000 on. */
const FIRST = 200;

t.test("the same seed gives the same program", async (t) => {
  t.equal(textOf(generate(1).tree), textOf(generate(1).tree));
  t.not(textOf(generate(1).tree), textOf(generate(2).tree));
});

t.test(`${COUNT} programs print the same in all mixes`, async (t) => {
  const { programs, findings } = await tryPrograms({ from: FIRST, to: FIRST + COUNT, jobs: 1, output: t.testdirName, seconds: 30 });
  t.same(findings, []);
  t.equal(programs, COUNT);
});

t.test("a program that fails is made small", async (t) => {
  makeKit(t.testdir(), []);
  const kit = new Kit(t.testdirName);
  const [plain] = tiers;
  /** Gets programs with a division wrong. */
  const wrong: Tier = {
    name: "wrong",
    covers: () => true,
    run: (batch) => plain!.run(batch).replaceAll(/checksum/g, / \/ /.test(batch.text) ? "check" : "$&"),
  };
  const differs = (program: Program): boolean =>
    compare([program], { kit, tiers: [plain!, wrong], references: [] }).differences.length > 0;
  const dividing = Array.from({ length: 100 }, (_, seed) => generate(seed)).filter(({ tree }) => textOf(tree).includes(" / "));
  const size = ({ tree }: Program): number => textOf(tree).length;
  const program = dividing.reduce((a, b) => (size(b) < size(a) ? b : a));
  const { tree } = shrink(program, { fails: differs, attempts: 25, seconds: 120 });
  const text = textOf(tree);
  t.ok(text.length < 200, `${size(program)} characters become ${text.length}`);
  t.match(text, / \/ /);
  t.ok(differs({ ...program, tree }), "it still fails");
});
