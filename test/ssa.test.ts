/** Every function of OCaml's own compiler in SSA form. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { codeWords, readExecutable } from "../bytecode/formats/executable.ts";
import { verify } from "../bytecode/verifier.ts";
import { loadCore, ocamlSource } from "../loader/installation.ts";
import { splitAfter } from "../native/continuations.ts";
import { Node, type SsaFunction } from "../native/ir.ts";
import { nativePrimitives, numberGlobals } from "../native/program.ts";
import { optimise } from "../native/passes.ts";
import { buildSsa } from "../native/ssa.ts";
import { verifySsa } from "../native/verify-ssa.ts";

const program = readExecutable(readFileSync(join(ocamlSource(), "boot/ocamlc")), "boot/ocamlc");
const code = codeWords(program.code);
const numbers = numberGlobals(program);
const primitives = nativePrimitives(program.primitives, loadCore());
const { functions } = verify(code, { primitives: program.primitives });

t.test("every function of boot/ocamlc has a sound SSA form, after each pass", (t) => {
  const problems: string[] = [];
  let nodes = 0;
  let phis = 0;
  const built = functions.slice(1).map(({ entry, arity }) => buildSsa(code, entry, arity, primitives));
  const check = (pass: string, fn: SsaFunction): void =>
    void problems.push(...verifySsa(fn).map((problem) => `function at ${fn.entry}, ${pass}: ${problem}`));
  for (const fn of built) {
    check("built", fn);
    for (const block of fn.blocks) {
      nodes += block.nodes.length;
      phis += block.nodes.filter((node) => node.operation === "phi").length;
    }
  }
  optimise(built, new Map(built.map((fn) => [fn.entry, fn])), { primitives, numbers }, check);
  let calls = 0;
  for (const fn of built) {
    const applied = fn.blocks.flatMap(({ nodes }) => nodes.filter(({ operation }) => operation === "apply"));
    const following = splitAfter(fn, new Set(applied));
    check("split after calls", fn);
    for (const [call, block] of following) if (fn.graph.predecessors[block]!.some((p) => fn.blocks[p]!.nodes.at(-1) === call)) calls++;
  }
  const applied = built.flatMap(({ blocks }) => blocks).flatMap(({ nodes }) => nodes).filter(({ operation }) => operation === "apply");
  t.equal(calls, applied.length, "every call is the last node of a block");
  t.same(problems.slice(0, 10), [], `${problems.length} problems`);
  t.ok(nodes > 200_000, `${nodes} nodes, ${phis} of them phis, in ${functions.length - 1} functions`);
  t.end();
});

t.test("the verifier of SSA sees what is wrong", (t) => {
  const broken = (change: (fn: SsaFunction) => void): string[] => {
    const candidates = functions.slice(1, 400).map(({ entry, arity }) => buildSsa(code, entry, arity, primitives));
    const fn = candidates.find((f) => f.blocks.length > 3 && f.blocks[0]!.nodes.length > 3)!;
    change(fn);
    return verifySsa(fn);
  };
  t.same(broken(() => undefined), []);
  t.not(broken((fn) => void fn.blocks[0]!.nodes.reverse()).length, 0, "nodes out of order");
  t.not(broken((fn) => void fn.blocks[0]!.nodes.pop()).length, 0, "a node that is missing");
  t.not(broken((fn) => void (fn.blocks.at(-1)!.exit = { kind: "jump" })).length, 0, "an exit that does not fit");
  t.not(
    broken((fn) => void fn.blocks.at(-1)!.nodes.push(new Node(99999, "negate", [new Node(99998, "atom", [], [0])], []))).length,
    0,
    "an input that is nowhere",
  );
  t.end();
});
