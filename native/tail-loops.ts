/**
 * Tail calls of a function by itself become a loop, in which its parameters are variables: what is known of the loops of the
 * source holds for these too (unboxed variables, what does not change in a loop, loop entries).
 */
import { Editing } from "./editing.ts";
import { type FrameState, Node, type SsaFunction } from "./ir.ts";
import { replaceNodes, simplifyPhis } from "./phis.ts";

const isArgument = ({ operation }: Node): boolean => operation === "parameter" || operation === "environment";

/** A block that ends with a tail call of its own function. */
interface Caller {
  readonly block: number;
  readonly args: readonly Node[];
}

function callersOf({ blocks, arity }: SsaFunction): Caller[] {
  return blocks.flatMap(({ exit }, block) => {
    if (exit.kind !== "tailCall") return [];
    const [f, ...args] = exit.inputs;
    return f!.operation === "environment" && args.length === arity ? [{ block, args }] : [];
  });
}

class TailLoops extends Editing {
  run(callers: readonly Caller[]): void {
    const { fn, blocks, descriptions, predecessors } = this;
    const [first] = blocks;
    const [description] = descriptions;
    const header = blocks.length;
    // The calls meet in a block that polls, so that it costs nothing where there is no call.
    const latch = header + 1;
    const parameters = Array.from({ length: fn.arity }, (_, i) => this.argument("parameter", i));
    const environment = this.argument("environment");
    const next = parameters.map((_, i) => new Node(fn.nextId++, "phi", callers.map(({ args }) => args[i]!), []));
    const variables = parameters.map((parameter, i) => new Node(fn.nextId++, "phi", [parameter, next[i]!], []));
    const rest = first!.nodes.filter((node) => !isArgument(node));
    blocks[0] = { nodes: [environment, ...parameters], exit: { kind: "jump" } };
    blocks.push({ nodes: [...variables, ...rest], exit: first!.exit }, { nodes: [...next, this.poll(next, environment)], exit: { kind: "jump" } });
    descriptions[0] = { ...description!, successors: [header] };
    descriptions.push({ ...description!, index: header }, { ...description!, index: latch, successors: [header] });
    for (const to of new Set(description!.successors)) {
      const list = predecessors[to]!;
      list[list.indexOf(0)] = header;
    }
    const jumping = callers.map(({ block }) => (block === 0 ? header : block));
    for (const block of jumping) {
      blocks[block]!.exit = { kind: "jump" };
      descriptions[block] = { ...descriptions[block]!, successors: [latch] };
    }
    predecessors.push([0, latch], jumping);
    this.finish();
    replaceNodes(this.blocks, new Map(parameters.map((parameter, i) => [parameter, variables[i]!])));
    variables.forEach((variable, i) => (variable.inputs[0] = parameters[i]!));
    simplifyPhis(this.blocks);
  }

  /** The node of an argument, which may not be used yet. */
  private argument(operation: "parameter" | "environment", ...immediates: number[]): Node {
    const found = this.blocks[0]!.nodes.find((node) => node.operation === operation && node.immediates[0] === immediates[0]);
    return found ?? new Node(this.fn.nextId++, operation, [], immediates);
  }

  /** The interpreter would go on where the function starts. */
  private poll(args: readonly Node[], env: Node): Node {
    const { start } = this.fn;
    const poll = new Node(this.fn.nextId++, "poll", [], []);
    const state: FrameState = { pc: start, stack: [...args].reverse(), env, accu: undefined };
    poll.state = state;
    poll.at = start;
    poll.next = start;
    return poll;
  }
}

/** Let tail calls of a function by itself be a loop. */
export function loopTailCalls(fn: SsaFunction): void {
  const callers = callersOf(fn);
  if (callers.length > 0 && fn.graph.predecessors[0]!.length === 0) new TailLoops(fn).run(callers);
}
