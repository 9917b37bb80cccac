/**
 * The frame of a native function while it calls: a word that leads to the site, the two words of its trap if the call is
 * inside a try, and what will be needed afterwards.
 */
import { SCRATCH_SIZE, WORD } from "../runtime/layout.ts";
import { ENSURE_CAPACITY } from "../bytecode/instructions/table.ts";
import { isBackward, reversePostorder } from "./dominators.ts";
import { type Node, OPERATIONS, type SsaFunction } from "./ir.ts";
import { canMove, isConstant, isWord, type Liveness } from "./liveness.ts";
import type { NativePrimitive } from "./module.ts";
import { stateNodes } from "./phis.ts";
import type { Region } from "./regions.ts";
import { fitsRegister, type FrameLayout } from "./sites.ts";
import { type Slots, slotsOf } from "./slots.ts";

/**
 * Bytes of the engine's stack for which a native function must use a word of the VM's, so that one limit bounds both
 * (CELL_NATIVE_BUDGET). Few enough that deep recursion stays in native code, enough that the frames of small functions need
 * no words but those of their values.
 */
const ENGINE_BYTES_PER_WORD = 96;
/**
 * Functions whose frame in the interpreter is larger have no native code: runtime/core/native.ts copies native frames, which
 * hold no more than that frame and a few words of their own, to SCRATCH.
 */
export const MAX_FRAME_HEIGHT = SCRATCH_SIZE / WORD - 32;
/** Words that a native function may use below sp without a check of its own. */
export const UNCHECKED_WORDS = 32;

/** Words of temporaries, and of what every frame has, in an engine's frame. */
const ENGINE_FRAME_WORDS = 20;

/**
 * Words of the VM's stack that stand for an engine's frame: a word for each local, as in V8's baseline code (more than the
 * optimised code takes), and a few more. `locals`: of the wasm function, its parameters among them.
 */
export const engineWords = (locals: number): number =>
  Math.ceil(((locals + ENGINE_FRAME_WORDS) * WORD) / ENGINE_BYTES_PER_WORD);

/** How a node stores a frame: whenever it is executed; on a slow path; there, but only what a collection must find; not at all. */
type Framing = "always" | "slow" | "collection" | "none";

function framingOf(node: Node, primitives: readonly NativePrimitive[]): Framing {
  const { effect } = OPERATIONS[node.operation];
  if (effect === "allocate") return "collection";
  if (effect !== "call") return "none";
  switch (node.operation) {
    case "apply":
    case "leave":
    case "perform":
    case "resume":
      return "always";
    case "primitive":
      if (primitives[node.immediates[0] as number]!.name === ENSURE_CAPACITY) return "none"; // emit.ts: checkStack
      return node.fast ? "slow" : "always";
    default:
      return "slow";
  }
}

/** A node that stores a frame, and the values that its frame holds. */
export interface Framed {
  readonly framing: Framing;
  readonly values: readonly Node[];
}

/** The nodes of a function that store frames, in the order of the code. `saved`: by node, what its continuation needs. */
export function framedNodes(
  fn: SsaFunction,
  live: Liveness,
  primitives: readonly NativePrimitive[],
  saved: ReadonlyMap<Node, readonly Node[]> = new Map(),
): Map<Node, Framed> {
  const framed = new Map<Node, Framed>();
  for (const block of reversePostorder(fn.graph)) {
    for (const node of fn.blocks[block]!.nodes) {
      const framing = live.after.has(node) ? framingOf(node, primitives) : "none";
      if (framing !== "none") framed.set(node, { framing, values: framedValues(node, framing, live, saved.get(node)) });
    }
  }
  return framed;
}

export interface Frame extends FrameLayout {
  /** Words under the values. */
  readonly bottom: number;
  /** Values in the frame. */
  readonly values: readonly Node[];
  /** Those of them that are not in their places yet. */
  readonly stores: readonly Node[];
  /** Words that hold nothing, and have not been written. */
  readonly blanks: readonly number[];
  /** Whether words only stand for the engine's frame. */
  readonly padded: boolean;
}

/** Words under the values: the site, and those of a trap. */
const BOTTOM_WORDS = 1;
const TRAP_WORDS = 2;

/** The values that a node's frame holds. */
function framedValues(node: Node, framing: Framing, { after }: Liveness, saved: readonly Node[] = []): Node[] {
  const values = new Set([...saved, ...[...after.get(node)!].filter(canMove)]);
  if (framing === "collection") {
    for (const value of node.inputs) if (!isConstant(value) && canMove(value)) values.add(value);
  } else {
    if (node.state) stateNodes(node.state).forEach((value) => values.add(value));
    if (node.handler) stateNodes(node.handler.state).forEach((value) => values.add(value));
  }
  const accus = [node.state?.accu, node.handler?.state.accu];
  const placed = (value: Node): boolean =>
    !isWord(value) || !isConstant(value) || (accus.includes(value) && !fitsRegister(value));
  return [...values].filter(placed).sort((a, b) => a.id - b.id);
}

/** What is known of a slot: the value that it holds; that it holds some value; nothing. */
type Content = Node | "something" | undefined;

export interface FramePlan {
  /** By node. */
  readonly frames: ReadonlyMap<Node, Frame>;
  /** By header of a loop: what is stored when that is entered. */
  readonly storedBefore: ReadonlyMap<number, readonly Node[]>;
}

/**
 * The frames of a region. A value is stored before the first call only, unless a frame that does not reach its slot
 * comes between: what is in the slots is known on all ways to a node (a forward analysis). `least`: words of each frame;
 * `early`: what may be stored when a loop is entered, by header.
 */
export function planFrames(
  fn: SsaFunction,
  framedNodes: ReadonlyMap<Node, Framed>,
  { entry, tree, after }: Region,
  slots: Slots,
  least: number,
  early: ReadonlyMap<number, ReadonlySet<Node>> = new Map(),
): FramePlan {
  const frames = new Map<Node, Frame>();
  const storedBefore = new Map<number, Node[]>();
  const atEnd = new Map<number, Content[]>();
  const fill = (contents: Content[], node: Node): void => {
    const slot = slots.get(node)!;
    while (contents.length < slot) contents.push(undefined);
    for (let part = 0; part < slotsOf(node); part++) contents[slot + part] = node;
  };

  const through = (block: number, contents: Content[], note: boolean): Content[] => {
    const spoil = (node: Node, slot: number): void => {
      for (let part = 0; part < slotsOf(node); part++) contents[slot + part] &&= "something";
    };
    for (const node of fn.blocks[block]!.nodes) {
      const framed = framedNodes.get(node);
      if (framed) {
        const frame = layOut(node, framed, slots, contents, least);
        if (note) frames.set(node, frame);
        if (framed.framing === "always") {
          contents.length = Math.min(contents.length, frame.words - frame.bottom);
          for (const word of frame.blanks) contents[frame.words - 1 - word] = "something";
          for (const value of frame.stores) fill(contents, value);
        } else {
          // On the slow path these are in the place of others.
          for (const value of frame.stores) spoil(value, slots.get(value)!);
        }
      }
      const own = slots.get(node);
      if (own !== undefined && contents[own] === node) spoil(node, own); // the value of another round
    }
    return contents;
  };

  const entered = (block: number): Content[] => {
    const contents: Content[] = [];
    if (block === entry && after) for (const value of framedNodes.get(after)!.values) fill(contents, value);
    if (block === entry || fn.handlers.has(block)) return contents;
    const ways = fn.graph.predecessors[block]!.filter((from) => atEnd.has(from) && !isBackward(tree, from, block));
    return meet(ways.map((from) => atEnd.get(from)!));
  };
  const atStart = (block: number): Content[] => {
    const contents = entered(block);
    if (fn.handlers.has(block)) return contents;
    const values = [...(early.get(block) ?? [])].filter((value) => contents[slots.get(value)!] !== value);
    if (values.length > 0) storedBefore.set(block, values);
    for (const value of values) fill(contents, value);
    const rounds = fn.graph.predecessors[block]!.filter((from) => atEnd.has(from) && isBackward(tree, from, block));
    return rounds.length === 0 ? contents : meet([contents, ...rounds.map((from) => atEnd.get(from)!)]);
  };

  for (let changed = true; changed; ) {
    changed = false;
    for (const block of tree.order) {
      const contents = through(block, atStart(block), false);
      const before = atEnd.get(block);
      if (before && contents.length === before.length && contents.every((content, i) => content === before[i])) continue;
      atEnd.set(block, contents);
      changed = true;
    }
  }
  storedBefore.clear();
  for (const block of tree.order) through(block, atStart(block), true);
  return { frames, storedBefore };
}

/** What is known where several ways meet. */
function meet([first, ...others]: readonly (readonly Content[])[]): Content[] {
  return first!.map((content, slot) => {
    if (others.every((other) => other[slot] === content)) return content;
    return content && others.every((other) => other[slot]) ? "something" : undefined;
  });
}

function slotsUsed(values: readonly Node[], slots: Slots): number {
  return values.reduce((used, value) => Math.max(used, slots.get(value)! + slotsOf(value)), 0);
}

const bottomOf = ({ handler }: Node): number => BOTTOM_WORDS + (handler ? TRAP_WORDS : 0);

const placesIn = (words: number, values: readonly Node[], slots: Slots): Map<Node, number> =>
  new Map(values.map((value) => [value, words - slots.get(value)! - slotsOf(value)]));

/** The frame that a call, which always stores one, has left. `least`: its words, at least. */
export function frameLeft(node: Node, { values }: Framed, slots: Slots, least: number): { words: number; places: ReadonlyMap<Node, number> } {
  const words = Math.max(slotsUsed(values, slots) + bottomOf(node), least);
  return { words, places: placesIn(words, values, slots) };
}

function layOut(
  node: Node,
  { framing, values }: Framed,
  slots: Slots,
  contents: readonly Content[],
  least: number,
): Frame {
  let used = slotsUsed(values, slots);
  // On a slow path everything that is stored already stays so.
  if (framing !== "always") used = Math.max(used, contents.length);
  const isCall = framing !== "collection";
  const bottom = isCall ? bottomOf(node) : 0;
  const words = Math.max(used + bottom, isCall ? least : 0);
  const parts = (value: Node): number[] => Array.from({ length: slotsOf(value) }, (_, part) => slots.get(value)! + part);
  const stores = values.filter((value) => parts(value).some((slot) => contents[slot] !== value));
  const written = new Set(stores.flatMap(parts));
  const blanks: number[] = [];
  for (let slot = 0; slot < words - bottom; slot++) {
    if (!contents[slot] && !written.has(slot)) blanks.push(words - 1 - slot);
  }
  return {
    words,
    bottom,
    trap: isCall && node.handler ? BOTTOM_WORDS : 0,
    places: placesIn(words, values, slots),
    values,
    stores,
    blanks,
    padded: words > used + bottom,
  };
}
