/**
 * Loops that count from a constant to another, and are soon done, need not poll: signals and threads wait for what comes after them.
 */
import { dominators } from "./dominators.ts";
import type { Node, SsaFunction } from "./ir.ts";
import { type Loop, naturalLoops } from "./loops.ts";
import { phisOf } from "./phis.ts";
import { firstPoll } from "./regions.ts";

/** Rounds of a loop that does without polls, at most. */
const MAX_ROUNDS = 64;

const integerOf = ({ operation, immediates }: Node): number | undefined => (operation === "integer" ? (immediates[0] as number) : undefined);

/** How far a variable is counted in each round: what its next value is more than it. */
const stepOf = (variable: Node, next: Node): number | undefined =>
  next.operation === "offset" && next.inputs[0] === variable ? (next.immediates[0] as number) : undefined;

/** Rounds of a loop of bytecode's `for`, if constants say how many: it goes on unless its variable is what it counts to. */
function rounds({ blocks, graph, handlers }: SsaFunction, { header, body }: Loop): number | undefined {
  const before = graph.predecessors[header]!;
  const [latch, ...others] = before.filter((from) => body.has(from));
  if (latch === undefined || others.length > 0 || before.length !== 2 || handlers.has(header)) return undefined;
  const { exit } = blocks[latch]!;
  if (exit.kind !== "if" || exit.condition.operation !== "compare") return undefined;
  const { successors } = graph.blocks[latch]!;
  if (exit.condition.immediates[0] !== (successors[0] === header ? "ne" : "eq") || successors[0] === successors[1]) return undefined;
  const back = before.indexOf(latch);
  for (const variable of phisOf(blocks[header]!)) {
    const from = integerOf(variable.inputs[1 - back]!);
    const step = stepOf(variable, variable.inputs[back]!);
    if (from === undefined || step === undefined || Math.abs(step) !== 1) continue;
    const [x, y] = exit.condition.inputs;
    const to = x === variable ? integerOf(y!) : y === variable ? integerOf(x!) : undefined;
    const left = to === undefined ? -1 : (to - from) * step;
    if (left >= 0) return left + 1;
  }
  return undefined;
}

/** Drop the polls of loops that are done after a few rounds. */
export function dropShortPolls(fn: SsaFunction): void {
  for (const loop of naturalLoops(fn.graph, dominators(fn.graph))) {
    const block = fn.blocks[loop.header]!;
    const poll = firstPoll(block);
    if (poll && (rounds(fn, loop) ?? Infinity) <= MAX_ROUNDS) block.nodes.splice(block.nodes.indexOf(poll), 1);
  }
}
