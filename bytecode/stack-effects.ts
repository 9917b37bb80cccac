/**
 * What each instruction does to the height of the stack, found by running its meaning (instructions/table.ts) over
 * heights instead of values. Heights are words above the function's base; an effect is `constant - operand`, where the
 * operand, if any, is one of the instruction's own.
 */
import { lazy } from "../runtime/lazy.ts";
import { FILE_OPCODES, type Instruction, instructions } from "./instructions/table.ts";
import type { Semantics } from "./instructions/semantics.ts";

/** What is more than a change of height: the verifier treats each of these itself. */
export enum Special {
  None,
  Branch,
  BranchIf,
  Switch,
  PushReturnAddress,
  Apply,
  ApplyTail,
  Return,
  Restart,
  Grab,
  Closure,
  ClosureRec,
  PushTrap,
  PopTrap,
  Raise,
  ResumeTail,
  Call,
  Stop,
}

/** `constant - operand[index]`, or just `constant` when `operand` is -1. */
export interface Amount {
  constant: number;
  operand: number;
}

export interface StackEffect {
  special: Special;
  /** Change of height. */
  delta: Amount;
  /** Lowest height reached, relative to the start: all slots above it are consumed. */
  low: Amount;
  /** Highest height reached, relative to the start. */
  peak: number;
  /** A slot used besides the consumed ones, counted from the top at the start: `constant + operand[index]`. */
  slot: Amount | undefined;
  /** Field of the environment that is read: `constant`, or operand[index]. */
  envField: Amount | undefined;
  /** Distance of the closure in the same block, in words: `constant`, or operand[index]. */
  closureOffset: Amount | undefined;
  /** Arguments of a call: `constant`, or operand[index]. */
  args: Amount | undefined;
  /** Size of the frame that a tail call or return gives up: `constant`, or operand[index]. */
  frame: Amount | undefined;
  /** Operand with the code target or with the number of the primitive, or -1. */
  operand: number;
}

/** Words of the frame that PUSH_RETADDR pushes and of a trap. */
export const RETURN_FRAME = 3;
export const TRAP_FRAME = 4;

/** The effect of an instruction. */
export function stackEffect(instruction: Instruction): StackEffect {
  const probe = new Probe();
  instruction.meaning(probe);
  return probe.effect;
}

/** A word of which only this is known. */
type Word = "env" | "other";

const constant = (n: number): Amount => ({ constant: n, operand: -1 });

class Probe implements Semantics<Word, Amount, null> {
  readonly effect: StackEffect = {
    special: Special.None,
    delta: constant(0),
    low: constant(0),
    peak: 0,
    slot: undefined,
    envField: undefined,
    closureOffset: undefined,
    args: undefined,
    frame: undefined,
    operand: -1,
  };

  // ---- Heights ----

  push(): void {
    this.#raise(1);
    this.effect.delta.constant++;
  }

  pop(n: Amount): void {
    const { delta } = this.effect;
    if (n.operand >= 0) {
      if (delta.operand >= 0) throw new Error("an instruction pops two variable amounts");
      delta.operand = n.operand;
    }
    delta.constant -= n.constant;
    const { low } = this.effect;
    if (
      delta.operand >= 0 ? low.operand < 0 || delta.constant < low.constant : delta.constant < low.constant
    ) {
      this.effect.low = { ...delta };
    }
  }

  stack(i: Amount): Word {
    this.#use(i);
    return "other";
  }

  setStack(i: Amount): void {
    this.#use(i);
  }

  #use(i: Amount): void {
    const { delta } = this.effect;
    if (delta.operand >= 0) throw new Error("an instruction uses the stack after a variable pop");
    const slot = { constant: i.constant - delta.constant, operand: i.operand };
    if (slot.operand < 0 && slot.constant < 0) return;
    const known = this.effect.slot;
    if (known !== undefined && (known.operand >= 0 || slot.operand >= 0)) {
      throw new Error("an instruction uses two variable slots");
    }
    if (known === undefined || known.constant < slot.constant) this.effect.slot = slot;
  }

  /** n more words above the present height, for a moment. */
  #raise(n: number): void {
    const { delta } = this.effect;
    if (delta.operand < 0) this.effect.peak = Math.max(this.effect.peak, delta.constant + n);
  }

  // ---- Numbers and words ----

  operand(i: number): Amount {
    return { constant: 0, operand: i };
  }
  number(n: number): Amount {
    return constant(n);
  }
  plus(n: Amount, k: number): Amount {
    return { constant: n.constant + k, operand: n.operand };
  }
  integer(): Word {
    return "other";
  }
  unit(): Word {
    return "other";
  }
  atom(): Word {
    return "other";
  }
  accu(): Word {
    return "other";
  }
  setAccu(): void {}
  env(): Word {
    return "env";
  }
  field(block: Word, i: Amount): Word {
    if (block === "env") this.effect.envField = i;
    return "other";
  }
  item(): Word {
    return "other";
  }
  modifyField(): void {}
  modifyItem(): void {}
  offsetRef(): void {}
  floatField(): Word {
    return "other";
  }
  setFloatField(): void {}
  vectLength(): Word {
    return "other";
  }
  byte(): Word {
    return "other";
  }
  setByte(): void {}
  global(): Word {
    return "other";
  }
  setGlobal(): void {}
  makeBlock(size: Amount): void {
    this.pop({ constant: size.constant - 1, operand: size.operand });
  }
  makeFloatBlock(size: Amount): void {
    this.makeBlock(size);
  }
  arith(): Word {
    return "other";
  }
  negate(): Word {
    return "other";
  }
  not(): Word {
    return "other";
  }
  offset(): Word {
    return "other";
  }
  divide(): Word {
    return "other";
  }
  compare(): null {
    return null;
  }
  isInt(): null {
    return null;
  }
  boolean(): Word {
    return "other";
  }
  isFalse(): null {
    return null;
  }

  // ---- Control ----

  branch(target: number): void {
    this.#special(Special.Branch, target);
  }
  branchIf(_c: null, target: number): void {
    this.#special(Special.BranchIf, target);
  }
  switch(): void {
    this.#special(Special.Switch);
  }
  poll(): void {}

  // ---- Functions ----

  pushReturnAddress(target: number): void {
    this.effect.peak = RETURN_FRAME;
    this.#special(Special.PushReturnAddress, target);
  }
  apply(n: Amount, pushFrame: boolean): void {
    if (pushFrame) {
      this.#raise(RETURN_FRAME);
      this.pop(n);
    } else {
      this.effect.args = n;
      this.#special(Special.Apply);
    }
  }
  applyTail(n: Amount, slots: Amount): void {
    this.effect.args = n;
    this.effect.frame = slots;
    this.#special(Special.ApplyTail);
  }
  return(n: Amount): void {
    this.effect.frame = n;
    this.#special(Special.Return);
  }
  restart(): void {
    this.#special(Special.Restart);
  }
  grab(): void {
    this.#special(Special.Grab);
  }
  closure(vars: Amount, target: number): void {
    this.effect.args = vars;
    this.effect.peak = 1;
    this.#special(Special.Closure, target);
  }
  closureRec(): void {
    this.#special(Special.ClosureRec);
  }
  offsetClosure(n: Amount): Word {
    this.effect.closureOffset = n;
    return "other";
  }

  // ---- Exceptions ----

  pushTrap(target: number): void {
    this.effect.peak = TRAP_FRAME;
    this.#special(Special.PushTrap, target);
  }
  popTrap(): void {
    this.#special(Special.PopTrap);
  }
  raise(): void {
    this.#special(Special.Raise);
  }

  // ---- Primitives, objects, effects ----

  call(n: number, primitive: number): void {
    this.callN(n, primitive, constant(n));
  }
  /** The arguments are made contiguous: the accumulator is pushed for a moment. */
  callN(n: number, primitive: number, args = this.operand(n)): void {
    this.effect.args = args;
    this.#raise(1);
    this.pop({ constant: args.constant - 1, operand: args.operand });
    this.#special(Special.Call, primitive);
  }
  method(): Word {
    return "other";
  }
  publicMethod(): void {
    this.push();
  }
  dynamicMethod(): Word {
    return "other";
  }
  /** The fiber keeps a frame and its trap offset on its own stack (runtime/interp.c: PERFORM, RESUME). */
  perform(): void {
    this.#raise(4);
  }
  resume(): void {
    this.#raise(2);
    this.pop(constant(3));
  }
  resumeTail(slots: Amount): void {
    this.effect.args = constant(3);
    this.effect.frame = slots;
    this.#special(Special.ResumeTail);
  }
  reperformTail(slots: Amount): void {
    this.effect.args = constant(2);
    this.effect.frame = slots;
    this.#special(Special.ResumeTail);
  }

  // ---- The machine itself ----

  stop(): void {
    this.#special(Special.Stop);
  }
  stub(): void {
    this.#special(Special.Stop);
  }

  #special(special: Special, operand = -1): void {
    this.effect.special = special;
    this.effect.operand = operand;
  }
}

/** The effects of all instructions that a file can contain, by opcode. */
export const stackEffects = lazy((): readonly StackEffect[] => instructions.slice(0, FILE_OPCODES).map(stackEffect));
