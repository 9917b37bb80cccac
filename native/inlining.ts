/**
 * Inlining of small known functions (as Closure does, middle_end/closure). What is inlined has no frame of its own, so it must
 * not need one: it calls nothing but in tail position, where its frame is gone anyway, and what it would raise is left to a real
 * call of the function, which starts again and raises with the right backtrace. Nothing may have been changed before that. Of other
 * functions the start is inlined (prefix.ts).
 */
import type { Approximations } from "./approximations.ts";
import { dominators, isBackward } from "./dominators.ts";
import { Node, OPERATIONS, parameterCount, type SsaFunction } from "./ir.ts";
import { isConstant } from "./liveness.ts";
import { isPhi } from "./phis.ts";
import { type Prefix, prefixOf } from "./prefix.ts";
import { type Body, type Fate, nodeCount, raisesOnly, Splice, Target } from "./splice.ts";

/** Nodes of a function that is inlined, at most; and of one that grows by inlining. */
const MAX_NODES = 40;
const MAX_BLOCKS = 8;
const MAX_GROWTH = 2000;

function canBeInlined(node: Node): boolean {
  const { effect, raises } = OPERATIONS[node.operation];
  if (node.operation === "divide") return isConstant(node.inputs[1]!) && node.inputs[1]!.immediates[0] !== 0;
  return node.operation === "caught" ? false : effect !== "call" && !raises;
}

/** How a function can be inlined; undefined: not at all. */
function bodyOf(fn: SsaFunction): Body | undefined {
  const { blocks, graph } = fn;
  if (blocks.length > MAX_BLOCKS || fn.handlers.size > 0 || nodeCount(fn.blocks) > MAX_NODES) return undefined;
  const tree = dominators(graph);
  if (graph.blocks.some(({ index, successors }) => successors.some((to) => isBackward(tree, index, to)))) return undefined;
  const fates = blocks.map(({ nodes, exit }): Fate | undefined => {
    if (exit.kind === "raise") return "called";
    if (exit.kind === "switchFiber") return undefined;
    if (exit.kind === "tailCall" && exit.inputs[0]!.operation === "environment") return undefined;
    return nodes.every((node) => isPhi(node) || canBeInlined(node) || raisesOnly(node)) ? "inlined" : undefined;
  });
  if (fates.includes(undefined) || fates[0] === "called") return undefined;
  // Nothing may be changed before the function is called instead.
  const writes = blocks.some(({ nodes }) => nodes.some(({ operation }) => OPERATIONS[operation].effect === "write"));
  const starts = fates.includes("called") || blocks.some(({ nodes }) => nodes.some(raisesOnly));
  if (writes && starts && !writesLast(fn)) return undefined;
  return { fn, fates: fates as Fate[], order: tree.order };
}

/** Whether a function of one block changes things only after all that can raise. */
function writesLast({ blocks }: SsaFunction): boolean {
  if (blocks.length > 1) return false;
  const { nodes } = blocks[0]!;
  const write = nodes.findIndex(({ operation }) => OPERATIONS[operation].effect === "write");
  return !nodes.slice(write).some(raisesOnly);
}

/** Whether nothing of a function is left to a call. */
const callsNothing = ({ fn, fates }: Body): boolean =>
  fn.blocks.every(({ nodes, exit }, i) => fates[i] === "inlined" && exit.kind !== "tailCall" && !nodes.some(raisesOnly));

/** Inlines into functions, those first that they call. */
export class Inliner {
  private readonly approximations: Approximations;
  private readonly functions: ReadonlyMap<number, SsaFunction>;
  private readonly bodies = new Map<number, Body | undefined>();
  /** How functions start, before anything was inlined into them. */
  private readonly prefixes = new Map<SsaFunction, Prefix | undefined>();
  private readonly done = new Set<SsaFunction>();
  /** Those that are being changed: they cannot be copied. */
  private readonly active = new Set<SsaFunction>();

  /** `functions`: those that will have native code, by entry. */
  constructor(functions: ReadonlyMap<number, SsaFunction>, approximations: Approximations) {
    this.functions = functions;
    this.approximations = approximations;
  }

  /** Inline what is worth it into a function. */
  inline(fn: SsaFunction): void {
    if (this.done.has(fn)) return;
    this.done.add(fn);
    this.active.add(fn);
    this.prefixes.set(fn, prefixOf(fn));
    const target = new Target(fn);
    let growth = 0;
    for (let index = 0; index < target.blocks.length; index++) {
      const { nodes } = target.blocks[index]!;
      for (let i = 0; i < nodes.length; i++) {
        const node = nodes[i]!;
        if (node.operation !== "apply" || growth > MAX_GROWTH || target.remaining.has(node)) continue;
        node.inputs = node.inputs.map(target.resolve);
        const partial = this.partialApplication(fn, node.inputs);
        if (partial) {
          nodes[i] = partial;
          target.replaced.set(node, partial);
          growth++;
          continue;
        }
        const body = this.bodyFor(fn, node.inputs);
        if (!body) continue;
        growth += nodeCount(body.fn.blocks);
        if (new Splice(target, index, i, body).run()) break; // the rest is in another block
        i--;
      }
    }
    for (const index of target.blocks.keys()) this.tailCall(target, index);
    if (target.replaced.size > 0) target.finish();
    this.active.delete(fn);
  }

  /** What becomes of the tail call that a block ends with. */
  private tailCall(target: Target, index: number): void {
    const { fn } = target;
    const block = target.blocks[index]!;
    if (block.exit.kind !== "tailCall") return;
    const inputs = block.exit.inputs.map(target.resolve);
    const partial = this.partialApplication(fn, inputs);
    const body = partial ? undefined : this.bodyFor(fn, inputs);
    if (!partial && !(body && callsNothing(body))) return;
    const call = partial ?? new Node(fn.nextId++, "apply", inputs, []);
    block.nodes.push(call);
    block.exit = { kind: "return", value: call };
    if (body) new Splice(target, index, block.nodes.length - 1, body).run();
  }

  private callee(caller: SsaFunction, f: Node): SsaFunction | undefined {
    const entry = this.approximations.entryOf(caller, f);
    return entry === undefined ? undefined : this.functions.get(entry);
  }

  /** What applies a known function to fewer arguments than it wants. */
  private partialApplication(caller: SsaFunction, inputs: readonly Node[]): Node | undefined {
    const callee = this.callee(caller, inputs[0]!);
    const rest = callee ? callee.arity - (inputs.length - 1) : 0;
    return rest > 0 ? new Node(caller.nextId++, "partialApplication", [...inputs], [rest]) : undefined;
  }

  private bodyFor(caller: SsaFunction, inputs: readonly Node[]): Body | undefined {
    const fn = this.callee(caller, inputs[0]!);
    if (!fn || parameterCount(fn) !== inputs.length - 1) return undefined;
    if (this.active.has(fn)) {
      const prefix = this.prefixes.get(fn);
      // With the same arguments it would not have come here.
      const isNew = fn !== caller || [...(prefix?.decidedBy ?? [])].some((i) => inputs[1 + i]!.operation !== "parameter" || inputs[1 + i]!.immediates[0] !== i);
      return isNew ? prefix : undefined;
    }
    if (!this.bodies.has(fn.entry)) {
      this.inline(fn);
      this.bodies.set(fn.entry, bodyOf(fn) ?? this.prefixes.get(fn));
    }
    return this.bodies.get(fn.entry);
  }
}
