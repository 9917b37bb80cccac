/**
 * The frame of a native function while it calls: a word that leads to the site, the two words of its trap if the call is
 * inside a try, and what will be needed afterwards.
 */
import { NUMBER_PARTS, SCRATCH_SIZE, WORD } from "../runtime/layout.ts";
import type { Node } from "./ir.ts";
import { isConstant, isWord, type Liveness } from "./liveness.ts";
import { stateNodes } from "./phis.ts";
import { fitsRegister, type FrameLayout } from "./sites.ts";

/**
 * Bytes of the engine's stack for which a native function must use a word of the VM's, so that one limit bounds both
 * (CELL_NATIVE_BUDGET).
 */
export const ENGINE_BYTES_PER_WORD = 64;
/**
 * Functions whose frame in the interpreter is larger have no native code: runtime/core/native.ts copies native frames, which
 * hold no more than that frame and a few words of their own, to SCRATCH.
 */
export const MAX_FRAME_HEIGHT = SCRATCH_SIZE / WORD - 32;
/** Words that a native function may use below sp without a check of its own. */
export const UNCHECKED_WORDS = 32;

/** Locals of a wasm function, its parameters among them, that the estimate of the engine's frame allows for besides values. */
export const SPARE_LOCALS = 12;

/**
 * Estimate of an engine's frame: a word for each local, as in V8's baseline code (more than the optimised code takes), a
 * few temporaries, and what every frame has. `values`: those that live at a time.
 */
const engineBytes = (values: number): number => 8 * (values + SPARE_LOCALS + 8) + 96;

export interface Frame extends FrameLayout {
  /** Values in the frame, in the order of their places. */
  readonly values: readonly Node[];
  /** Words up to the last value. */
  readonly used: number;
}

/** Words under the values. */
const BOTTOM_WORDS = 1;
const TRAP_WORDS = 2;

/** The frame for a node that calls. `locals`: values that may be live at a time in the function. */
export function frameOf(node: Node, { after, most }: Liveness): Frame {
  const values = new Set(after.get(node)!);
  if (node.state) stateNodes(node.state).forEach((value) => values.add(value));
  if (node.handler) stateNodes(node.handler.state).forEach((value) => values.add(value));
  const accus = [node.state?.accu, node.handler?.state.accu];
  const placed = (value: Node): boolean =>
    !isWord(value) || !isConstant(value) || (accus.includes(value) && !fitsRegister(value));
  const list = [...values].filter(placed).sort((a, b) => a.id - b.id);
  const trap = node.handler ? BOTTOM_WORDS : 0;
  const first = BOTTOM_WORDS + (node.handler ? TRAP_WORDS : 0);
  const places = new Map<Node, number>();
  let used = first;
  for (const value of list) {
    places.set(value, used);
    used += !isWord(value) ? NUMBER_PARTS : 1;
  }
  const wanted = Math.ceil(engineBytes(most) / ENGINE_BYTES_PER_WORD);
  return { words: Math.max(used, wanted), used, trap, values: list, places };
}
