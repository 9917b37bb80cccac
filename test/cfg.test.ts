/** Control-flow graphs and dominators of every function of OCaml's own compiler. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { codeWords, readExecutable } from "../bytecode/formats/executable.ts";
import { instructionLength } from "../bytecode/instructions/decode.ts";
import { instructions } from "../bytecode/instructions/table.ts";
import { verify } from "../bytecode/verifier.ts";
import { ocamlSource } from "../loader/installation.ts";
import { type ControlFlowGraph, controlFlow } from "../native/cfg.ts";
import { dominates, dominators, exitsOf } from "../native/dominators.ts";

const program = readExecutable(readFileSync(join(ocamlSource(), "boot/ocamlc")), "boot/ocamlc");
const code = codeWords(program.code);
const { functions, heights } = verify(code, { primitives: program.primitives });
const graphs = functions.slice(1).map(({ entry }) => ({ entry, graph: controlFlow(code, entry) }));

t.test("blocks hold the instructions of their function", (t) => {
  const owner = new Map<number, number>();
  let wrong = 0;
  for (const { entry, graph } of graphs) {
    if (graph.blocks[0]!.start !== entry) wrong++;
    for (const { start, end, successors } of graph.blocks) {
      let at = start;
      let last = at;
      while (at < end) {
        if (owner.has(at) || (at !== entry && heights[at] === -1)) wrong++;
        owner.set(at, entry);
        last = at;
        at += instructionLength(code, at);
      }
      if (at !== end) wrong++;
      const { flow } = instructions[code[last]!]!;
      if (flow === "next" && successors.length !== 1) wrong++;
      if (flow === "branch" && successors.length !== 2) wrong++;
      if (successors.some((s) => graph.blocks[s] === undefined)) wrong++;
    }
  }
  t.equal(wrong, 0);
  t.ok(graphs.length > 10_000, `${graphs.length} functions`);
  const reached = heights.reduce((n, height) => n + (height === -1 ? 0 : 1), 0);
  const main = controlFlow(code, 0);
  const inMain = main.blocks.reduce((n, { start, end }) => {
    for (let at = start; at < end; at += instructionLength(code, at)) n++;
    return n;
  }, 0);
  t.equal(owner.size + inMain, reached, "every instruction that can be reached is in one block");
  t.end();
});

/** Whether b can be reached from the entry without going through a. */
function reaches(graph: ControlFlowGraph, a: number, b: number): boolean {
  if (a === 0) return false;
  const seen = new Set([0]);
  const work = [0];
  for (let block = work.pop(); block !== undefined; block = work.pop()) {
    if (block === b) return true;
    for (const exit of exitsOf(graph, block)) {
      if (exit === a || seen.has(exit)) continue;
      seen.add(exit);
      work.push(exit);
    }
  }
  return false;
}

t.test("dominators are what their definition says", (t) => {
  let checked = 0;
  let wrong = 0;
  for (const { graph } of graphs.filter((_, i) => i % 3 === 0)) {
    const n = graph.blocks.length;
    if (n < 3 || n > 40) continue;
    const tree = dominators(graph);
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        checked++;
        if (dominates(tree, a, b) !== (a === b || !reaches(graph, a, b))) wrong++;
      }
    }
  }
  t.equal(wrong, 0);
  t.ok(checked > 100_000, `${checked} pairs`);
  t.end();
});
