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

export interface Frame extends FrameLayout {
  /** Values in the frame, in the order of their places. */
  readonly values: readonly Node[];
  /** Words up to the last value. */
  readonly used: number;
}

/** Words under the values. */
const BOTTOM_WORDS = 1;
const TRAP_WORDS = 2;

/** The frame for a node that calls. `least`: words that it takes for the engine's frame. */
export function frameOf(node: Node, { after }: Liveness, least: number): Frame {
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
  return { words: Math.max(used, least), used, trap, values: list, places };
}
