/**
 * The interpreter's reading of the instruction table, first part: one instruction, or a sequence of them (a
 * superinstruction), as WebAssembly that works on the registers and the memory stack.
 *
 * Within a sequence nothing is written back before it must be: pushed values stay in locals, the stack pointer, pc and
 * accu move once, at the end. `commit` writes everything back. Since an allocation that finds no room goes to
 * LABEL.collect and then executes the whole sequence again, it needs that nothing has been changed yet;
 * where something has, the builder commits before it allocates.
 */
import binaryen from "binaryen";
import { ATOM0, CELL_ACTIONS, CELL_ENV, CELL_PC, CELL_SP, CODE_BIAS, WORD } from "../../runtime/layout.ts";
import type { InlinedPrimitive } from "../instructions/inlined.ts";
import { ACCU, Emit, ENV, type Expr, FUEL, LABEL, PC, Scratch, SP } from "./registers.ts";
/** A number that is known when the interpreter is generated, or an i32 expression that reads it. */
export type Num = { readonly known: number } | { readonly read: () => Expr };

export const OPCODE_BYTES = 4;

/** What is known of an instruction besides its operands. */
export interface InstructionContext {
  /** Nothing follows it in the sequence. */
  readonly last?: boolean;
  /** The primitive that it calls. */
  readonly primitive?: string | undefined;
  /** The meaning of that primitive takes the place of the call. */
  readonly inlined?: InlinedPrimitive | undefined;
}

export class SequenceBuilder {
  readonly emit: Emit;
  readonly scratch = new Scratch();
  /** The code of the handler. */
  code: Expr[] = [];

  /** Byte offset from pc to the current instruction's opcode word. */
  protected at = 0;
  protected fixed: readonly (number | undefined)[] = [];
  /** Slots pushed (negative: popped) since the last commit. */
  protected pushed = 0;
  /** Slot, counted from the committed sp downwards as its negative index, → local that holds it. */
  protected slots = new Map<number, { local: number; dirty: boolean }>();
  protected accuLocal = ACCU;
  /** Memory has been changed since the last commit: the sequence cannot be started again. */
  protected changed = false;
  protected done = false;

  constructor(emit: Emit) {
    this.emit = emit;
  }

  // ---- Sequences --------------------------------------------------------------------------------------------------

  /**
   * Start the instruction whose opcode word is at byte offset `at` from pc; `fixed` operands are known.
   */
  startInstruction(
    at: number,
    fixed: readonly (number | undefined)[],
    { last = true, primitive, inlined }: InstructionContext = {},
  ): void {
    this.at = at - this.base;
    this.fixed = fixed;
    this.last = last;
    this.primitive = primitive;
    this.inlined = inlined;
  }
  protected last = true;
  protected primitive: string | undefined;
  protected inlined: InlinedPrimitive | undefined;
  /** Byte offset of pc from the start of the sequence (it moves at a commit). */
  protected base = 0;

  /** End the sequence, `length` bytes long: go to the next instruction unless it has gone elsewhere. */
  finish(length: number): void {
    if (this.done) return;
    this.commit(length - this.base);
    this.next();
  }

  protected next(): void {
    this.goTo(LABEL.next);
  }

  goTo(label: string): void {
    this.code.push(this.emit.module.br(label));
    this.done = true;
  }

  /** Write back stack, sp and accu, and advance pc by `advance` bytes. */
  protected commit(advance: number): void {
    const e = this.emit;
    this.commitStack();
    if (this.accuLocal !== ACCU) {
      this.code.push(e.set(ACCU, e.get64(this.accuLocal)));
      this.accuLocal = ACCU;
    }
    if (advance !== 0) {
      this.code.push(e.set(PC, e.add32(e.get32(PC), advance)));
      this.base += advance;
      this.at -= advance;
    }
    this.slots.clear();
    this.changed = false;
  }

  protected commitStack(): void {
    const e = this.emit;
    if (this.pushed !== 0) this.code.push(e.set(SP, e.add32(e.get32(SP), -this.pushed * WORD)));
    for (const [slot, { local, dirty }] of this.slots) {
      if (dirty && slot + this.pushed >= 0) {
        this.code.push(e.store64(e.get32(SP), (slot + this.pushed) * WORD, e.get64(local)));
        this.changed = true;
      }
    }
    if (this.pushed !== 0) this.changed = true;
    const moved = new Map<number, { local: number; dirty: boolean }>();
    for (const [slot, { local }] of this.slots) {
      if (slot + this.pushed >= 0) moved.set(slot + this.pushed, { local, dirty: false });
    }
    this.slots = moved;
    this.pushed = 0;
  }

  /** Commit so that pc is at the current instruction: before anything that leaves the sequence half-way. */
  commitHere(): void {
    this.commit(this.at);
  }

  protected temp(value: Expr): number {
    const local = this.scratch.newI64();
    this.code.push(this.emit.set(local, value));
    return local;
  }

  // ---- Operands ----------------------------------------------------------------------------------------------------

  /** Offset, for a load relative to pc, of word `i` after the opcode. */
  protected word(i: number): number {
    return this.at + CODE_BIAS + OPCODE_BYTES * (1 + i);
  }

  operand(i: number): Num {
    const known = this.fixed[i];
    if (known !== undefined) return { known };
    // pc may move by a commit between now and the moment when the operand is read.
    const position = this.base + this.word(i);
    return { read: () => this.emit.load32(this.emit.get32(PC), position - this.base) };
  }

  number(n: number): Num {
    return { known: n };
  }

  plus(n: Num, k: number): Num {
    if ("known" in n) return { known: n.known + k };
    return { read: () => this.emit.add32(n.read(), k) };
  }

  /** n as an i32. */
  protected value(n: Num): Expr {
    return "known" in n ? this.emit.c32(n.known) : n.read();
  }

  /** base + 8 n, as an address and a constant offset. */
  protected scaled(base: Expr, n: Num): [Expr, number] {
    const m = this.emit.module;
    if ("known" in n) {
      if (n.known >= 0) return [base, n.known * WORD];
      return [this.emit.add32(base, n.known * WORD), 0];
    }
    return [m.i32.add(base, m.i32.shl(n.read(), this.emit.c32(3))), 0];
  }

  integer(n: Num): Expr {
    const m = this.emit.module;
    if ("known" in n) return this.emit.c64(2 * n.known + 1);
    return m.i64.or(m.i64.shl(m.i64.extend_s(n.read()), this.emit.c64(1)), this.emit.c64(1));
  }

  unit(): Expr {
    return this.emit.c64(1);
  }

  atom(tag: Num): Expr {
    const m = this.emit.module;
    if ("known" in tag) return this.emit.c64(ATOM0 + tag.known * WORD);
    return this.emit.extend(m.i32.add(this.emit.c32(ATOM0), m.i32.shl(tag.read(), this.emit.c32(3))));
  }

  // ---- Registers and stack --------------------------------------------------------------------------------------------

  accu(): Expr {
    return this.emit.get64(this.accuLocal);
  }

  setAccu(v: Expr): void {
    this.accuLocal = this.temp(v);
  }

  env(): Expr {
    return this.emit.get64(ENV);
  }

  stack(i: Num): Expr {
    if (!("known" in i)) {
      this.commitStack();
      const [base, offset] = this.scaled(this.emit.get32(SP), i);
      return this.emit.get64(this.temp(this.emit.load64(base, offset)));
    }
    const slot = i.known - this.pushed;
    let entry = this.slots.get(slot);
    if (!entry) {
      if (slot < 0) throw new Error("a slot is read before it is written");
      entry = { local: this.temp(this.emit.load64(this.emit.get32(SP), slot * WORD)), dirty: false };
      this.slots.set(slot, entry);
    }
    return this.emit.get64(entry.local);
  }

  setStack(i: Num, v: Expr): void {
    if (!("known" in i)) {
      this.commitStack();
      const [base, offset] = this.scaled(this.emit.get32(SP), i);
      this.code.push(this.emit.store64(base, offset, v));
      this.slots.clear();
      this.changed = true;
    } else {
      this.slots.set(i.known - this.pushed, { local: this.temp(v), dirty: true });
    }
  }

  push(v: Expr): void {
    const info = binaryen.getExpressionInfo(v);
    const local = info.id === binaryen.LocalGetId ? (info as binaryen.LocalGetInfo).index : this.temp(v);
    this.pushed++;
    this.slots.set(-this.pushed, { local, dirty: true });
  }

  pop(n: Num): void {
    if ("known" in n) {
      this.pushed -= n.known;
      for (const slot of this.slots.keys()) if (slot + this.pushed < 0) this.slots.delete(slot);
    } else {
      this.commitStack();
      const [base] = [this.emit.module.i32.shl(n.read(), this.emit.c32(3))];
      this.code.push(this.emit.set(SP, this.emit.module.i32.add(this.emit.get32(SP), base)));
      this.slots.clear();
      this.changed = true;
    }
  }

  /** Publish what the runtime and the collector need to know while the interpreter calls them. */
  publish(): Expr[] {
    const e = this.emit;
    return [
      e.setCell32(CELL_SP, e.get32(SP)),
      e.setCell64(CELL_ENV, e.get64(ENV)),
      e.setCell32(CELL_PC, e.get32(PC)),
    ];
  }

  // ---- For transitions.ts -------------------------------------------------------------------------------------------------------------

  /** Registers that a runtime function may have changed are read again. */
  reload(): Expr[] {
    const e = this.emit;
    return [
      e.set(ENV, e.cell64(CELL_ENV)),
      e.if(e.cell32(CELL_ACTIONS), [e.set(FUEL, e.c32(0))]),
    ];
  }

  /** Value of operand i as an i32. */
  operandValue(i: number): Expr {
    return this.value(this.operand(i));
  }

  /** What the sequence has done cannot be done again. */
  markChanged(): void {
    this.changed = true;
  }

  /** The sequence has gone somewhere else. */
  end(): void {
    this.done = true;
  }
}
