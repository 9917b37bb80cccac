/**
 * Slots: a place of its own for each value that is stored on the stack while others run, the same wherever it is stored, so
 * that it is stored once. Values share a slot if no frame holds both: colouring in the order of the frames, so that the
 * frames of early calls are small.
 */
import { NUMBER_PARTS } from "../runtime/layout.ts";
import type { Node } from "./ir.ts";
import { isWord } from "./liveness.ts";

/** First slot of each value; counted from the top of the frame. */
export type Slots = ReadonlyMap<Node, number>;

/** Slots that a value takes. */
export const slotsOf = (value: Node): number => (isWord(value) ? 1 : NUMBER_PARTS);

/** `frames`: the values that each holds, in the order of the code. */
export function assignSlots(frames: readonly (readonly Node[])[]): Slots {
  const holding = new Map<Node, number[]>();
  frames.forEach((values, i) => {
    for (const value of values) {
      const list = holding.get(value);
      if (list) list.push(i);
      else holding.set(value, [i]);
    }
  });
  const taken = frames.map(() => new Set<number>());
  const slots = new Map<Node, number>();
  for (const [value, where] of holding) {
    const size = slotsOf(value);
    const isFree = (slot: number): boolean => where.every((i) => !taken[i]!.has(slot));
    let slot = 0;
    for (let n = 0; n < size; slot++) n = isFree(slot) ? n + 1 : 0;
    slot -= size;
    slots.set(value, slot);
    for (const i of where) for (let part = 0; part < size; part++) taken[i]!.add(slot + part);
  }
  return slots;
}
