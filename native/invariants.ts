/**
 * Lengths of strings and arrays that do not change in a loop are read before it, and what a closure holds where the loop calls
 * nothing. Before the loop it is not known that what the length is taken of is such a block (a type parameter may stand for
 * several types): it may be an integer, of which any length will do (`ofAny`).
 */
import { dominators } from "./dominators.ts";
import { Editing } from "./editing.ts";
import { Node, type Operation, type SsaFunction } from "./ir.ts";
import { isConstant } from "./liveness.ts";
import { type Loop, naturalLoops } from "./loops.ts";
import { isCaptured, keyOf } from "./numbering.ts";
import { replaceNodes, replacement } from "./phis.ts";

const LENGTHS: ReadonlySet<Operation> = new Set(["vectLength", "stringLength"]);
/** What has a frame whenever it is executed: words would be kept there. */
const CALLS: ReadonlySet<Operation> = new Set(["apply", "primitive", "leave", "perform", "resume"]);

/** Immediate operand of a length that may be one of an integer. */
export const OF_ANY = "ofAny";

class Invariants extends Editing {
  private readonly blockOf = new Map<Node, number>();
  private readonly replaced = new Map<Node, Node>();
  private readonly loops: readonly Loop[];

  constructor(fn: SsaFunction, loops: readonly Loop[]) {
    super(fn);
    this.loops = loops;
  }

  run(): void {
    this.blocks.forEach(({ nodes }, block) => nodes.forEach((node) => this.blockOf.set(node, block)));
    for (const loop of this.loops) this.hoist(loop);
    if (this.replaced.size === 0) return;
    this.finish();
    replaceNodes(this.blocks, this.replaced);
  }

  private hoist({ header, body }: Loop): void {
    const outside = this.predecessors[header]!.filter((block) => !body.has(block));
    if (outside.length !== 1 || this.fn.handlers.has(header)) return;
    const calls = [...body].some((block) => this.blocks[block]!.nodes.some(({ operation }) => CALLS.has(operation)));
    const isOutside = (node: Node): boolean => isConstant(node) || !body.has(this.blockOf.get(node)!);
    const hoisted = new Map<string, Node>();
    for (const block of body) {
      const { nodes } = this.blocks[block]!;
      const kept = nodes.filter((node) => {
        const isLength = LENGTHS.has(node.operation);
        if (!isLength && (calls || !isCaptured(node))) return true;
        const input = replacement(this.replaced, node.inputs[0]!);
        if (!isOutside(input)) return true;
        const { operation, immediates } = node;
        const key = keyOf({ operation, immediates, inputs: [input] });
        const before = hoisted.get(key) ?? new Node(this.fn.nextId++, operation, [input], isLength ? [OF_ANY] : immediates);
        hoisted.set(key, before);
        this.replaced.set(node, before);
        return false;
      });
      nodes.splice(0, nodes.length, ...kept);
    }
    if (hoisted.size > 0) this.placeBefore(header, outside[0]!, [...hoisted.values()]);
  }

  private placeBefore(header: number, from: number, nodes: Node[]): void {
    let block = from;
    if (this.blocks[from]!.exit.kind === "jump") this.blocks[from]!.nodes.push(...nodes);
    else {
      block = this.blocks.length;
      this.split(from, header, nodes);
    }
    for (const node of nodes) this.blockOf.set(node, block);
  }
}

/** Read before loops what does not change in them. */
export function hoistInvariants(fn: SsaFunction): void {
  const loops = naturalLoops(fn.graph, dominators(fn.graph));
  if (loops.length > 0) new Invariants(fn, loops).run();
}
