/**
 * The control-flow graph of one function's bytecode. Calls of more than three arguments (PUSH_RETADDR … APPLY) continue at
 * the address that was pushed, and traps lead to their handler, so the frames on the stack are followed as well.
 */
import { instructionLength } from "../bytecode/instructions/decode.ts";
import { instructions, opcode } from "../bytecode/instructions/table.ts";

export interface BasicBlock {
  readonly index: number;
  /** Word of its first instruction. */
  readonly start: number;
  /** Word after its last instruction. */
  readonly end: number;
  /** Blocks that control goes to without an exception, in the order of the instruction's targets, the next one last. */
  readonly successors: readonly number[];
  /** Block that exceptions raised in it go to: the innermost trap's. */
  readonly handler: number | undefined;
}

/** Block 0 is the entry. Every block can be reached. */
export interface ControlFlowGraph {
  readonly blocks: readonly BasicBlock[];
  /** By block: those that have it as successor or handler. */
  readonly predecessors: readonly (readonly number[])[];
}

/** A frame on the stack: where its return address or trap leads, and the frame below. */
interface Frame {
  readonly kind: "return" | "trap";
  readonly target: number;
  readonly below: Frame | undefined;
}

const PUSH_RETADDR = opcode("PUSH_RETADDR");
const PUSHTRAP = opcode("PUSHTRAP");
const POPTRAP = opcode("POPTRAP");
const APPLY = opcode("APPLY");
const SWITCH = opcode("SWITCH");
/** Index of the operand that holds the target of a branch, by opcode. */
const targetOperands = instructions.map((row) => row.operands.indexOf("target"));

/** Words that an instruction leads to besides the next one; targets are relative to the word that holds them. */
function targets(code: Int32Array, at: number): number[] {
  if (code[at] === SWITCH) {
    const count = (code[at + 1]! & 0xffff) + (code[at + 1]! >>> 16);
    return Array.from({ length: count }, (_, i) => at + 2 + code[at + 2 + i]!);
  }
  const { flow } = instructions[code[at]!]!;
  if (flow !== "branch" && flow !== "jump") return [];
  const operand = at + 1 + targetOperands[code[at]!]!;
  return [operand + code[operand]!];
}

class Explorer {
  private readonly code: Int32Array;
  /** Instructions that were reached: the frames before each. */
  private readonly frames = new Map<number, Frame | undefined>();
  private readonly leaders = new Set<number>();
  /** For the last instruction of each block: the words that control goes to. */
  private readonly exits = new Map<number, number[]>();

  constructor(code: Int32Array) {
    this.code = code;
  }

  explore(entry: number): void {
    const work: [at: number, frame: Frame | undefined][] = [];
    const lead = (at: number, frame: Frame | undefined): void => {
      this.leaders.add(at);
      if (!this.frames.has(at)) work.push([at, frame]);
    };
    lead(entry, undefined);
    for (let item = work.pop(); item; item = work.pop()) {
      let [at, frame] = item;
      while (!this.frames.has(at)) {
        this.frames.set(at, frame);
        const next = at + instructionLength(this.code, at);
        const op = this.code[at]!;
        const exits = targets(this.code, at);
        const linked = at + 1 + Math.max(0, targetOperands[op]!);
        if (op === PUSH_RETADDR) frame = { kind: "return", target: linked + this.code[linked]!, below: frame };
        else if (op === PUSHTRAP) {
          const target = linked + this.code[linked]!;
          lead(target, frame);
          frame = { kind: "trap", target, below: frame };
          exits.push(next); // the handler changes
        } else if (op === POPTRAP) {
          frame = frame?.below;
          exits.push(next);
        } else if (op === APPLY) {
          exits.push(frame!.target);
          frame = frame?.below;
        } else if (exits.length > 0 && instructions[op]!.flow === "branch") exits.push(next);
        const ends = exits.length > 0 || instructions[op]!.flow === "end";
        for (const exit of exits) lead(exit, frame);
        if (ends) {
          this.exits.set(at, exits);
          break;
        }
        at = next;
      }
    }
  }

  /** The blocks, in the order of the code, the entry first. */
  blocks(entry: number): BasicBlock[] {
    const starts = [...this.leaders].sort((a, b) => (a === entry ? -1 : b === entry ? 1 : a - b));
    const indices = new Map(starts.map((start, i) => [start, i]));
    return starts.map((start, index) => {
      let at = start;
      for (;;) {
        const next = at + instructionLength(this.code, at);
        const exits = this.exits.get(at) ?? (this.leaders.has(next) ? [next] : undefined);
        if (exits) {
          const trap = innermostTrap(this.frames.get(start));
          return {
            index,
            start,
            end: next,
            successors: exits.map((exit) => indices.get(exit)!),
            handler: trap && indices.get(trap.target),
          };
        }
        at = next;
      }
    });
  }
}

function innermostTrap(frame: Frame | undefined): Frame | undefined {
  let f = frame;
  while (f && f.kind !== "trap") f = f.below;
  return f;
}

/** The graph of the function whose first instruction (RESTART apart) is at word `entry` of verified code. */
export function controlFlow(code: Int32Array, entry: number): ControlFlowGraph {
  const explorer = new Explorer(code);
  explorer.explore(entry);
  const blocks = explorer.blocks(entry);
  const predecessors: number[][] = blocks.map(() => []);
  for (const { index, successors, handler } of blocks) {
    for (const to of new Set([...successors, ...(handler === undefined ? [] : [handler])])) predecessors[to]!.push(index);
  }
  return { blocks, predecessors };
}
