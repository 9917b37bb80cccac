/** Branches, calls, closures and exceptions (fourth part of the interpreter's builder). */
import { CELL_TRAP_SP, CODE_BIAS, CODE_MARK, PLAIN_ENVIRONMENT, TAG_CLOSURE, WORD } from "../../runtime/layout.ts";
import { ArithmeticBuilder } from "./arithmetic.ts";
import { ACCU, ENV, EXTRA, type Expr, FUEL, LABEL, PC, SP } from "./registers.ts";
import type { Num } from "./sequence.ts";
import { largeClosure } from "./runtime-calls.ts";
import * as transitions from "./transitions.ts";
import { OPCODE_BYTES } from "./sequence.ts";

/** Closinfo of every bytecode closure but those of CLOSUREREC: arity 0, environment from field 2. */
const CLOSINFO_PLAIN = (PLAIN_ENVIRONMENT << 1) | 1;

export class ControlBuilder extends ArithmeticBuilder {
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
  protected sideExit(pc: Expr): Expr[] {
    return this.aside(() => {
      const target = this.scratch.newI32();
      this.code.push(this.emit.set(target, pc));
      this.commit(0);
      this.code.push(this.emit.set(PC, this.emit.get32(target)));
    });
  }

  /** What `generate` emits, which ends by going to the next instruction; the sequence itself goes on as it was. */
  protected aside(generate: () => void): Expr[] {
    const { code, pushed, slots, accuLocal, changed, base, at } = this;
    this.code = [];
    this.slots = new Map([...slots].map(([slot, entry]) => [slot, { ...entry }]));
    generate();
    this.code.push(this.emit.module.br(LABEL.next));
    const emitted = this.code;
    Object.assign(this, { code, pushed, slots, accuLocal, changed, base, at });
    return emitted;
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
  protected marked(pc: Expr): Expr {
    const m = this.emit.module;
    return m.i64.or(m.i64.extend_u(pc), m.i64.const(BigInt(CODE_MARK) << 32n));
  }

  protected extraArgs(): Expr {
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

  protected moveSp(words: number): void {
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

  protected enterClosure2(setExtra: () => Expr): void {
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
  protected dropDirty(): void {
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

  /** Pop an interpreter state [pc, env, extra_args, accu] at sp. */
  popState(): Expr[] {
    const e = this.emit;
    return [
      e.set(ACCU, e.load64(e.get32(SP), 3 * WORD)),
      ...this.returnToFrame(), // pops three words
      e.set(SP, e.add32(e.get32(SP), WORD)),
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
    this.ifLarge(vars, () => largeClosure(this, this.value(vars), this.value(vars), this.target(target)));
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

  protected storeClosure(p: number, code: number): void {
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
}
