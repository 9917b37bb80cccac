/**
 * Checks bytecode that comes from outside before the VM runs it. Bytecode has no types, so a program can still do harm to
 * its own heap (as with ocamlrun); what is established here is what interpreter and native compiler rely on:
 *
 * - every word belongs to a known instruction, every operand is in range: globals, primitives and their arity, tags;
 * - control stays on instruction starts inside one function, never falls off the end, and goes back only to CHECK_SIGNALS,
 *   so that every loop can be ended;
 * - at each instruction the height of the stack and the frames on it (traps, return addresses) are the same on all ways
 *   there, nothing pops or overwrites a frame, and functions return from their full height;
 * - environments and closures of one block are addressed inside the block, and so are the values of units whose size is
 *   known;
 * - GRAB stands at the start of a function, after its RESTART;
 * - functions that need much stack ask for it first.
 *
 * Two linear passes: one decodes everything, one follows control through each function that a CLOSURE or CLOSUREREC
 * names. Code is counted in words from its start, heights in words above the function's base.
 */
import { FormatError } from "./formats/errors.ts";
import { MAIN_FIRST_WORDS, STACK_SLACK_WORDS } from "../runtime/layout.ts";
import { ENSURE_CAPACITY, FILE_OPCODES, instructions, opcode } from "./instructions/table.ts";
import { RETURN_FRAME, Special, TRAP_FRAME } from "./stack-effects.ts";
import { verifierTables } from "./verifier-tables.ts";

export interface VerifierOptions {
  /** Number of globals, or undefined where they have no numbers yet (before linking). */
  globals?: number;
  /** Fields of a global's value, if it is there already and a unit. */
  globalSize?: (index: number) => number | undefined;
  /** Names of the primitives by number, or undefined where they have no numbers yet. */
  primitives?: readonly string[];
  /** Arity of a primitive; calls of primitives it does not know are accepted. */
  arity?: (name: string) => number | undefined;
  /** Height at the start of the code: 0, or 1 for code that is run as a function (toplevel phrases, Dynlink). */
  entryHeight?: 0 | 1;
  /** The code may end without STOP or RETURN: units do, the linker puts something behind them. */
  mayFallOff?: boolean;
}

export interface VerifiedFunction {
  /** Word of its first instruction (GRAB, if it has one). */
  entry: number;
  /** Number of arguments. */
  arity: number;
  /**
   * Highest stack in words above the base, arguments and frames for calls included. What the interpreter itself pushes
   * around primitives and collections comes on top.
   */
  maxHeight: number;
}

export interface VerifiedCode {
  /** The code itself first, then the functions in the order of their discovery. */
  functions: VerifiedFunction[];
  /** For each word the height before the instruction that starts there; -1 where control cannot come. */
  heights: Int32Array;
}

/** Verifies `code`. @throws FormatError of kind `invalid-code` that names the word and the instruction */
export function verify(code: Int32Array, options: VerifierOptions = {}): VerifiedCode {
  const starts = decodeAll(code, options);
  return new Flow(code, starts, options).run();
}

const GRAB = opcode("GRAB");
const RESTART = opcode("RESTART");
const SWITCH = opcode("SWITCH");
const CLOSUREREC = opcode("CLOSUREREC");
const CALLN = opcode("C_CALLN");
const CALL1 = opcode("C_CALL1");
const CONSTINT = opcode("CONSTINT");
const CHECK_SIGNALS = opcode("CHECK_SIGNALS");
const GETGLOBALFIELD = opcode("GETGLOBALFIELD");
const PUSHGETGLOBALFIELD = opcode("PUSHGETGLOBALFIELD");
const SETGLOBAL = opcode("SETGLOBAL");
const POP = opcode("POP");
const MAKEBLOCK = opcode("MAKEBLOCK");
/** Fields of the blocks that instructions make whose operand is only a tag. */
const BLOCK_SIZES = new Map([1, 2, 3].map((size) => [opcode(`MAKEBLOCK${size}`), size]));

/** Words above its arguments that a function may use without asking; ocamlc's threshold is 32 (Config.stack_threshold). */
const FREE_WORDS = 40;
/** Words that the code itself may use, which cannot ask. */
const MAIN_WORDS = MAIN_FIRST_WORDS - STACK_SLACK_WORDS;

/** Blocks of values cannot have these tags: continuations, closures, infix pointers. */
const FORBIDDEN_TAGS = [245, 247, 249];

// ---- Pass 1: instructions and operands ----------------------------------------------------------------------------------

/** Marks the instruction starts. The code of a unit ends by making a block of its values and storing that. */
function decodeAll(code: Int32Array, options: VerifierOptions): Uint8Array {
  const { LENGTH, TAG_OPERAND, OPERANDS, LEAST } = verifierTables();
  const starts = new Uint8Array(code.length);
  const greatest = greatestOperands(options);
  const sizes = new Map<number, number>();
  const uses: number[] = [];
  let block: number | undefined;
  for (let pc = 0; pc < code.length;) {
    const op = code[pc]!;
    if (op < 0 || op >= FILE_OPCODES) throw invalid(code, pc, `there is no instruction ${op}`);
    starts[pc] = 1;
    let length = LENGTH[op]!;
    if (pc + length > code.length) throw invalid(code, pc, "the code ends inside an instruction");
    const operands = op * OPERANDS - 1;
    const tagAt = TAG_OPERAND[op]!;
    if (tagAt >= 0 && FORBIDDEN_TAGS.includes(code[pc + 1 + tagAt]!)) {
      throw invalid(code, pc, `blocks of tag ${code[pc + 1 + tagAt]} are not made this way`);
    }
    for (let i = 1; i < length; i++) {
      const value = code[pc + i]!;
      const low = LEAST[operands + i]!;
      const high = greatest[operands + i]!;
      if (value < low || value > high) throw invalid(code, pc, `operand ${i} is ${value}, outside ${low} to ${high}`);
    }
    if (op === GETGLOBALFIELD || op === PUSHGETGLOBALFIELD) uses.push(pc);
    else if (op === SETGLOBAL && block !== undefined) sizes.set(code[pc + 1]!, block);
    if (op !== POP) block = BLOCK_SIZES.get(op) ?? (op === MAKEBLOCK ? code[pc + 1]! : undefined);
    if (op === SWITCH) length += (code[pc + 1]! & 0xffff) + (code[pc + 1]! >>> 16);
    else if (op === CLOSUREREC) length += code[pc + 1]!;
    pc += length;
    if (pc > code.length) throw invalid(code, pc - length, "the code ends inside an instruction");
  }
  for (const pc of options.globals === undefined ? [] : uses) {
    const size = sizes.get(code[pc + 1]!) ?? options.globalSize?.(code[pc + 1]!);
    if (size !== undefined && code[pc + 2]! >= size) throw invalid(code, pc, `field ${code[pc + 2]} of a unit of ${size}`);
  }
  return starts;
}

/** GREATEST in this program. */
function greatestOperands({ globals, primitives }: VerifierOptions): Int32Array {
  const { GREATEST, GLOBAL_OPERANDS, PRIMITIVE_OPERANDS } = verifierTables();
  const table = GREATEST.slice();
  if (globals !== undefined) for (const place of GLOBAL_OPERANDS) table[place] = globals - 1;
  if (primitives !== undefined) for (const place of PRIMITIVE_OPERANDS) table[place] = primitives.length - 1;
  return table;
}

// ---- Pass 2: control, heights, frames -------------------------------------------------------------------------------------

/** Shape of the block that a function finds in its environment. */
interface Environment {
  /** Readable fields: from `low` up to, but not with, `high`. */
  low: number;
  high: number;
  /** Which of how many closures of the block this is. */
  index: number;
  closures: number;
}

const NO_ENVIRONMENT: Environment = { low: 0, high: 0, index: 0, closures: 0 };

class Flow {
  readonly code: Int32Array;
  readonly starts: Uint8Array;
  readonly mayFallOff: boolean;
  readonly entryHeight: number;
  /** Arity of a primitive, -1 when unknown. */
  readonly arityOf: (number: number) => number;
  /** Number of the primitive ENSURE_CAPACITY, -1 if the program does not have it. */
  readonly ensure: number;
  /** State before each instruction: height or -1, innermost frame, function. */
  readonly heights: Int32Array;
  readonly frames: Int32Array;
  readonly owners: Int32Array;
  readonly functions: VerifiedFunction[] = [];
  readonly environments: Environment[] = [];
  /** Frames on the stack; 0 is none. A frame is known by the instruction that pushes it, so it has one parent. */
  readonly frameParent: number[] = [0];
  /** Height with the frame on top. */
  readonly frameTop: number[] = [0];
  readonly frameSize: number[] = [0];
  readonly work: number[] = [];

  constructor(code: Int32Array, starts: Uint8Array, options: VerifierOptions) {
    this.code = code;
    this.starts = starts;
    this.mayFallOff = options.mayFallOff ?? false;
    this.entryHeight = options.entryHeight ?? 0;
    this.heights = new Int32Array(code.length).fill(-1);
    this.frames = new Int32Array(code.length);
    this.owners = new Int32Array(code.length);
    const { arity, primitives = [] } = options;
    this.ensure = primitives.indexOf(ENSURE_CAPACITY);
    // Asked for when it is needed: phrases call few of the primitives that there are.
    this.arityOf = (number) => (number < primitives.length ? (arity?.(primitives[number]!) ?? -1) : -1);
  }

  run(): VerifiedCode {
    this.functions.push({ entry: 0, arity: this.entryHeight, maxHeight: this.entryHeight });
    this.environments.push(NO_ENVIRONMENT);
    if (this.code.length > 0) this.goTo(0, 0, this.entryHeight, 0, 0);
    else if (!this.mayFallOff) throw invalid(this.code, 0, "there is no code");
    // Functions are appended as they are found.
    for (let owner = 0; owner < this.functions.length; owner++) {
      if (owner > 0) this.enter(owner);
      for (let pc = this.work.pop(); pc !== undefined; pc = this.work.pop()) this.follow(pc, owner);
      this.checkSize(this.functions[owner]!);
    }
    return { functions: this.functions, heights: this.heights };
  }

  /** Whether it asks for the stack that it needs. */
  private checkSize({ entry, arity, maxHeight }: VerifiedFunction): void {
    const { code } = this;
    const start = code[entry] === GRAB ? entry + 2 : entry;
    const asks = this.asksForStack(start + 2);
    const words = asks ? code[start + 1]! : arity + (entry === 0 ? MAIN_WORDS : FREE_WORDS);
    if (maxHeight > words) throw invalid(code, entry, `a function of ${maxHeight} words of stack asks for ${asks ? words : "none"}`);
  }

  /** Whether the C_CALL1 at a word asks for stack, so that the loader puts an instruction of the VM's own over it. */
  private asksForStack(pc: number): boolean {
    const { code } = this;
    return code[pc] === CALL1 && code[pc + 1] === this.ensure && code[pc - 2] === CONSTINT;
  }

  /** Starts a function after its GRAB, or at its first instruction. */
  private enter(owner: number): void {
    const { entry, arity } = this.functions[owner]!;
    if (this.code[entry] === GRAB) {
      this.heights[entry] = arity;
      this.owners[entry] = owner;
      this.goTo(entry, entry + 2, arity, 0, owner);
    } else {
      this.goTo(entry, entry, arity, 0, owner);
    }
  }

  /** Follows control from `pc`, whose state is set, until it leaves the function or joins a way seen before. */
  private follow(pc: number, owner: number): void {
    const { LENGTH, ENDS, SPECIAL, PEAK, LINKED, DELTA, DELTA_OPERAND, LOW, LOW_OPERAND, SLOT, SLOT_OPERAND, ARGS_OPERAND, USES_ENV } = verifierTables();
    const { code, heights, frames, owners } = this;
    const fn = this.functions[owner]!;
    let height = heights[pc]!;
    let frame = frames[pc]!;
    let maxHeight = fn.maxHeight;
    for (;;) {
      const op = code[pc]!;
      const low = height + LOW[op]! - (LOW_OPERAND[op]! >= 0 ? code[pc + 1 + LOW_OPERAND[op]!]! : 0);
      if (low < this.frameTop[frame]!)
        throw invalid(code, pc, `pops more than the ${height} words there are`);
      if (SLOT_OPERAND[op]! >= 0)
        this.checkSlot(pc, height, frame, SLOT[op]! + code[pc + 1 + SLOT_OPERAND[op]!]!);
      else if (SLOT[op]! >= 0) this.checkSlot(pc, height, frame, SLOT[op]!);
      if (USES_ENV[op] === 1) this.checkEnvironment(pc, op, owner);
      if (height + PEAK[op]! > maxHeight) maxHeight = height + PEAK[op]!;

      let next = pc + LENGTH[op]!;
      const special = SPECIAL[op]!;
      if (special !== Special.None) {
        const linked = pc + 1 + LINKED[op]!;
        switch (special) {
          case Special.Branch:
            this.jump(pc, linked + code[linked]!, height, frame, owner);
            fn.maxHeight = maxHeight;
            return;
          case Special.BranchIf:
            this.jump(pc, linked + code[linked]!, height, frame, owner);
            break;
          case Special.Switch: {
            const count = (code[pc + 1]! & 0xffff) + (code[pc + 1]! >>> 16);
            for (let i = 0; i < count; i++) this.jump(pc, next + code[next + i]!, height, frame, owner);
            fn.maxHeight = maxHeight;
            return;
          }
          case Special.PushReturnAddress:
          case Special.PushTrap: {
            this.jump(pc, linked + code[linked]!, height, frame, owner);
            const size = special === Special.PushTrap ? TRAP_FRAME : RETURN_FRAME;
            height += size;
            frame = this.frameParent.push(frame) - 1;
            this.frameTop.push(height);
            this.frameSize.push(size);
            break;
          }
          case Special.PopTrap:
            if (this.frameSize[frame] !== TRAP_FRAME || this.frameTop[frame] !== height) {
              throw invalid(code, pc, "there is no trap on top of the stack");
            }
            height -= TRAP_FRAME;
            frame = this.frameParent[frame]!;
            break;
          case Special.Apply: {
            const args = code[pc + 1 + ARGS_OPERAND[op]!]!;
            if (
              args < 1 ||
              this.frameSize[frame] !== RETURN_FRAME ||
              this.frameTop[frame] !== height - args
            ) {
              throw invalid(code, pc, `no return address below ${args} arguments`);
            }
            break;
          }
          case Special.ApplyTail:
          case Special.Return:
          case Special.ResumeTail:
            this.checkExit(pc, op, height, frame, owner);
            break;
          case Special.Closure: {
            const vars = code[pc + 1 + ARGS_OPERAND[op]!]!;
            height = this.consume(pc, height, frame, Math.max(vars - 1, 0));
            this.addFunction(pc, linked + code[linked]!, { low: 2, high: 2 + vars, index: 0, closures: 1 });
            break;
          }
          case Special.ClosureRec: {
            const count = code[pc + 1]!;
            const vars = code[pc + 2]!;
            if (count < 1) throw invalid(code, pc, "no function");
            const top = height + (vars > 0 ? 1 : 0);
            height = this.consume(pc, height, frame, Math.max(vars - 1, 0)) + count;
            maxHeight = Math.max(maxHeight, top, height);
            const firstVar = 3 * count - 1;
            for (let i = 0; i < count; i++) {
              const low = firstVar - 3 * i;
              const shape = { low, high: low + vars, index: i, closures: count };
              this.addFunction(pc, next + code[next + i]!, shape);
            }
            next += count;
            break;
          }
          case Special.Call:
            this.checkCall(pc, op, linked);
            break;
          case Special.Restart:
          case Special.Grab:
            throw invalid(code, pc, "in the middle of a function");
          case Special.Stop:
            if (owner !== 0 || frame !== 0 || this.entryHeight === 1) {
              throw invalid(code, pc, "inside a function or under a frame");
            }
            break;
          case Special.Raise:
            break;
        }
      }
      if (ENDS[op] === 1) {
        fn.maxHeight = maxHeight;
        return;
      }
      height += DELTA[op]! - (DELTA_OPERAND[op]! >= 0 ? code[pc + 1 + DELTA_OPERAND[op]!]! : 0);
      if (height > maxHeight) maxHeight = height;
      if (next >= code.length || heights[next] !== -1) {
        this.goTo(pc, next, height, frame, owner);
        fn.maxHeight = maxHeight;
        return;
      }
      heights[next] = height;
      frames[next] = frame;
      owners[next] = owner;
      pc = next;
    }
  }

  /** The instruction at `from` jumps to `to`. */
  private jump(from: number, to: number, height: number, frame: number, owner: number): void {
    const { code } = this;
    if (to <= from && code[to] !== CHECK_SIGNALS) {
      throw invalid(code, from, `control goes back to word ${to}, which is no CHECK_SIGNALS`);
    }
    if (this.asksForStack(to)) throw invalid(code, from, `control goes into a check of the stack, to word ${to}`);
    this.goTo(from, to, height, frame, owner);
  }

  /** Control goes from `from` to `to`: a first visit is noted and queued, a later one must find the same state. */
  private goTo(from: number, to: number, height: number, frame: number, owner: number): void {
    const { code } = this;
    if (to === code.length && this.mayFallOff && owner === 0 && height === this.entryHeight && frame === 0)
      return;
    if (to < 0 || to >= code.length) throw invalid(code, from, `control leaves the code for word ${to}`);
    if (this.starts[to] !== 1) throw invalid(code, from, `control goes inside an instruction, to word ${to}`);
    if (code[to] === GRAB) throw invalid(code, from, `control goes back to the GRAB at word ${to}`);
    if (this.heights[to] === -1) {
      this.heights[to] = height;
      this.frames[to] = frame;
      this.owners[to] = owner;
      this.work.push(to);
    } else if (this.owners[to] !== owner) {
      throw invalid(code, from, `control goes into another function, to word ${to}`);
    } else if (this.heights[to] !== height) {
      throw invalid(
        code,
        from,
        `word ${to} is reached with ${height} and with ${this.heights[to]} words on the stack`,
      );
    } else if (this.frames[to] !== frame) {
      throw invalid(
        code,
        from,
        `word ${to} is reached with different traps or return addresses on the stack`,
      );
    }
  }

  private addFunction(from: number, entry: number, environment: Environment): void {
    const { code } = this;
    if (entry < 0 || entry >= code.length || this.starts[entry] !== 1) {
      throw invalid(code, from, `the code of a closure is at word ${entry}, where no instruction starts`);
    }
    let arity = 1;
    if (code[entry] === GRAB) {
      arity = code[entry + 1]! + 1;
      if (arity < 2) throw invalid(code, entry, "of no argument");
      if (entry === 0 || code[entry - 1] !== RESTART || this.starts[entry - 1] !== 1) {
        throw invalid(code, entry, "without RESTART before it");
      }
    }
    const known = this.entries.get(entry);
    if (known === undefined) {
      if (this.heights[entry] !== -1) throw invalid(code, from, `word ${entry} is also reached by a jump`);
      this.entries.set(entry, this.functions.length);
      this.functions.push({ entry, arity, maxHeight: arity });
      this.environments.push(environment);
    } else {
      const other = this.environments[known]!;
      for (const key of ["low", "high", "index", "closures"] as const) {
        if (other[key] !== environment[key])
          throw invalid(code, from, `word ${entry} has closures of two shapes`);
      }
    }
  }

  private readonly entries = new Map<number, number>();

  /** The height after `count` words are popped. */
  private consume(pc: number, height: number, frame: number, count: number): number {
    if (height - count < this.frameTop[frame]!) {
      throw invalid(this.code, pc, `pops more than the ${height} words there are`);
    }
    return height - count;
  }

  /** Slot i from the top must exist and must not belong to a frame. */
  private checkSlot(pc: number, height: number, frame: number, i: number): void {
    const slot = height - 1 - i;
    // Slots that the instruction itself pushed (i < 0) are fine.
    if (slot < 0 || i < -1) throw invalid(this.code, pc, `uses slot ${i} of ${height}`);
    while (slot < this.frameTop[frame]!) {
      if (slot >= this.frameTop[frame]! - this.frameSize[frame]!) {
        throw invalid(this.code, pc, `uses slot ${i}, part of a trap or of a return address`);
      }
      frame = this.frameParent[frame]!;
    }
  }

  private checkEnvironment(pc: number, op: number, owner: number): void {
    const { ENV, ENV_OPERAND, OFFSET, OFFSET_OPERAND, HAS_OFFSET } = verifierTables();
    const env = this.environments[owner]!;
    if (HAS_OFFSET[op] === 1) {
      const offset = OFFSET_OPERAND[op]! >= 0 ? this.code[pc + 1 + OFFSET_OPERAND[op]!]! : OFFSET[op]!;
      const index = env.index + offset / 3;
      if (offset % 3 !== 0 || index < 0 || index >= env.closures) {
        throw invalid(this.code, pc, `closure ${index} of a block that holds ${env.closures}`);
      }
    } else {
      const field = ENV_OPERAND[op]! >= 0 ? this.code[pc + 1 + ENV_OPERAND[op]!]! : ENV[op]!;
      if (field < env.low || field >= env.high) {
        throw invalid(
          this.code,
          pc,
          `field ${field} of an environment that has ${env.low} up to ${env.high - 1}`,
        );
      }
    }
  }

  /** Tail calls, returns and the like give up the whole frame of the function. */
  private checkExit(pc: number, op: number, height: number, frame: number, owner: number): void {
    const { SPECIAL, ARGS, ARGS_OPERAND, FRAME_OPERAND } = verifierTables();
    const size = this.code[pc + 1 + FRAME_OPERAND[op]!]!;
    const args = ARGS_OPERAND[op]! >= 0 ? this.code[pc + 1 + ARGS_OPERAND[op]!]! : ARGS[op]!;
    if (frame !== 0)
      throw invalid(this.code, pc, "leaves the function with a trap or return address on the stack");
    if (size !== height) throw invalid(this.code, pc, `gives up ${size} of ${height} words`);
    if (args > height || (SPECIAL[op] === Special.ApplyTail && args < 1)) {
      throw invalid(this.code, pc, `${args} arguments in a frame of ${height} words`);
    }
    if (owner === 0 && this.entryHeight === 0) throw invalid(this.code, pc, "outside of any function");
  }

  private checkCall(pc: number, op: number, linked: number): void {
    const { ARGS, ARGS_OPERAND } = verifierTables();
    const { code } = this;
    const args = ARGS_OPERAND[op]! >= 0 ? code[pc + 1 + ARGS_OPERAND[op]!]! : ARGS[op]!;
    if (op === CALLN && args <= 5) throw invalid(code, pc, `of ${args} arguments`);
    const arity = this.arityOf(code[linked]!);
    if (arity >= 0 && arity !== args) {
      throw invalid(code, pc, `primitive ${code[linked]} takes ${arity} arguments, not ${args}`);
    }
  }
}

function invalid(code: Int32Array, pc: number, problem: string): FormatError {
  const name = instructions[code[pc] ?? -1]?.name;
  const place = name === undefined ? `code word ${pc}` : `code word ${pc}, ${name}`;
  return new FormatError("invalid-code", place, `invalid bytecode: ${problem}`);
}
