/** Accesses to Bigarrays whose elements are of a known type (last part of the lowering); which they are: bigarrays.ts. */
import binaryen from "binaryen";
import type { Expr } from "../bytecode/interpreter/registers.ts";
import * as words from "../bytecode/interpreter/words.ts";
import {
  BIGARRAY_DATA,
  BIGARRAY_DIMS,
  BIGARRAY_FLAGS,
  CUSTOM_INT32,
  WORD,
} from "../runtime/layout.ts";
import { ELEMENTS, type ElementType } from "./bigarrays.ts";
import { FiberLowering } from "./fibers.ts";
import type { Node } from "./ir.ts";

const { i32 } = binaryen;

export abstract class BigarrayLowering extends FiberLowering {
  /** Find an element, and do `direct` with its address, or `other` when it is of a kind or in a layout that is less common. */
  private element(node: Node, bigarray: Node, indices: readonly Node[], direct: (q: number) => Expr, other: (q: number) => Expr): void {
    const e = this.e;
    const m = e.module;
    const type = node.immediates[0] as ElementType;
    const { kinds, direct: quick, shift } = ELEMENTS.get(type)!;
    const p = this.newLocal(i32);
    const q = this.newLocal(i32);
    const flags = this.newLocal(i32);
    this.code.push(e.set(p, this.address(bigarray)), e.set(flags, e.load32(e.get32(p), BIGARRAY_FLAGS)));
    const isKind = quick.map((kind) => m.i32.eq(e.get32(flags), e.c32(kind))).reduce((x, y) => m.i32.or(x, y));
    const dimension = (i: number): number => BIGARRAY_DIMS + i * WORD;
    const inBounds = indices.map((index, i) =>
      m.i64.lt_u(words.untag(e, this.value(index)), e.load64(e.get32(p), dimension(i))),
    );
    const untagged = indices.map((index) => e.wrap(words.untag(e, this.value(index))));
    const position = untagged.reduce((before, index, i) => m.i32.add(m.i32.mul(before, e.load32(e.get32(p), dimension(i))), index));
    const address = m.i32.add(e.load32(e.get32(p), BIGARRAY_DATA), m.i32.shl(position, e.c32(shift)));
    const [i, j, k] = indices;
    const index = (node: Node | undefined): Expr => (node ? this.value(node) : this.constant(0));
    const found = e.call("bigarray_element", [this.value(bigarray), index(i), index(j), index(k), e.c32(kinds.reduce((bits, kind) => bits | (1 << kind), 0))], i32);
    const leave = this.emitted(() => this.leave(node));
    this.code.push(
      e.if(
        inBounds.reduce((x, y) => m.i32.and(x, y), isKind),
        [e.set(q, address), direct(q)],
        [e.set(q, found), e.if(m.i32.eqz(e.get32(q)), leave), other(q)],
      ),
    );
  }

  private load(node: Node): void {
    const e = this.e;
    const m = e.module;
    const [bigarray, ...indices] = node.inputs;
    const result = (value: Expr): Expr => e.set(this.local(node), value);
    const call = (name: string, q: number, type: binaryen.Type): Expr =>
      result(e.call(name, [this.value(bigarray!), e.get32(q)], type));
    const number = (q: number): Expr =>
      result(node.immediates[0] === CUSTOM_INT32 ? m.i64.load32_s(0, 4, e.get32(q)) : e.load64(e.get32(q)));
    switch (node.operation) {
      case "realElement":
        return this.element(node, bigarray!, indices, (q) => result(m.f64.load(0, 8, e.get32(q))), (q) => call("bigarray_load_real", q, binaryen.f64));
      case "integerElement":
        return this.element(
          node,
          bigarray!,
          indices,
          (q) => result(words.tag(e, m.i64.load8_u(0, 1, e.get32(q)))),
          (q) => call("bigarray_load_int", q, binaryen.i64),
        );
      default:
        return this.element(node, bigarray!, indices, number, number);
    }
  }

  private store(node: Node): void {
    const e = this.e;
    const m = e.module;
    const [value, bigarray, ...indices] = node.inputs;
    const call = (name: string, q: number): Expr =>
      e.call(name, [this.value(bigarray!), e.get32(q), this.valueOf(value!)], binaryen.none);
    const number = (q: number): Expr =>
      node.immediates[0] === CUSTOM_INT32
        ? m.i64.store32(0, 4, e.get32(q), this.value(value!))
        : e.store64(e.get32(q), 0, this.value(value!));
    switch (node.operation) {
      case "setRealElement":
        return this.element(node, bigarray!, indices, (q) => m.f64.store(0, 8, e.get32(q), this.double(value!)), (q) => call("bigarray_store_real", q));
      case "setIntegerElement":
        return this.element(
          node,
          bigarray!,
          indices,
          (q) => m.i64.store8(0, 1, e.get32(q), words.untag(e, this.value(value!))),
          (q) => call("bigarray_store_int", q),
        );
      default:
        return this.element(node, bigarray!, indices, number, number);
    }
  }

  protected override lowerCall(node: Node): void {
    switch (node.operation) {
      case "realElement":
      case "integerElement":
      case "numberElement":
        return this.load(node);
      case "setRealElement":
      case "setIntegerElement":
      case "setNumberElement":
        return this.store(node);
      default:
        super.lowerCall(node);
    }
  }
}
