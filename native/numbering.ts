/**
 * Value numbering (Briggs, Cooper and Simpson: Value Numbering, 1997): what has been computed on all ways to a node is not computed
 * again, what has been checked is not checked again, and what has been read is not read again until something of its kind may
 * have been written.
 */
import { type DominatorTree, dominators, isDoneBefore } from "./dominators.ts";
import { type Effect, type FastPath, type Node, type Operation, OPERATIONS, type SsaFunction } from "./ir.ts";
import { isConstant } from "./liveness.ts";
import { dropUnused, mapNode, replaceNodes, replacement } from "./phis.ts";
import { raisesOnly } from "./splice.ts";

/** What has no effect and is not to be shared: what there is one of, and what is worth less than a place to keep it. */
const APART: ReadonlySet<Operation> = new Set([
  ...(["parameter", "environment", "caught", "framePart", "boxed", "offsetClosure"] as const),
  ...(["phi", "floatPhi", "int64Phi", "integer", "atom", "float", "int64", "truth"] as const),
]);
/** Whether a node's condition holds after it. */
export const isCheck = (node: Node): boolean => raisesOnly(node) || node.operation === "guardCall";

/** Whether a node is what the function's closure holds. */
export const isCaptured = ({ operation, inputs }: Node): boolean => operation === "field" && inputs[0]!.operation === "environment";

/** Kinds of memory, of which writes to one leave the others as they are. */
type Memory = "bytes" | "floats" | "words";
const MEMORY: Partial<Readonly<Record<Operation, Memory>>> = {
  byte: "bytes", loadBytes: "bytes", setByte: "bytes", storeBytes: "bytes",
  floatField: "floats", floatItem: "floats", setFloatField: "floats", setFloatItem: "floats",
  field: "words", item: "words", setField: "words", setItem: "words", offsetRef: "words",
};

/** What has been computed or checked, and where. */
interface Known {
  readonly node: Node;
  readonly block: number;
}

function keyOfInput(node: Node): string {
  return isConstant(node) ? `${node.operation} ${node.immediates[0]!}` : String(node.id);
}
/** The same for nodes that compute the same. */
export const keyOf = ({ operation, immediates, inputs }: Pick<Node, "operation" | "immediates" | "inputs">): string =>
  `${operation} ${immediates.join()} ${inputs.map(keyOfInput).join()}`;

function isPure(node: Node): boolean {
  if (node.operation === "divide") return isConstant(node.inputs[1]!) && node.inputs[1]!.immediates[0] !== 0;
  const { effect, raises } = OPERATIONS[node.operation];
  return effect === "none" && !raises && !APART.has(node.operation);
}

class Numbering {
  private readonly fn: SsaFunction;
  private readonly tree: DominatorTree;
  private readonly replaced = new Map<Node, Node>();
  private readonly known = new Map<string, Known[]>();
  /** What has been read at the end of a block and not been written since, by key. */
  private readonly atEnd = new Map<number, ReadonlyMap<string, Node>>();
  private reads = new Map<string, Node>();
  private readonly resolve = (node: Node): Node => replacement(this.replaced, node);

  constructor(fn: SsaFunction) {
    this.fn = fn;
    this.tree = dominators(fn.graph);
  }

  run(): void {
    // Down the dominator tree and back; what a block has computed is known below it only.
    const work: { block: number; noted?: string[] }[] = [{ block: 0 }];
    for (let item = work.pop(); item; item = work.pop()) {
      const { block, noted } = item;
      if (noted) {
        for (const key of noted) this.known.get(key)!.pop();
        continue;
      }
      work.push({ block, noted: this.through(block) });
      for (const child of this.tree.children[block]!) work.push({ block: child });
    }
    if (this.replaced.size === 0) return;
    replaceNodes(this.fn.blocks, this.replaced);
    dropUnused(this.fn.blocks);
  }

  /** Go through a block. What has become known in it. */
  private through(block: number): string[] {
    const noted: string[] = [];
    const { nodes } = this.fn.blocks[block]!;
    const [before, ...others] = this.fn.graph.predecessors[block]!;
    const readBefore = before !== undefined && others.length === 0 && !this.fn.handlers.has(block) ? this.atEnd.get(before) : undefined;
    this.reads = new Map(readBefore);
    const kept = nodes.filter((node) => {
      mapNode(node, this.resolve);
      if (isPure(node)) return !this.isShared(node, keyOf(node), block, noted);
      if (isCheck(node)) return !this.isShared(node, `holds ${keyOfInput(node.inputs[0]!)}`, block, noted);
      return !this.isRead(node, block);
    });
    nodes.splice(0, nodes.length, ...kept);
    this.atEnd.set(block, this.reads);
    return noted;
  }

  /** Whether a node's value, or what it checks, is known already; it is, from now on. */
  private isShared(node: Node, key: string, block: number, noted: string[]): boolean {
    const list = this.known.get(key) ?? [];
    this.known.set(key, list);
    const found = list.findLast((k) => isDoneBefore(this.fn.graph, this.tree, k.block, block));
    if (found) {
      this.replaced.set(node, found.node);
      return true;
    }
    list.push({ node, block });
    noted.push(key);
    return false;
  }

  /** Whether what a node reads has been read already; what nodes may write is forgotten. */
  private isRead(node: Node, block: number): boolean {
    const { effect } = OPERATIONS[node.operation];
    if (node.fast) node.fast = this.shortened(node.fast, block);
    if (effect === "read") {
      const key = keyOf(node);
      const found = this.reads.get(key);
      if (found) this.replaced.set(node, found);
      else this.reads.set(key, node);
      return found !== undefined;
    }
    this.forget(node.operation, effect);
    return false;
  }

  private forget(operation: Operation, effect: Effect): void {
    if (operation === "expect" || (effect !== "write" && effect !== "call")) return;
    const memory = MEMORY[operation];
    for (const [key, read] of this.reads) {
      // What a closure holds does not change, but to keep it while others run costs more than to read it again.
      if (effect === "write" && isCaptured(read)) continue;
      const other = MEMORY[read.operation];
      if (!memory || !other || other === memory) this.reads.delete(key);
    }
  }

  /** A fast path without what is known. */
  private shortened({ condition, nodes, value }: FastPath, block: number): FastPath {
    const left = nodes.filter((node) => {
      node.inputs = node.inputs.map(this.resolve);
      const found = isPure(node) ? this.known.get(keyOf(node))?.at(-1) : undefined;
      if (!found || !isDoneBefore(this.fn.graph, this.tree, found.block, block)) return true;
      this.replaced.set(node, found.node);
      return false;
    });
    return { condition: this.resolve(condition), nodes: left, value: this.resolve(value) };
  }
}

/** Let a function compute, check and read nothing twice. */
export function shareValues(fn: SsaFunction): void {
  new Numbering(fn).run();
}
