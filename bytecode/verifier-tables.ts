/** What the verifier knows of instructions, by opcode: derived from the instruction table when code is verified for the first time. */
import { lazy } from "../runtime/lazy.ts";
import { FILE_OPCODES, type Instruction, instructions, opcode, type OperandKind } from "./instructions/table.ts";
import { type Amount, stackEffects } from "./stack-effects.ts";

/** Larger counts and field numbers do not occur: Max_wosize of a 32-bit OCaml. */
const MAX_COUNT = (1 << 22) - 1;

/** Least and greatest value of each kind of operand; the ranges of globals and primitives depend on the program. */
const RANGES: Record<OperandKind, readonly [number, number]> = {
  int: [-0x80000000, 0x7fffffff],
  count: [0, MAX_COUNT],
  slot: [0, MAX_COUNT],
  field: [0, MAX_COUNT],
  envField: [1, MAX_COUNT],
  tag: [0, 250],
  global: [0, MAX_COUNT],
  primitive: [0, MAX_COUNT],
  target: [-0x80000000, 0x7fffffff],
  methodTag: [-0x80000000, 0x7fffffff],
  cache: [-0x80000000, 0x7fffffff],
  closureOffset: [-MAX_COUNT, MAX_COUNT],
};

const SWITCH = opcode("SWITCH");
const rows = (): readonly Instruction[] => instructions.slice(0, FILE_OPCODES);
/** A number for each opcode. */
const numbers = (absent = 0): Int32Array => new Int32Array(FILE_OPCODES).fill(absent);

/** `constant - operand`, or `constant + operand`, by opcode; operands are -1 where there are none. */
class Amounts {
  readonly constants: Int32Array;
  readonly operands = numbers(-1);

  constructor(absent: number) {
    this.constants = numbers(absent);
  }

  set(op: number, amount: Amount | undefined): void {
    if (!amount) return;
    this.constants[op] = amount.constant;
    this.operands[op] = amount.operand;
  }
}

class VerifierTables {
  readonly LENGTH = numbers();
  readonly ENDS = numbers();
  readonly SPECIAL = numbers();
  readonly PEAK = numbers();
  readonly LINKED = numbers();
  readonly HAS_OFFSET = numbers();
  /** Instructions that the main loop handles without looking at environments or frames. */
  readonly USES_ENV = numbers();
  readonly TAG_OPERAND = numbers();
  private readonly delta = new Amounts(0);
  private readonly low = new Amounts(0);
  private readonly slot = new Amounts(-1);
  private readonly env = new Amounts(-1);
  private readonly args = new Amounts(0);
  private readonly frame = new Amounts(-1);
  private readonly offset = new Amounts(0);
  readonly DELTA = this.delta.constants;
  readonly DELTA_OPERAND = this.delta.operands;
  readonly LOW = this.low.constants;
  readonly LOW_OPERAND = this.low.operands;
  readonly SLOT = this.slot.constants;
  readonly SLOT_OPERAND = this.slot.operands;
  readonly ENV = this.env.constants;
  readonly ENV_OPERAND = this.env.operands;
  readonly ARGS = this.args.constants;
  readonly ARGS_OPERAND = this.args.operands;
  readonly FRAME_OPERAND = this.frame.operands;
  readonly OFFSET = this.offset.constants;
  readonly OFFSET_OPERAND = this.offset.operands;
  /** Operands that an instruction has at most. */
  readonly OPERANDS = Math.max(...rows().map(({ operands }) => operands.length));
  /** Least and greatest value of operand i of an opcode, at opcode * OPERANDS + i. */
  readonly LEAST = new Int32Array(FILE_OPCODES * this.OPERANDS);
  readonly GREATEST = new Int32Array(FILE_OPCODES * this.OPERANDS);
  /** Places of operands of a kind in these tables. */
  readonly GLOBAL_OPERANDS: number[] = [];
  readonly PRIMITIVE_OPERANDS: number[] = [];

  constructor() {
    const effects = stackEffects();
    for (const [op, row] of rows().entries()) {
      const effect = effects[op]!;
      this.LENGTH[op] = 1 + row.operands.length;
      this.ENDS[op] = row.flow === "end" ? 1 : 0;
      this.SPECIAL[op] = effect.special;
      this.PEAK[op] = effect.peak;
      this.LINKED[op] = effect.operand;
      this.HAS_OFFSET[op] = effect.closureOffset ? 1 : 0;
      this.USES_ENV[op] = effect.envField || effect.closureOffset ? 1 : 0;
      this.TAG_OPERAND[op] = row.operands.indexOf("tag");
      this.delta.set(op, effect.delta);
      this.low.set(op, effect.low);
      this.slot.set(op, effect.slot);
      this.env.set(op, effect.envField);
      this.args.set(op, effect.args);
      this.frame.set(op, effect.frame);
      this.offset.set(op, effect.closureOffset);
      for (const [i, kind] of row.operands.entries()) this.setRange(op, i, kind, effect.delta);
    }
  }

  private setRange(op: number, i: number, kind: OperandKind, delta: Amount): void {
    const place = op * this.OPERANDS + i;
    // SWITCH has two numbers in one.
    const [least, greatest] = RANGES[op === SWITCH ? "int" : kind];
    // An operand that says how much to pop does not push.
    this.LEAST[place] = delta.operand === i ? Math.max(least, delta.constant) : least;
    this.GREATEST[place] = greatest;
    if (kind === "global") this.GLOBAL_OPERANDS.push(place);
    if (kind === "primitive") this.PRIMITIVE_OPERANDS.push(place);
  }
}

export const verifierTables = lazy(() => new VerifierTables());
