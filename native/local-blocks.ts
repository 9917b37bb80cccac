/**
 * Blocks whose fields are read in the function that makes them: while nobody else has seen such a block, its fields are what
 * it was made of; and it is made only on the ways on which somebody needs it (partial escape analysis, as of Stadler, Würthinger
 * and Mössenböck, CGO 2014, without taking blocks apart across joins). The arguments of functions on tuples are the usual case.
 */
import { commonDominator, type DominatorTree, dominates, dominators, exitsOf } from "./dominators.ts";
import { type Block, Node, type Operation, OPERATIONS, type SsaFunction } from "./ir.ts";
import { naturalLoops } from "./loops.ts";
import { allInputs, dropUnused, exitInputs, isPhi, replaceNodes, stateNodes, withFast } from "./phis.ts";

/** What is made where it is needed first. */
const SINKING: ReadonlySet<Operation> = new Set(["makeBlock", "makeFloatBlock", "closure", "partialApplication", "box", "boxInteger"]);

/** Where a value is used: before node number `position` of a block; the exit comes after all nodes. */
interface Use {
  readonly block: number;
  readonly position: number;
  /** The node that reads a field of it. */
  readonly read?: Node;
  /** Whether others can change it afterwards. */
  readonly escapes: boolean;
}

/** What reads a field of what another operation makes. */
const READS: Partial<Readonly<Record<Operation, Operation>>> = { makeBlock: "field", makeFloatBlock: "floatField" };

const isRead = (node: Node, value: Node): boolean => node.operation === READS[value.operation] && node.inputs[0] === value;

class LocalBlocks {
  private readonly fn: SsaFunction;
  private readonly tree: DominatorTree;
  private readonly uses = new Map<Node, Use[]>();

  constructor(fn: SsaFunction) {
    this.fn = fn;
    this.tree = dominators(fn.graph);
  }

  run(): void {
    this.note();
    if (this.foldReads()) this.note();
    this.sink();
  }

  /** Find the uses of all that may be moved or folded. */
  private note(): void {
    this.uses.clear();
    const { blocks, graph } = this.fn;
    for (const { nodes } of blocks) for (const node of nodes) if (SINKING.has(node.operation)) this.uses.set(node, []);
    blocks.forEach(({ nodes, exit }, block) => {
      const use = (value: Node, position: number, escapes: boolean, read?: Node, where = block): void => {
        if (this.tree.position[where] === -1) return;
        this.uses.get(value)?.push({ block: where, position, escapes, ...(read && { read }) });
      };
      nodes.forEach((node, position) => {
        if (isPhi(node)) {
          // Where control comes from. In a handler that is any place in those blocks.
          const from = this.fn.handlers.has(block) ? undefined : graph.predecessors[block]!;
          node.inputs.forEach((input, i) => {
            if (from) use(input, Infinity, true, undefined, from[i]!);
            else for (const p of graph.predecessors[block]!) use(input, -1, true, undefined, p);
          });
          return;
        }
        const { effect } = OPERATIONS[node.operation];
        const escapes = (effect !== "none" && effect !== "read") || node.fast !== undefined;
        for (const input of new Set(allInputs(node))) use(input, position, escapes, isRead(node, input) ? node : undefined);
        if (node.state) for (const value of stateNodes(node.state)) use(value, position, false);
        if (node.handler) for (const value of stateNodes(node.handler.state)) use(value, position, false);
      });
      for (const value of exitInputs(exit)) use(value, Infinity, true);
      if (exit.kind === "raise" && exit.handler) for (const value of stateNodes(exit.handler.state)) use(value, Infinity, false);
    });
  }

  // ---- Reading fields -----------------------------------------------------------------------------------------------------------

  private foldReads(): boolean {
    const replaced = new Map<Node, Node>();
    this.fn.blocks.forEach(({ nodes }, made) => {
      for (const node of nodes) {
        const reads = this.uses.get(node)?.filter(({ read }) => read) ?? [];
        if (reads.length === 0) continue;
        const escapes = this.uses.get(node)!.filter((use) => use.escapes);
        for (const use of reads) {
          const value = node.inputs[use.read!.immediates[0] as number];
          if (value && !escapes.some((escape) => this.comesBefore(escape, use, made))) replaced.set(use.read!, value);
        }
      }
    });
    if (replaced.size === 0) return false;
    replaceNodes(this.fn.blocks, replaced);
    dropUnused(this.fn.blocks);
    return true;
  }

  /** Whether control can go from one use of what is made in block `made` to another, without making it again. */
  private comesBefore(first: Use, second: Use, made: number): boolean {
    if (first.block === second.block && first.position < second.position) return true;
    const seen = new Set<number>([made]);
    const work = [...exitsOf(this.fn.graph, first.block)];
    for (let block = work.pop(); block !== undefined; block = work.pop()) {
      if (seen.has(block)) continue;
      if (block === second.block) return true;
      seen.add(block);
      work.push(...exitsOf(this.fn.graph, block));
    }
    return false;
  }

  // ---- Making what is needed ----------------------------------------------------------------------------------------------------

  private sink(): void {
    const { graph, blocks } = this.fn;
    const loops = naturalLoops(graph, this.tree);
    const moved = new Map<number, Node[]>();
    blocks.forEach(({ nodes }, made) => {
      for (let i = nodes.length - 1; i >= 0; i--) {
        const node = nodes[i]!;
        const uses = this.uses.get(node);
        if (!uses || uses.length === 0 || uses.some(({ block }) => block === made)) continue;
        const place = uses.map(({ block }) => block).reduce((a, b) => commonDominator(this.tree, a, b));
        if (place === made || !dominates(this.tree, made, place)) continue;
        if (this.fn.handlers.has(place) || loops.some(({ body }) => body.has(place) && !body.has(made))) continue;
        nodes.splice(i, 1);
        moved.set(place, [node, ...(moved.get(place) ?? [])]);
      }
    });
    for (const [place, nodes] of moved) for (const node of nodes) insertBeforeUse(blocks[place]!, node);
  }
}

/** Put a node before the first that uses it, or at the end. */
function insertBeforeUse({ nodes }: Block, value: Node): void {
  const uses = (node: Node): boolean =>
    withFast(node).some((part) => !isPhi(part) && allInputs(part).includes(value)) ||
    [node.state, node.handler?.state].some((state) => state && stateNodes(state).includes(value));
  const at = nodes.findIndex(uses);
  nodes.splice(at < 0 ? nodes.length : at, 0, value);
}

/** Fold the fields of blocks that nobody else has seen yet, and make blocks where they are needed. */
export function keepBlocksLocal(fn: SsaFunction): void {
  if (fn.blocks.some(({ nodes }) => nodes.some(({ operation }) => SINKING.has(operation)))) new LocalBlocks(fn).run();
}
