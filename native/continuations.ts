/**
 * Calls after which native code is often left, because an effect is performed in them: what follows one becomes a wasm function of its
 * own, which takes the result and finds everything else in the frame (NATIVE_CONTINUE). After others the interpreter goes on in the
 * frame. The code after PERFORM, where native code is always left, is in its continuation only.
 */
import type { Approximations } from "./approximations.ts";
import { Editing } from "./editing.ts";
import type { Block, Node, SsaFunction } from "./ir.ts";
import { isConstant, type Liveness } from "./liveness.ts";
import { nodeCount } from "./splice.ts";

/** Values that a continuation reads from the frame, at most: larger frames could not be copied (frames.ts: MAX_FRAME_HEIGHT). */
const MAX_VALUES = 64;

/** Nodes of a function whose calls of unknown functions have continuations, at most. */
const MAX_NODES = 40;

/**
 * Finds the functions in which effects may be performed: those that do so themselves, small ones that call functions which are not
 * known (List.iter), if there are any of the first kind in the code at all, and those that call such functions.
 */
export class Performers {
  private readonly approximations: Approximations;
  private readonly functions: ReadonlyMap<number, SsaFunction>;
  private readonly performing = new Set<SsaFunction>();

  /** `functions`: those with native code, by entry. */
  constructor(functions: ReadonlyMap<number, SsaFunction>, approximations: Approximations) {
    this.approximations = approximations;
    this.functions = functions;
    const callers = new Map<SsaFunction, SsaFunction[]>();
    for (const fn of functions.values()) {
      for (const callee of this.callees(fn)) callers.set(callee, [...(callers.get(callee) ?? []), fn]);
    }
    const performers = [...functions.values()].filter(performsItself);
    const work = performers.length === 0 ? [] : [...performers, ...[...functions.values()].filter((fn) => this.callsUnknown(fn))];
    for (let fn = work.pop(); fn; fn = work.pop()) {
      if (this.performing.has(fn)) continue;
      this.performing.add(fn);
      work.push(...(callers.get(fn) ?? []));
    }
  }

  /** The calls of a function that are to have continuations. */
  continued(fn: SsaFunction): ReadonlySet<Node> {
    return new Set(fn.blocks.flatMap(({ nodes }) => nodes.filter((node) => this.isContinued(fn, node))));
  }

  private isContinued(fn: SsaFunction, { operation, inputs }: Node): boolean {
    if (operation === "perform" || operation === "resume") return true;
    if (operation !== "apply" || !this.performing.has(fn)) return false;
    const callee = this.callee(fn, inputs[0]!);
    return callee ? this.performing.has(callee) && (isSmall(fn) || performsItself(callee)) : isSmall(fn);
  }

  /** Whether a small function calls one that is not known, and goes on after that. */
  private callsUnknown(fn: SsaFunction): boolean {
    const isUnknown = ({ operation, inputs }: Node): boolean => operation === "apply" && !this.callee(fn, inputs[0]!);
    return isSmall(fn) && fn.blocks.some(({ nodes }) => nodes.some(isUnknown));
  }

  private callee(caller: SsaFunction, f: Node): SsaFunction | undefined {
    const entry = this.approximations.entryOf(caller, f);
    return entry === undefined ? undefined : this.functions.get(entry);
  }

  private callees(fn: SsaFunction): Set<SsaFunction> {
    const found = new Set<SsaFunction>();
    for (const { nodes, exit } of fn.blocks) {
      const called = nodes.filter(({ operation }) => operation === "apply").map(({ inputs }) => inputs[0]!);
      if (exit.kind === "tailCall") called.push(exit.inputs[0]!);
      for (const f of called) {
        const callee = this.callee(fn, f);
        if (callee) found.add(callee);
      }
    }
    return found;
  }
}

const isSmall = ({ blocks }: SsaFunction): boolean => nodeCount(blocks) <= MAX_NODES;

/** An effect may also come out of a fiber that a function runs, for which it has no handler. */
function performsItself({ blocks }: SsaFunction): boolean {
  const performs = ({ operation }: Node): boolean => operation === "perform" || operation === "resume";
  return blocks.some(({ nodes, exit }) => exit.kind === "switchFiber" || nodes.some(performs));
}

const raises = ({ nodes, exit }: Block): boolean => exit.kind === "raise" || nodes.some(({ handler }) => handler !== undefined);

/** Let each of these nodes be the last one of its block. By node: the block that follows. */
export function splitAfter(fn: SsaFunction, last: ReadonlySet<Node>): ReadonlyMap<Node, number> {
  const following = new Map<Node, number>();
  const editing = new Editing(fn);
  // Blocks that are added are looked at, too.
  for (let block = 0; block < editing.blocks.length; block++) {
    const { nodes } = editing.blocks[block]!;
    const position = nodes.findIndex((node) => last.has(node));
    if (position >= 0) following.set(nodes[position]!, editing.splitBlock(block, position + 1));
  }
  if (following.size === 0) return following;
  // The rest of a block may raise no more, and what a handler needs is not known then.
  editing.blocks.forEach((block, index) => raises(block) || editing.dropHandler(index));
  editing.finish();
  return following;
}

/** By call: the values that its continuation reads from its frame. Calls with too many are not there. */
export function savedValues({ after }: Liveness, calls: Iterable<Node>): ReadonlyMap<Node, readonly Node[]> {
  const all = [...calls].map((node) => [node, [...after.get(node)!].filter((value) => !isConstant(value))] as const);
  return new Map(all.filter(([, values]) => values.length <= MAX_VALUES));
}
