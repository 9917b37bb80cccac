/** Phis and uses of nodes; removes what SSA construction has made too much of: phis with one value, and nodes that nobody uses. */
import { BOXED_DOUBLE } from "../runtime/layout.ts";
import { type Block, type Exit, type FrameState, Node, OPERATIONS, type SsaFunction } from "./ir.ts";

export function isPhi({ operation }: Node): boolean {
  return operation === "phi" || operation === "floatPhi" || operation === "int64Phi";
}

export function isBox({ operation }: Node): boolean {
  return operation === "box" || operation === "boxInteger";
}

export function isUnbox({ operation }: Node): boolean {
  return operation === "unbox" || operation === "unboxInteger";
}

/** Whether a function boxes or unboxes numbers. */
export function usesBoxes({ blocks }: SsaFunction): boolean {
  return blocks.some(({ nodes }) => nodes.some((node) => withFast(node).some((part) => isBox(part) || isUnbox(part))));
}

/** A node and the nodes of its fast path. */
export function withFast(node: Node): readonly Node[] {
  return node.fast ? [node, ...node.fast.nodes] : [node];
}

/** What a node boxes its input as, or takes it for: CUSTOM_*, BOXED_DOUBLE. */
export function boxKind({ operation, immediates }: Node): number {
  return operation === "box" || operation === "unbox" ? BOXED_DOUBLE : (immediates[0] as number);
}

/** A node that boxes a number as that kind. */
export const boxOf = (fn: SsaFunction, number: Node, kind: number): Node =>
  kind === BOXED_DOUBLE ? new Node(fn.nextId++, "box", [number], []) : new Node(fn.nextId++, "boxInteger", [number], [kind]);

export function phisOf({ nodes }: Block): Node[] {
  return nodes.filter(isPhi);
}

/** The values of a block's phis where control comes from block `from`. */
export function edgeInputs({ graph, blocks }: SsaFunction, from: number, to: number): Node[] {
  const i = graph.predecessors[to]!.indexOf(from);
  return phisOf(blocks[to]!).map((phi) => phi.inputs[i]!);
}

/** The values of a handler's phis where it is entered through their input number `input`. */
export function handlerInputs(handler: Block, input: number): Node[] {
  return phisOf(handler).map((phi) => phi.inputs[input]!);
}

/** The nodes that an exit uses. */
export function exitInputs(exit: Exit): readonly Node[] {
  switch (exit.kind) {
    case "jump":
      return [];
    case "if":
      return [exit.condition];
    case "switch":
    case "return":
    case "raise":
      return [exit.value];
    case "tailCall":
    case "switchFiber":
      return exit.inputs;
  }
}

/** The inputs of a node, with those of its fast path. */
export function allInputs({ inputs, fast }: Node): readonly Node[] {
  if (!fast) return inputs;
  const inner = new Set(fast.nodes);
  const used = [...fast.nodes.flatMap((node) => node.inputs), fast.value].filter((node) => !inner.has(node));
  return [...inputs, fast.condition, ...used];
}

/** The nodes that a frame state holds. */
export function stateNodes({ stack, env, accu }: FrameState): Node[] {
  const nodes = stack.filter((node) => node !== undefined && node.operation !== "framePart") as Node[];
  if (env) nodes.push(env);
  if (accu && accu !== "result") nodes.push(accu);
  return nodes.map((node) => (node.operation === "boxed" ? node.inputs[0]! : node));
}

/** The frame states of a block, with the handlers'. */
export function* frameStates({ nodes, exit }: Block): Generator<FrameState> {
  for (const { state, handler } of nodes) {
    if (state) yield state;
    if (handler) yield handler.state;
  }
  if (exit.kind === "raise" && exit.handler) yield exit.handler.state;
}

/** The frame states of blocks, each once: calls may share them. */
export function allStates(blocks: readonly Block[]): ReadonlySet<FrameState> {
  return new Set(blocks.flatMap((block) => [...frameStates(block)]));
}

export function mapExit(exit: Exit, change: (node: Node) => Node): Exit {
  switch (exit.kind) {
    case "jump":
      return exit;
    case "if":
      return { ...exit, condition: change(exit.condition) };
    case "switch":
    case "return":
    case "raise":
      return { ...exit, value: change(exit.value) };
    case "tailCall":
    case "switchFiber":
      return { ...exit, inputs: exit.inputs.map(change) };
  }
}

/** Change the inputs of a node, those of its fast path too. */
export function mapNode(node: Node, change: (node: Node) => Node): void {
  node.inputs = node.inputs.map(change);
  if (!node.fast) return;
  for (const part of node.fast.nodes) part.inputs = part.inputs.map(change);
  node.fast = { ...node.fast, condition: change(node.fast.condition), value: change(node.fast.value) };
}

export function mapState(state: FrameState, change: (node: Node) => Node): void {
  state.stack.forEach((node, i) => node && (state.stack[i] = change(node)));
  state.env &&= change(state.env);
  if (state.accu !== "result") state.accu &&= change(state.accu);
}

/** What a node has been replaced by, in the end. */
export function replacement(replaced: ReadonlyMap<Node, Node>, node: Node): Node {
  let n = node;
  for (let r = replaced.get(n); r; r = replaced.get(n)) n = r;
  return n;
}

/** Let nodes be replaced wherever blocks use them. */
export function replaceNodes(blocks: readonly Block[], replaced: ReadonlyMap<Node, Node>): void {
  if (replaced.size === 0) return;
  const change = (node: Node): Node => replacement(replaced, node);
  for (const block of blocks) {
    for (const node of block.nodes) mapNode(node, change);
    block.exit = mapExit(block.exit, change);
  }
  for (const state of allStates(blocks)) mapState(state, change);
}

/** The one value that a phi stands for, if there is one. */
function onlyValue(phi: Node, resolve: (node: Node) => Node): Node | undefined {
  let value: Node | undefined;
  for (const input of phi.inputs) {
    const resolved = resolve(input);
    if (resolved === phi || resolved === value) continue;
    if (value) return undefined;
    value = resolved;
  }
  return value;
}

export function simplifyPhis(blocks: readonly Block[]): void {
  const replaced = new Map<Node, Node>();
  const resolve = (node: Node): Node => replacement(replaced, node);
  const phis = blocks.flatMap(phisOf);
  for (let changed = true; changed; ) {
    changed = false;
    for (const phi of phis) {
      if (replaced.has(phi)) continue;
      const value = onlyValue(phi, resolve);
      if (!value) continue;
      replaced.set(phi, value);
      changed = true;
    }
  }
  replaceNodes(blocks, replaced);
  dropUnused(blocks);
}

/** Drop the nodes that have no effect and that nobody uses. */
export function dropUnused(blocks: readonly Block[]): void {
  const used = new Set<Node>();
  const work: Node[] = [];
  const use = (node: Node): void => {
    if (used.has(node)) return;
    used.add(node);
    work.push(node);
  };
  for (const block of blocks) {
    const { nodes, exit } = block;
    for (const node of nodes) {
      const { effect, raises } = OPERATIONS[node.operation];
      if (raises || effect === "write" || effect === "call") use(node);
    }
    for (const node of exitInputs(exit)) use(node);
    for (const state of frameStates(block)) stateNodes(state).forEach(use);
  }
  for (let node = work.pop(); node; node = work.pop()) for (const input of allInputs(node)) use(input);
  for (const block of blocks) {
    const kept = block.nodes.filter((node) => used.has(node));
    block.nodes.splice(0, block.nodes.length, ...kept);
  }
}
