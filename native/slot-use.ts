/**
 * Liveness of the bytecode's own stack slots and registers: which of them the interpreter would still look at, from a
 * point where native code may be left. What it would not look at is dropped from the frame states.
 */
import type { ControlFlowGraph } from "./cfg.ts";
import type { FrameState } from "./ir.ts";

/** The registers as slots. */
export const ENV = -1;
export const ACCU = -2;
const REGISTERS = 2;

type Event =
  | { readonly kind: "read" | "write"; readonly slot: number }
  | { readonly kind: "site"; state: FrameState }
  | { readonly kind: "raise"; readonly handler: number; readonly state: FrameState };

/** A set of slots. */
class Slots {
  private bits: Uint8Array;

  constructor(bits = new Uint8Array(16)) {
    this.bits = bits;
  }
  has(slot: number): boolean {
    return this.bits[slot + REGISTERS] === 1;
  }
  set(slot: number, present: boolean): void {
    const i = slot + REGISTERS;
    if (i >= this.bits.length) {
      if (!present) return;
      const larger = new Uint8Array(2 * i);
      larger.set(this.bits);
      this.bits = larger;
    }
    this.bits[i] = Number(present);
  }
  /** Add those of `other` below `end`, registers other than `except` among them. */
  addAll(other: Slots, end = Infinity, except?: number): void {
    other.bits.forEach((bit, i) => bit === 1 && i - REGISTERS < end && i - REGISTERS !== except && this.set(i - REGISTERS, true));
  }
  copy(): Slots {
    return new Slots(this.bits.slice());
  }
  equals(other: Slots): boolean {
    for (let i = Math.max(this.bits.length, other.bits.length); i >= 0; i--) if ((this.bits[i] ?? 0) !== (other.bits[i] ?? 0)) return false;
    return true;
  }
}

export class SlotUse {
  private readonly graph: ControlFlowGraph;
  private readonly events: Event[][];
  private current: Event[] = [];
  private readonly liveIn: Slots[];

  constructor(graph: ControlFlowGraph) {
    this.graph = graph;
    this.events = graph.blocks.map(() => []);
    this.liveIn = graph.blocks.map(() => new Slots());
  }

  startBlock(block: number): void {
    this.current = this.events[block]!;
  }
  read(slot: number): void {
    this.current.push({ kind: "read", slot });
  }
  write(slot: number): void {
    this.current.push({ kind: "write", slot });
  }
  /** A state that the interpreter may go on with is noted here. */
  site(state: FrameState): void {
    this.current.push({ kind: "site", state });
  }
  /** The last state was replaced by this one. */
  replace(state: FrameState): void {
    const last = this.current.findLast((event) => event.kind === "site");
    if (last?.kind === "site") last.state = state;
  }
  /** An exception may go from here to a handler. */
  raise(handler: number, state: FrameState): void {
    this.current.push({ kind: "raise", handler, state });
  }

  /** Once all blocks are there: drop what is not live from all states. */
  prune(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (let block = this.events.length - 1; block >= 0; block--) {
        const live = this.walk(block, false);
        if (live.equals(this.liveIn[block]!)) continue;
        this.liveIn[block] = live;
        changed = true;
      }
    }
    this.events.forEach((_, block) => this.walk(block, true));
  }

  /** Go backwards through a block. What is live at its start. */
  private walk(block: number, prune: boolean): Slots {
    const live = new Slots();
    for (const next of this.graph.blocks[block]!.successors) live.addAll(this.liveIn[next]!);
    const events = this.events[block]!;
    for (let i = events.length - 1; i >= 0; i--) {
      const event = events[i]!;
      switch (event.kind) {
        case "read":
        case "write":
          live.set(event.slot, event.kind === "read");
          break;
        case "site":
          if (prune) dropDead(event.state, live);
          break;
        case "raise":
          live.addAll(this.liveIn[event.handler]!, event.state.stack.length, ACCU);
          if (prune) dropDead(event.state, this.liveIn[event.handler]!);
      }
    }
    return live;
  }
}

function dropDead(state: FrameState, live: Slots): void {
  state.stack.forEach((node, i) => {
    if (node?.operation !== "framePart" && !live.has(i)) state.stack[i] = undefined;
  });
  if (!live.has(ENV) && !state.stack.some((node) => node?.operation === "framePart")) state.env = undefined;
  if (state.accu !== "result" && !live.has(ACCU)) state.accu = undefined;
}
