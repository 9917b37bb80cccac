/** Where a region's values are while others run: the frames, what is stored before loops, and what is read again. */
import { earlyStores } from "./early-stores.ts";
import { type Framed, type FramePlan, planFrames } from "./frames.ts";
import type { Node, SsaFunction } from "./ir.ts";
import type { Liveness } from "./liveness.ts";
import type { Region } from "./regions.ts";
import { planReloads } from "./reloads.ts";
import type { Slots } from "./slots.ts";

/** What the regions of a function share. */
export interface Spilled {
  readonly fn: SsaFunction;
  readonly live: Liveness;
  /** The nodes that store frames, and the places of values in these. */
  readonly framed: ReadonlyMap<Node, Framed>;
  readonly slots: Slots;
  /** Words of each frame at least. */
  readonly leastFrame: number;
}

export interface Spilling extends FramePlan {
  readonly slots: Slots;
  /** By node with a frame: what is read again after it. */
  readonly reloads: ReadonlyMap<Node, ReadonlySet<Node>>;
}

export function planSpilling({ fn, live, framed, slots, leastFrame }: Spilled, region: Region): Spilling {
  const simple = planFrames(fn, framed, region, slots, leastFrame);
  const early = earlyStores(fn, live, framed, simple.frames, region);
  const plan = early.size === 0 ? simple : planFrames(fn, framed, region, slots, leastFrame, early);
  return { ...plan, slots, reloads: planReloads(fn, live, framed, plan, region) };
}
