/**
 * The interpreter's reading of the instruction table: emits, for one instruction or a sequence of them (a
 * superinstruction), WebAssembly that works on the registers and the memory stack.
 *
 * Within a sequence nothing is written back before it must be: pushed values stay in locals, the stack pointer, pc and
 * accu move once, at the end. `commit` writes everything back. Since an allocation that finds no room goes to
 * LABEL.collect and then executes the whole sequence again, it needs that nothing has been changed yet;
 * where something has, the builder commits before it allocates.
 */
import binaryen from "binaryen";
import {
  ATOM0,
  CELL_ACTIONS,
  CELL_ENV,
  CELL_GLOBAL_DATA,
  CELL_PC,
  CELL_SP,
  CELL_TRAP_SP,
  CELL_YOUNG_END,
  CELL_YOUNG_LIMIT,
  CELL_YOUNG_PTR,
  CELL_YOUNG_START,
  CODE_BIAS,
  CODE_MARK,
  HEADER_WOSIZE_SHIFT,
  MAX_YOUNG_WOSIZE,
  TAG_CLOSURE,
  TAG_DOUBLE,
  WORD,
} from "../../runtime/layout.ts";
import type { InlinedPrimitive } from "../instructions/inlined.ts";
import type {
  ArithOp,
  CompareOp,
  FloatCompareOp,
  FloatOp,
  FloatUnaryOp,
  PrimitiveSemantics,
  StubName,
} from "../instructions/semantics.ts";
import { ACCU, Emit, ENV, EXTRA, type Expr, FUEL, LABEL, PC, Scratch, SP, WANT } from "./registers.ts";
import * as transitions from "./transitions.ts";

/** A number that is known when the interpreter is generated, or an i32 expression that reads it. */
export type Num = { readonly known: number } | { readonly read: () => Expr };

const OPCODE_BYTES = 4;
/** Numbers the loops' labels, which must differ within the interpreter function. */
let labels = 0;
/** Closinfo of every bytecode closure but those of CLOSUREREC: arity 0, environment from field 2. */
const CLOSINFO_PLAIN = (2 << 1) | 1;

/** What is known of an instruction besides its operands. */
export interface InstructionContext {
  /** Nothing follows it in the sequence. */
  readonly last?: boolean;
  /** The primitive that it calls. */
  readonly primitive?: string | undefined;
  /** The meaning of that primitive takes the place of the call. */
  readonly inlined?: InlinedPrimitive | undefined;
}

export class InterpreterBuilder implements PrimitiveSemantics<Expr, Num, Expr, Expr> {
  readonly emit: Emit;
  readonly scratch = new Scratch();
  /** The code of the handler. */
  code: Expr[] = [];

  /** Byte offset from pc to the current instruction's opcode word. */
  private at = 0;
  private fixed: readonly (number | undefined)[] = [];
  /** Slots pushed (negative: popped) since the last commit. */
  private pushed = 0;
  /** Slot, counted from the committed sp downwards as its negative index, → local that holds it. */
  private slots = new Map<number, { local: number; dirty: boolean }>();
  private accuLocal = ACCU;
  /** Memory has been changed since the last commit: the sequence cannot be started again. */
  private changed = false;
  private done = false;

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
  private last = true;
  private primitive: string | undefined;
  private inlined: InlinedPrimitive | undefined;
  /** Byte offset of pc from the start of the sequence (it moves at a commit). */
  private base = 0;

  /** End the sequence, `length` bytes long: go to the next instruction unless it has gone elsewhere. */
  finish(length: number): void {
    if (this.done) return;
    this.commit(length - this.base);
    this.next();
  }

  private next(): void {
    this.goTo(LABEL.next);
  }

  goTo(label: string): void {
    this.code.push(this.emit.module.br(label));
    this.done = true;
  }

  /** Write back stack, sp and accu, and advance pc by `advance` bytes. */
  private commit(advance: number): void {
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

  private commitStack(): void {
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

  private temp(value: Expr): number {
    const local = this.scratch.newI64();
    this.code.push(this.emit.set(local, value));
    return local;
  }

  // ---- Operands ----------------------------------------------------------------------------------------------------

  /** Offset, for a load relative to pc, of word `i` after the opcode. */
  private word(i: number): number {
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
  private value(n: Num): Expr {
    return "known" in n ? this.emit.c32(n.known) : n.read();
  }

  /** base + 8 n, as an address and a constant offset. */
  private scaled(base: Expr, n: Num): [Expr, number] {
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

  // ---- Blocks -----------------------------------------------------------------------------------------------------------

  field(block: Expr, i: Num): Expr {
    const [base, offset] = this.scaled(this.emit.wrap(block), i);
    return this.emit.get64(this.temp(this.emit.load64(base, offset)));
  }

  /** Address of the word at OCaml integer `index`: index << 2 is 8 i + 4. */
  private itemAddress(block: Expr, index: Expr): Expr {
    const m = this.emit.module;
    return m.i32.add(this.emit.wrap(block), m.i32.shl(this.emit.wrap(index), this.emit.c32(2)));
  }

  item(block: Expr, index: Expr): Expr {
    // 8 i + 4 - 4: the offset cannot be negative, so the subtraction is on the address.
    return this.emit.get64(this.temp(this.emit.load64(this.emit.add32(this.itemAddress(block, index), -4))));
  }

  /** caml_modify: stores into young blocks, and of integers over integers, need nothing more. */
  private modify(address: Expr, v: Expr): void {
    const e = this.emit;
    const m = e.module;
    const field = this.scratch.newI32();
    const value = this.temp(v);
    this.code.push(e.set(field, address));
    const young = m.i32.lt_u(
      m.i32.sub(e.get32(field), e.cell32(CELL_YOUNG_START)),
      m.i32.sub(e.cell32(CELL_YOUNG_END), e.cell32(CELL_YOUNG_START)),
    );
    const integers = m.i32.and(
      m.i32.and(e.load32(e.get32(field)), e.wrap(e.get64(value))),
      e.c32(1),
    );
    this.code.push(
      e.if(
        m.i32.or(young, integers),
        [e.store64(e.get32(field), 0, e.get64(value))],
        [e.call("caml_modify_field", [e.get32(field), e.get64(value)], binaryen.none)],
      ),
    );
    this.changed = true;
  }

  modifyField(block: Expr, i: Num, v: Expr): void {
    const [base, offset] = this.scaled(this.emit.wrap(block), i);
    this.modify(this.emit.add32(base, offset), v);
  }

  modifyItem(block: Expr, index: Expr, v: Expr): void {
    this.modify(this.emit.add32(this.itemAddress(block, index), -4), v);
  }

  offsetRef(block: Expr, n: Num): void {
    const m = this.emit.module;
    const address = this.scratch.newI32();
    this.code.push(this.emit.set(address, this.emit.wrap(block)));
    const sum = m.i64.add(this.emit.load64(this.emit.get32(address)), this.doubled(n));
    this.code.push(this.emit.store64(this.emit.get32(address), 0, sum));
    this.changed = true;
  }

  /** 2 n as an i64. */
  private doubled(n: Num): Expr {
    const m = this.emit.module;
    if ("known" in n) return this.emit.c64(2 * n.known);
    return m.i64.shl(m.i64.extend_s(n.read()), this.emit.c64(1));
  }

  floatField(block: Expr, i: Num): Expr {
    const [base, offset] = this.scaled(this.emit.wrap(block), i);
    return this.box(this.emit.module.f64.load(offset, 8, base));
  }

  setFloatField(block: Expr, i: Num, v: Expr): void {
    const m = this.emit.module;
    const [base, offset] = this.scaled(this.emit.wrap(block), i);
    this.code.push(m.f64.store(offset, 8, base, m.f64.load(0, 8, this.emit.wrap(v))));
    this.changed = true;
  }

  vectLength(block: Expr): Expr {
    // wosize << 1 | 1; a float array has one word per element, too.
    const m = this.emit.module;
    const header = this.emit.load64(this.emit.add32(this.emit.wrap(block), -WORD));
    return m.i64.or(
      m.i64.shl(m.i64.shr_u(header, this.emit.c64(HEADER_WOSIZE_SHIFT)), this.emit.c64(1)),
      this.emit.c64(1),
    );
  }

  private byteAddress(bytes: Expr, index: Expr): Expr {
    const m = this.emit.module;
    return m.i32.add(this.emit.wrap(bytes), this.emit.wrap(m.i64.shr_s(index, this.emit.c64(1))));
  }

  byte(bytes: Expr, index: Expr): Expr {
    const m = this.emit.module;
    const byte = m.i64.load8_u(0, 1, this.byteAddress(bytes, index));
    return m.i64.or(m.i64.shl(byte, this.emit.c64(1)), this.emit.c64(1));
  }

  setByte(bytes: Expr, index: Expr, v: Expr): void {
    const m = this.emit.module;
    this.code.push(
      m.i64.store8(0, 1, this.byteAddress(bytes, index), m.i64.shr_s(v, this.emit.c64(1))),
    );
    this.changed = true;
  }

  private globalAddress(i: Num): [Expr, number] {
    return this.scaled(this.emit.cell32(CELL_GLOBAL_DATA), i);
  }

  global(i: Num): Expr {
    const [base, offset] = this.globalAddress(i);
    return this.emit.get64(this.temp(this.emit.load64(base, offset)));
  }

  setGlobal(i: Num, v: Expr): void {
    const [base, offset] = this.globalAddress(i);
    this.modify(this.emit.add32(base, offset), v);
  }

  /**
   * A block of `wosize` fields in the minor heap: the local with its address. When there is no room, collects and
   * executes the sequence again.
   */
  private allocate(wosize: number, tag: Num): number {
    const e = this.emit;
    if (this.changed) this.commitHere();
    const p = this.scratch.newI32();
    this.code.push(e.set(p, e.add32(e.cell32(CELL_YOUNG_PTR), -(wosize + 1) * WORD)));
    this.bump(p, e.c32(wosize));
    const size = wosize << HEADER_WOSIZE_SHIFT;
    const header = "known" in tag ? e.c64(size | tag.known) : e.extend(e.module.i32.or(tag.read(), e.c32(size)));
    this.code.push(e.store64(e.get32(p), 0, header));
    this.code.push(e.set(p, e.add32(e.get32(p), WORD)));
    return p;
  }

  /** Take the words from local p (address of the header) up to the allocation pointer. */
  private bump(p: number, wosize: Expr): void {
    const e = this.emit;
    const m = e.module;
    this.code.push(
      e.if(m.i32.lt_u(e.get32(p), e.cell32(CELL_YOUNG_LIMIT)), [e.set(WANT, wosize), m.br(LABEL.collect)]),
    );
    this.code.push(e.setCell32(CELL_YOUNG_PTR, e.get32(p)));
  }

  /**
   * The same with a size that is read at run time, at most MAX_YOUNG_WOSIZE. The stack is committed. Gives the locals
   * of the block's address and its size.
   */
  allocateSized(size: Expr, tag: Expr): { p: number; n: number } {
    const e = this.emit;
    const m = e.module;
    this.commitHere();
    const n = this.scratch.newI32();
    const p = this.scratch.newI32();
    this.code.push(e.set(n, size));
    this.code.push(
      e.set(p, e.add32(m.i32.sub(e.cell32(CELL_YOUNG_PTR), m.i32.shl(e.get32(n), e.c32(3))), -WORD)),
    );
    this.bump(p, e.get32(n));
    const header = m.i32.or(m.i32.shl(e.get32(n), e.c32(HEADER_WOSIZE_SHIFT)), tag);
    this.code.push(e.store64(e.get32(p), 0, e.extend(header)));
    this.code.push(e.set(p, e.add32(e.get32(p), WORD)));
    return { p, n };
  }

  /** Copy `count` words upwards from `from` to `to`; the three locals are used up. */
  copyWords(to: number, from: number, count: number): void {
    const e = this.emit;
    const m = e.module;
    const label = `copy${labels++}`;
    this.code.push(
      e.if(e.get32(count), [
        m.loop(
          label,
          m.block(null, [
            e.store64(e.get32(to), 0, e.load64(e.get32(from))),
            e.set(to, e.add32(e.get32(to), WORD)),
            e.set(from, e.add32(e.get32(from), WORD)),
            m.br(label, m.local.tee(count, e.add32(e.get32(count), -1), binaryen.i32)),
          ]),
        ),
      ]),
    );
  }
  makeBlock(size: Num, tag: Num): void {
    const e = this.emit;
    if ("known" in size) {
      const wosize = size.known;
      const locals = this.accuAndSlots(wosize);
      const p = this.allocate(wosize, tag);
      locals.forEach((local, i) => this.code.push(e.store64(e.get32(p), i * WORD, e.get64(local))));
      this.pop({ known: wosize - 1 });
      this.setAccu(e.extend(e.get32(p)));
      return;
    }
    this.commitHere();
    this.ifLarge(size, () => transitions.largeBlock(this, this.value(size), this.value(size), this.value(tag)));
    const block = this.allocateSized(this.value(size), this.value(tag));
    this.code.push(e.store64(e.get32(block.p), 0, e.get64(ACCU)));
    const to = this.scratch.newI32();
    this.code.push(e.set(to, e.add32(e.get32(block.p), WORD)));
    this.code.push(e.set(block.n, e.add32(e.get32(block.n), -1)));
    this.copyWords(to, SP, block.n); // leaves sp above the popped values
    this.changed = true;
    this.setAccu(e.extend(e.get32(block.p)));
  }

  /** The locals of accu and the top n - 1 slots. */
  private accuAndSlots(n: number): number[] {
    const slots = Array.from({ length: n - 1 }, (_, i) => this.stack({ known: i }));
    return [this.accuLocal, ...slots.map((v) => (binaryen.getExpressionInfo(v) as binaryen.LocalGetInfo).index)];
  }

  /** If `size` does not fit the minor heap, do `large`, which ends by going on with the next instruction. */
  private ifLarge(size: Num, large: () => Expr[]): void {
    const e = this.emit;
    this.code.push(e.if(e.module.i32.gt_u(this.value(size), e.c32(MAX_YOUNG_WOSIZE - 2)), large()));
  }

  makeFloatBlock(size: Num): void {
    this.commitHere();
    transitions.floatBlock(this, this.value(size));
    this.pop(this.plus(size, -1));
  }

  // ---- Arithmetic ----------------------------------------------------------------------------------------------------------

  arith(op: ArithOp, x: Expr, y: Expr): Expr {
    const m = this.emit.module;
    const one = (): Expr => this.emit.c64(1);
    const untag = (v: Expr): Expr => m.i64.shr_s(v, one());
    switch (op) {
      case "add":
        return m.i64.add(x, m.i64.sub(y, one()));
      case "sub":
        return m.i64.add(m.i64.sub(x, y), one());
      case "mul":
        return m.i64.add(m.i64.mul(m.i64.sub(x, one()), untag(y)), one());
      case "and":
        return m.i64.and(x, y);
      case "or":
        return m.i64.or(x, y);
      case "xor":
        return m.i64.or(m.i64.xor(x, y), one());
      case "lsl":
        return m.i64.add(m.i64.shl(m.i64.sub(x, one()), untag(y)), one());
      case "lsr":
        return m.i64.or(m.i64.shr_u(x, untag(y)), one());
      case "asr":
        return m.i64.or(m.i64.shr_s(x, untag(y)), one());
    }
  }

  negate(x: Expr): Expr {
    return this.emit.module.i64.sub(this.emit.c64(2), x);
  }

  not(x: Expr): Expr {
    return this.emit.module.i64.sub(this.emit.c64(4), x);
  }

  offset(x: Expr, n: Num): Expr {
    return this.emit.module.i64.add(x, this.doubled(n));
  }

  divide(op: "div" | "mod", x: Expr, y: Expr): Expr {
    const e = this.emit;
    const m = e.module;
    const untag = (v: Expr): Expr => m.i64.shr_s(v, e.c64(1));
    const dividend = this.temp(untag(x));
    const divisor = this.temp(untag(y));
    this.commitHere();
    this.code.push(
      e.if(m.i64.eqz(e.get64(divisor)), transitions.raiseConstant(this, "raise_zero_divide")),
    );
    // Untagged operands have 63 bits, so the one overflow of i64.div_s cannot happen.
    const quotient = op === "div" ? m.i64.div_s : m.i64.rem_s;
    const result = quotient(e.get64(dividend), e.get64(divisor));
    return m.i64.or(m.i64.shl(result, e.c64(1)), e.c64(1));
  }

  compare(op: CompareOp, x: Expr, y: Expr): Expr {
    const m = this.emit.module.i64;
    switch (op) {
      case "eq":
        return m.eq(x, y);
      case "ne":
        return m.ne(x, y);
      case "lt":
        return m.lt_s(x, y);
      case "le":
        return m.le_s(x, y);
      case "gt":
        return m.gt_s(x, y);
      case "ge":
        return m.ge_s(x, y);
      case "ult":
        return m.lt_u(x, y);
      case "uge":
        return m.ge_u(x, y);
    }
  }

  both(x: Expr, y: Expr): Expr {
    return this.emit.module.i32.and(x, y);
  }

  hasOtherTag(block: Expr, tag: number): Expr {
    const m = this.emit.module;
    return m.i32.ne(m.i32.load8_u(0, 1, this.emit.add32(this.emit.wrap(block), -WORD)), this.emit.c32(tag));
  }

  stringLength(s: Expr): Expr {
    const e = this.emit;
    const m = e.module;
    const p = this.scratch.newI32();
    const last = this.scratch.newI32();
    this.code.push(e.set(p, e.wrap(s)));
    const wosize = e.wrap(m.i64.shr_u(e.load64(e.add32(e.get32(p), -WORD)), e.c64(HEADER_WOSIZE_SHIFT)));
    this.code.push(e.set(last, e.add32(m.i32.shl(wosize, e.c32(3)), -1)));
    const padding = m.i32.load8_u(0, 1, m.i32.add(e.get32(p), e.get32(last)));
    const length = e.extend(m.i32.sub(e.get32(last), padding));
    return m.i64.or(m.i64.shl(length, e.c64(1)), e.c64(1));
  }

  // ---- Floats ---------------------------------------------------------------------------------------------------------------

  unbox(x: Expr): Expr {
    return this.emit.module.f64.load(0, 8, this.emit.wrap(x));
  }

  /** The double is computed before room is made for it: an allocation that fails executes the sequence again. */
  box(x: Expr): Expr {
    const e = this.emit;
    const double = this.scratch.newF64();
    this.code.push(e.set(double, x));
    const p = this.allocate(1, { known: TAG_DOUBLE });
    this.code.push(e.module.f64.store(0, 8, e.get32(p), e.module.local.get(double, binaryen.f64)));
    return e.extend(e.get32(p));
  }

  floatArith(op: FloatOp, x: Expr, y: Expr): Expr {
    return this.emit.module.f64[op](x, y);
  }

  floatUnary(op: FloatUnaryOp, x: Expr): Expr {
    return this.emit.module.f64[op](x);
  }

  compareFloats(op: FloatCompareOp, x: Expr, y: Expr): Expr {
    return this.emit.module.f64[op](x, y);
  }

  floatOfInt(x: Expr): Expr {
    const m = this.emit.module;
    return m.f64.convert_s.i64(m.i64.shr_s(x, this.emit.c64(1)));
  }

  floatItem(block: Expr, index: Expr): Expr {
    return this.emit.module.f64.load(0, 8, this.emit.add32(this.itemAddress(block, index), -4));
  }

  setFloatItem(block: Expr, index: Expr, x: Expr): void {
    const address = this.emit.add32(this.itemAddress(block, index), -4);
    this.code.push(this.emit.module.f64.store(0, 8, address, x));
    this.changed = true;
  }

  isFalse(v: Expr): Expr {
    return this.emit.module.i64.eq(v, this.unit());
  }

  isInt(x: Expr): Expr {
    return this.emit.module.i32.and(this.emit.wrap(x), this.emit.c32(1));
  }

  boolean(c: Expr): Expr {
    const m = this.emit.module;
    return m.i64.or(m.i64.shl(m.i64.extend_u(c), this.emit.c64(1)), this.emit.c64(1));
  }

  // ---- Control --------------------------------------------------------------------------------------------------------------

  /** The biased address that operand i, relative to itself, points to. */
  target(i: number): Expr {
    const e = this.emit;
    const m = e.module;
    const at = this.at + OPCODE_BYTES * (1 + i);
    return m.i32.add(
      e.add32(e.get32(PC), at),
      m.i32.shl(e.load32(e.get32(PC), at + CODE_BIAS), e.c32(2)),
    );
  }

  branch(target: number): void {
    const pc = this.target(target);
    this.commit(0);
    this.code.push(this.emit.set(PC, pc));
    this.next();
  }

  branchIf(c: Expr, target: number): void {
    const e = this.emit;
    const condition = this.scratch.newI32();
    this.code.push(e.set(condition, c));
    const there = this.target(target);
    if (!this.last) {
      this.code.push(e.if(e.get32(condition), this.sideExit(there)));
      return;
    }
    const here = e.add32(e.get32(PC), this.at + OPCODE_BYTES * (2 + target));
    this.commit(0);
    this.code.push(e.if(e.get32(condition), [e.set(PC, there)], [e.set(PC, here)]));
    this.next();
  }

  /** Code that leaves the sequence for `pc`, with everything written back. */
  private sideExit(pc: Expr): Expr[] {
    return this.aside(() => {
      const target = this.scratch.newI32();
      this.code.push(this.emit.set(target, pc));
      this.commit(0);
      this.code.push(this.emit.set(PC, this.emit.get32(target)));
    });
  }

  /** What `generate` emits, which ends by going to the next instruction; the sequence itself goes on as it was. */
  private aside(generate: () => void): Expr[] {
    const { code, pushed, slots, accuLocal, changed, base, at } = this;
    this.code = [];
    this.slots = new Map([...slots].map(([slot, entry]) => [slot, { ...entry }]));
    generate();
    this.code.push(this.emit.module.br(LABEL.next));
    const emitted = this.code;
    Object.assign(this, { code, pushed, slots, accuLocal, changed, base, at });
    return emitted;
  }

  fastWhen(c: Expr): void {
    const e = this.emit;
    const { inlined } = this;
    if (!inlined) throw new Error("fastWhen is for primitives");
    const condition = this.scratch.newI32();
    this.code.push(e.set(condition, c));
    const slow = this.aside(() => {
      this.call(inlined.arity, 0);
      this.commit(this.at + 2 * OPCODE_BYTES);
    });
    this.code.push(e.if(e.module.i32.eqz(e.get32(condition)), slow));
  }

  switch(): void {
    const e = this.emit;
    const m = e.module;
    this.commitHere();
    const base = this.scratch.newI32();
    const index = this.scratch.newI32();
    this.code.push(e.set(base, e.add32(e.get32(PC), 2 * OPCODE_BYTES)));
    const constants = m.i32.and(e.load32(e.get32(PC), OPCODE_BYTES + CODE_BIAS), e.c32(0xffff));
    const tag = m.i32.load8_u(0, 1, e.add32(e.wrap(e.get64(ACCU)), -WORD));
    this.code.push(
      e.if(
        m.i32.and(e.wrap(e.get64(ACCU)), e.c32(1)),
        [e.set(index, e.wrap(m.i64.shr_s(e.get64(ACCU), e.c64(1))))],
        [e.set(index, m.i32.add(constants, tag))],
      ),
    );
    const entry = e.load32(m.i32.add(e.get32(base), m.i32.shl(e.get32(index), e.c32(2))), CODE_BIAS);
    this.code.push(e.set(PC, m.i32.add(e.get32(base), m.i32.shl(entry, e.c32(2)))));
    this.next();
  }

  poll(): void {
    const e = this.emit;
    const m = e.module;
    this.commit(this.at + OPCODE_BYTES);
    this.code.push(e.set(FUEL, e.add32(e.get32(FUEL), -1)));
    this.code.push(m.br(LABEL.poll, m.i32.lt_s(e.get32(FUEL), e.c32(0))));
    this.next();
  }

  // ---- Functions --------------------------------------------------------------------------------------------------------------

  /** A biased code address as a stack word. */
  private marked(pc: Expr): Expr {
    const m = this.emit.module;
    return m.i64.or(m.i64.extend_u(pc), m.i64.const(BigInt(CODE_MARK) << 32n));
  }

  private extraArgs(): Expr {
    const m = this.emit.module;
    return m.i64.or(m.i64.shl(m.i64.extend_s(this.emit.get32(EXTRA)), this.emit.c64(1)), this.emit.c64(1));
  }

  /** Store a return frame at sp + 8 offset. */
  storeFrame(offset: number, pc: Expr): void {
    const e = this.emit;
    this.code.push(e.store64(e.get32(SP), offset * WORD, this.marked(pc)));
    this.code.push(e.store64(e.get32(SP), (offset + 1) * WORD, e.get64(ENV)));
    this.code.push(e.store64(e.get32(SP), (offset + 2) * WORD, this.extraArgs()));
    this.changed = true;
  }

  private moveSp(words: number): void {
    if (words !== 0) this.code.push(this.emit.set(SP, this.emit.add32(this.emit.get32(SP), words * WORD)));
    this.changed = true;
  }

  pushReturnAddress(target: number): void {
    const pc = this.target(target);
    this.commitStack();
    this.moveSp(-3);
    this.storeFrame(0, pc);
    this.slots.clear();
  }

  /** Enter the closure in accu. */
  enterClosure(): void {
    const e = this.emit;
    this.code.push(e.set(ENV, this.accu()));
    this.code.push(e.set(PC, e.load32(e.wrap(this.accu()))));
  }

  apply(n: Num, pushFrame: boolean): void {
    const e = this.emit;
    if (pushFrame && "known" in n) {
      const args = Array.from({ length: n.known }, (_, i) => this.stack({ known: i }));
      const back = e.add32(e.get32(PC), this.at + OPCODE_BYTES);
      // The arguments' own slots are overwritten: do not store them twice.
      this.pop(n);
      this.commitStack();
      this.moveSp(-(n.known + 3));
      args.forEach((arg, i) => this.code.push(e.store64(e.get32(SP), i * WORD, arg)));
      this.storeFrame(n.known, back);
    } else {
      this.commitStack();
    }
    this.enterClosure2(() => e.set(EXTRA, e.add32(this.value(n), -1)));
  }

  private enterClosure2(setExtra: () => Expr): void {
    // The operand is read before pc changes.
    this.code.push(setExtra());
    this.enterClosure();
    this.goTo(LABEL.entered);
  }

  applyTail(n: Num, slots: Num): void {
    const e = this.emit;
    const m = e.module;
    if ("known" in n) {
      const args = Array.from({ length: n.known }, (_, i) => this.stack({ known: i }));
      if ("known" in slots) {
        this.pop(slots);
        this.commitStack();
        this.moveSp(-n.known);
      } else {
        const size = slots.read();
        this.pop(n);
        // sp + 8 (slots - n), with the n arguments already popped.
        this.dropDirty();
        const delta = -this.pushed - 2 * n.known;
        this.pushed = 0;
        this.slots.clear();
        this.code.push(
          e.set(SP, e.add32(m.i32.add(e.get32(SP), m.i32.shl(size, e.c32(3))), delta * WORD)),
        );
        this.changed = true;
      }
      args.forEach((arg, i) => this.code.push(e.store64(e.get32(SP), i * WORD, arg)));
      this.enterClosure2(() => e.set(EXTRA, e.add32(e.get32(EXTRA), n.known - 1)));
      return;
    }
    this.commitHere();
    transitions.slide(this, this.value(n), this.value(slots));
    this.enterClosure2(() => e.set(EXTRA, e.add32(m.i32.add(e.get32(EXTRA), this.value(n)), -1)));
  }

  /** The frame is left: what it has not written back yet does not matter. */
  private dropDirty(): void {
    for (const entry of this.slots.values()) entry.dirty = false;
  }

  return(n: Num): void {
    const e = this.emit;
    const m = e.module;
    this.pop(n);
    this.commitStack();
    if (this.accuLocal !== ACCU) this.code.push(e.set(ACCU, this.accu()));
    this.accuLocal = ACCU;
    this.code.push(
      e.if(
        m.i32.gt_s(e.get32(EXTRA), e.c32(0)),
        [
          e.set(EXTRA, e.add32(e.get32(EXTRA), -1)),
          e.set(ENV, e.get64(ACCU)),
          e.set(PC, e.load32(e.wrap(e.get64(ACCU)))),
        ],
        this.returnToFrame(),
      ),
    );
    this.next();
  }

  /** Pop the return frame at sp. */
  returnToFrame(): Expr[] {
    const e = this.emit;
    const m = e.module;
    return [
      e.set(PC, e.load32(e.get32(SP))),
      e.set(ENV, e.load64(e.get32(SP), WORD)),
      e.set(EXTRA, m.i32.shr_s(e.load32(e.get32(SP), 2 * WORD), e.c32(1))),
      e.set(SP, e.add32(e.get32(SP), 3 * WORD)),
    ];
  }

  restart(): void {
    transitions.restart(this);
  }

  grab(required: Num): void {
    const e = this.emit;
    const m = e.module;
    this.commitHere();
    const { code } = this;
    this.code = [];
    transitions.partialApplication(this);
    const partial = this.code;
    this.code = code;
    this.done = false;
    this.code.push(
      e.if(m.i32.lt_s(e.get32(EXTRA), this.value(required)), partial),
      e.set(EXTRA, m.i32.sub(e.get32(EXTRA), this.value(required))),
    );
    this.changed = true;
  }

  closure(vars: Num, target: number): void {
    const e = this.emit;
    const code = this.scratch.newI32();
    if ("known" in vars) {
      const values = vars.known > 0 ? this.accuAndSlots(vars.known) : [];
      const p = this.allocate(2 + vars.known, { known: TAG_CLOSURE });
      this.code.push(e.set(code, this.target(target)));
      this.storeClosure(p, code);
      values.forEach((v, i) => this.code.push(e.store64(e.get32(p), (2 + i) * WORD, e.get64(v))));
      this.pop({ known: Math.max(vars.known - 1, 0) });
      this.setAccu(e.extend(e.get32(p)));
      return;
    }
    this.commitHere();
    this.ifLarge(vars, () => transitions.largeClosure(this, this.value(vars), this.value(vars), this.target(target)));
    const block = this.allocateSized(e.add32(this.value(vars), 2), e.c32(TAG_CLOSURE));
    this.code.push(e.set(code, this.target(target)));
    this.storeClosure(block.p, code);
    const to = this.scratch.newI32();
    this.code.push(e.set(to, e.add32(e.get32(block.p), 2 * WORD)));
    this.code.push(
      e.if(e.module.i32.gt_s(e.get32(block.n), e.c32(2)), [
        e.store64(e.get32(to), 0, e.get64(ACCU)),
        e.set(to, e.add32(e.get32(to), WORD)),
        e.set(block.n, e.add32(e.get32(block.n), -3)),
      ], [e.set(block.n, e.c32(0))]),
    );
    this.copyWords(to, SP, block.n);
    this.changed = true;
    this.setAccu(e.extend(e.get32(block.p)));
  }

  private storeClosure(p: number, code: number): void {
    const e = this.emit;
    this.code.push(e.store64(e.get32(p), 0, e.extend(e.get32(code))));
    this.code.push(e.store64(e.get32(p), WORD, e.c64(CLOSINFO_PLAIN)));
  }

  closureRec(): void {
    this.commitHere();
    transitions.closureRec(this);
  }

  offsetClosure(n: Num): Expr {
    const m = this.emit.module;
    if ("known" in n) return n.known === 0 ? this.env() : m.i64.add(this.env(), this.emit.c64(n.known * WORD));
    return m.i64.add(this.env(), m.i64.shl(m.i64.extend_s(n.read()), this.emit.c64(3)));
  }

  // ---- Exceptions ---------------------------------------------------------------------------------------------------------------

  pushTrap(target: number): void {
    const e = this.emit;
    const m = e.module;
    const handler = this.target(target);
    this.commitStack();
    this.slots.clear();
    this.moveSp(-4);
    this.code.push(e.store64(e.get32(SP), 0, this.marked(handler)));
    this.code.push(
      e.store64(e.get32(SP), WORD, m.i64.or(m.i64.extend_u(e.cell32(CELL_TRAP_SP)), e.c64(1))),
    );
    this.code.push(e.store64(e.get32(SP), 2 * WORD, e.get64(ENV)));
    this.code.push(e.store64(e.get32(SP), 3 * WORD, this.extraArgs()));
    this.code.push(e.setCell32(CELL_TRAP_SP, e.get32(SP)));
  }

  popTrap(): void {
    const e = this.emit;
    this.commitStack();
    this.slots.clear();
    this.code.push(e.setCell32(CELL_TRAP_SP, e.add32(e.load32(e.get32(SP), WORD), -1)));
    this.moveSp(4);
  }

  raise(kind: "raise" | "reraise" | "notrace"): void {
    this.commitHere();
    this.goTo(kind === "raise" ? LABEL.raise : kind === "reraise" ? LABEL.reraise : LABEL.raiseNotrace);
  }

  // ---- Primitives, objects, effects -------------------------------------------------------------------------------------------------

  /** Publish what the runtime and the collector need to know while the interpreter calls them. */
  publish(): Expr[] {
    const e = this.emit;
    return [
      e.setCell32(CELL_SP, e.get32(SP)),
      e.setCell64(CELL_ENV, e.get64(ENV)),
      e.setCell32(CELL_PC, e.get32(PC)),
    ];
  }

  call(n: number, primitive: number): void {
    const e = this.emit;
    this.commitHere();
    this.code.push(...this.publish());
    const args = [e.get64(ACCU), ...Array.from({ length: n - 1 }, (_, i) => e.load64(e.get32(SP), i * WORD))];
    const call =
      this.primitive === undefined
        ? e.module.call(`c_call${n}`, [this.value(this.operand(primitive)), ...args], binaryen.i64)
        : e.call(this.primitive, args, binaryen.i64);
    transitions.callPrimitive(this, call);
    this.pop({ known: n - 1 });
  }

  callN(n: number, primitive: number): void {
    const e = this.emit;
    const m = e.module;
    this.commitHere();
    const argv = e.add32(e.get32(SP), -WORD);
    const argn = this.value(this.operand(n));
    this.code.push(e.store64(argv, 0, e.get64(ACCU)));
    this.code.push(...this.publish());
    this.code.push(e.setCell32(CELL_SP, e.add32(e.get32(SP), -WORD)));
    const arguments_ = [this.value(this.operand(primitive)), e.add32(e.get32(SP), -WORD), argn];
    transitions.callPrimitive(this, m.call("c_calln", arguments_, binaryen.i64));
    this.pop(this.plus(this.operand(n), -1));
  }

  method(object: Expr, label: Expr): Expr {
    const table = this.emit.load64(this.emit.wrap(object));
    return this.emit.load64(this.emit.add32(this.itemAddress(table, label), -4));
  }

  publicMethod(): void {
    transitions.publicMethod(this);
  }

  dynamicMethod(object: Expr, tag: Expr): Expr {
    const e = this.emit;
    return e.call("find_method", [e.wrap(e.load64(e.wrap(object))), tag], binaryen.i64);
  }

  perform(): void {
    this.commitHere();
    transitions.perform(this);
  }

  resume(): void {
    this.commitHere();
    transitions.resume(this);
  }

  resumeTail(slots: Num): void {
    this.commitHere();
    transitions.resumeTail(this, this.value(slots));
  }

  reperformTail(slots: Num): void {
    this.commitHere();
    transitions.reperformTail(this, this.value(slots));
  }

  stop(): void {
    this.commitHere();
    transitions.stop(this);
  }

  stub(name: StubName): void {
    this.commitHere();
    transitions.stubs[name](this);
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
