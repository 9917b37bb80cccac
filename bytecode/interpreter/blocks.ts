/** Blocks, globals and allocation (second part of the interpreter's builder). */
import binaryen from "binaryen";
import { CELL_GLOBAL_DATA, CELL_YOUNG_LIMIT, CELL_YOUNG_PTR, HEADER_WOSIZE_SHIFT, MAX_YOUNG_WOSIZE, WORD } from "../../runtime/layout.ts";
import { SequenceBuilder } from "./sequence.ts";
import { ACCU, type Expr, LABEL, SP, WANT } from "./registers.ts";
import type { Num } from "./sequence.ts";
import * as calls from "./runtime-calls.ts";
import * as words from "./words.ts";

/** Numbers the loops' labels, which must differ within the interpreter function. */
let labels = 0;

export class BlockBuilder extends SequenceBuilder {
  // ---- Blocks -----------------------------------------------------------------------------------------------------------

  field(block: Expr, i: Num): Expr {
    const [base, offset] = this.scaled(this.emit.wrap(block), i);
    return this.emit.get64(this.temp(this.emit.load64(base, offset)));
  }

  item(block: Expr, index: Expr): Expr {
    return this.emit.get64(this.temp(words.item(this.emit, block, index)));
  }

  protected modify(address: Expr, v: Expr): void {
    const e = this.emit;
    const field = this.scratch.newI32();
    const value = this.temp(v);
    this.code.push(e.set(field, address), words.modify(e, field, value));
    this.changed = true;
  }

  modifyField(block: Expr, i: Num, v: Expr): void {
    const [base, offset] = this.scaled(this.emit.wrap(block), i);
    this.modify(this.emit.add32(base, offset), v);
  }

  modifyItem(block: Expr, index: Expr, v: Expr): void {
    this.modify(this.emit.add32(words.itemAddress(this.emit, block, index), -4), v);
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
  protected doubled(n: Num): Expr {
    const m = this.emit.module;
    if ("known" in n) return this.emit.c64(2 * n.known);
    return m.i64.shl(m.i64.extend_s(n.read()), this.emit.c64(1));
  }

  setFloatField(block: Expr, i: Num, v: Expr): void {
    const m = this.emit.module;
    const [base, offset] = this.scaled(this.emit.wrap(block), i);
    this.code.push(m.f64.store(offset, 8, base, m.f64.load(0, 8, this.emit.wrap(v))));
    this.changed = true;
  }

  vectLength(block: Expr): Expr {
    return words.vectLength(this.emit, block);
  }

  byte(bytes: Expr, index: Expr): Expr {
    return words.byte(this.emit, bytes, index);
  }

  setByte(bytes: Expr, index: Expr, v: Expr): void {
    this.code.push(words.setByte(this.emit, bytes, index, v));
    this.changed = true;
  }

  protected globalAddress(i: Num): [Expr, number] {
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
  protected allocate(wosize: number, tag: Num): number {
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
  protected bump(p: number, wosize: Expr): void {
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
    this.ifLarge(size, () => calls.largeBlock(this, this.value(size), this.value(size), this.value(tag)));
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
  protected accuAndSlots(n: number): number[] {
    const slots = Array.from({ length: n - 1 }, (_, i) => this.stack({ known: i }));
    return [this.accuLocal, ...slots.map((v) => (binaryen.getExpressionInfo(v) as binaryen.LocalGetInfo).index)];
  }

  /** If `size` does not fit the minor heap, do `large`, which ends by going on with the next instruction. */
  protected ifLarge(size: Num, large: () => Expr[]): void {
    const e = this.emit;
    this.code.push(e.if(e.module.i32.gt_u(this.value(size), e.c32(MAX_YOUNG_WOSIZE - 2)), large()));
  }

  makeFloatBlock(size: Num): void {
    this.commitHere();
    calls.floatBlock(this, this.value(size));
    this.pop(this.plus(size, -1));
  }
}
