/**
 * Extensions of 32 bits to 64 that nobody needs: of many numbers only the low half is looked at (the "demanded bits" of LLVM). Arithmetic
 * on Int32 is done on whole words, and only what is compared, stored or boxed is extended.
 */
import { CUSTOM_INT32 } from "../runtime/layout.ts";
import { type FrameState, type Int64Op, type Node, type Operation, OPERATIONS, type SsaFunction } from "./ir.ts";
import { dropUnused, exitInputs, frameStates, replaceNodes, withFast } from "./phis.ts";

const EXTENSIONS: ReadonlySet<Operation> = new Set(["signExtend32", "zeroExtend32"]);
/** Those of which the low 32 bits are computed from the low 32 bits of the operands. */
const OF_LOW_BITS: ReadonlySet<Int64Op> = new Set(["add", "sub", "mul", "and", "or", "xor"]);

/** The inputs of a node of which all bits matter, if all of its own do (`whole`), or only its low 32. */
function wholeInputs({ operation, immediates, inputs }: Node, whole: boolean): readonly Node[] {
  if (EXTENSIONS.has(operation)) return [];
  if (operation === "int64Phi") return whole ? inputs : [];
  if (operation !== "int64Arithmetic" || whole) return inputs;
  const op = immediates[0] as Int64Op;
  if (OF_LOW_BITS.has(op)) return [];
  return op === "shl" ? inputs.slice(1) : inputs;
}

/** Numbers that a state boxes; of an int32 it takes the low half. */
const wholeInState = ({ stack, env, accu }: FrameState): Node[] =>
  [...stack, env, accu].flatMap((node) =>
    node && node !== "result" && node.operation === "boxed" && node.immediates[0] !== CUSTOM_INT32 ? node.inputs : [],
  );

/** Drop the extensions that change nothing that matters. */
export function dropExtensions(fn: SsaFunction): void {
  const nodes = fn.blocks.flatMap((block) => block.nodes.flatMap(withFast));
  if (!nodes.some(({ operation }) => EXTENSIONS.has(operation))) return;
  const whole = new Set<Node>();
  const work: Node[] = [];
  const need = (node: Node): void => {
    if (whole.has(node) || OPERATIONS[node.operation].sort !== "int64") return;
    whole.add(node);
    work.push(node);
  };
  for (const node of nodes) {
    wholeInputs(node, false).forEach(need);
    if (node.fast) need(node.fast.value);
  }
  for (const block of fn.blocks) {
    exitInputs(block.exit).forEach(need);
    for (const state of frameStates(block)) wholeInState(state).forEach(need);
  }
  for (let node = work.pop(); node; node = work.pop()) wholeInputs(node, true).forEach(need);
  const replaced = new Map<Node, Node>();
  for (const node of nodes) if (EXTENSIONS.has(node.operation) && !whole.has(node)) replaced.set(node, node.inputs[0]!);
  if (replaced.size === 0) return;
  replaceNodes(fn.blocks, replaced);
  dropUnused(fn.blocks);
}
