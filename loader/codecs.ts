/**
 * Conversions between OCaml values and JavaScript's. OCaml values do not carry their types, so a caller says what they
 * are: `call("sum", fn([list(int)], int), [1, 2, 3])`. What does not fit its type is refused with a TypeError.
 */
import { TAG_DOUBLE, TAG_STRING } from "../runtime/layout.ts";
import type { Machine } from "../runtime/machine.ts";
import { Val, type Value } from "../runtime/primitives.ts";

/** An OCaml type whose values are JavaScript's T. */
export interface Codec<T> {
  /** The type as OCaml writes it. */
  readonly type: string;
  /** Makes an OCaml value; may allocate and so move young blocks. */
  encode(m: Machine, x: T): Value;
  /** Reads the OCaml value in the word at address p + 8 i; does not allocate. */
  decode(m: Machine, p: number, i: number): T;
}

type Types<T extends readonly unknown[]> = { readonly [K in keyof T]: Codec<T[K]> };

/** The type of an OCaml function. */
export interface FunctionType<A extends readonly unknown[], R> {
  readonly parameters: Types<A>;
  readonly result: Codec<R>;
}

/** The OCaml function type with these parameters (at least one: use `unit`) and this result. */
export function fn<A extends readonly [unknown, ...unknown[]], R>(parameters: Types<A>, result: Codec<R>): FunctionType<A, R> {
  return { parameters, result };
}

function mismatch(type: string, x: unknown): never {
  const shown = typeof x === "string" ? JSON.stringify(x) : typeof x === "object" ? Object.prototype.toString.call(x) : String(x);
  throw new TypeError(`${shown} is not an OCaml ${type}`);
}

const MAX_INT = 2n ** 62n - 1n;

export const unit: Codec<void> = { type: "unit", encode: () => Val.unit, decode: () => undefined };

export const bool: Codec<boolean> = {
  type: "bool",
  encode: (_, x) => (typeof x === "boolean" ? Val.bool(x) : mismatch("bool", x)),
  decode: (m, p, i) => m.bool(p, i),
};

/** A 63-bit integer as a number: exact up to 2^53. */
export const int: Codec<number> = {
  type: "int",
  encode: (_, x) => (Number.isSafeInteger(x) ? Val.int(x) : mismatch("int", x)),
  decode: (m, p, i) => m.int(p, i),
};

/** A 63-bit integer, all of it. */
export const bigint: Codec<bigint> = {
  type: "int",
  encode: (_, x) => (typeof x === "bigint" && x <= MAX_INT && x >= -MAX_INT - 1n ? Val.int64(x) : mismatch("int", x)),
  decode: (m, p, i) => m.int64(p, i),
};

export const float: Codec<number> = {
  type: "float",
  encode: (m, x) => (typeof x === "number" ? m.allocDouble(x) : mismatch("float", x)),
  decode: (m, p, i) => (m.isInt(p, i) || m.tag(m.block(p, i)) !== TAG_DOUBLE ? mismatch("float", "the result") : m.double(p, i)),
};

function stringBlock(m: Machine, p: number, i: number, type: string): number {
  return m.isInt(p, i) || m.tag(m.block(p, i)) !== TAG_STRING ? mismatch(type, "the result") : m.block(p, i);
}

/** Text in UTF-8. */
export const string: Codec<string> = {
  type: "string",
  encode: (m, x) => (typeof x === "string" ? m.allocString(x) : mismatch("string", x)),
  decode: (m, p, i) => m.utf8(stringBlock(m, p, i, "string")),
};

/** The bytes of a string or of bytes; a copy both ways. */
export const bytes: Codec<Uint8Array> = {
  type: "bytes",
  encode: (m, x) => (x instanceof Uint8Array ? m.allocString(x) : mismatch("bytes", x)),
  decode: (m, p, i) => m.bytes(stringBlock(m, p, i, "bytes")),
};

export function option<T>(item: Codec<T>): Codec<T | undefined> {
  return {
    type: `${item.type} option`,
    encode: (m, x) => (x === undefined ? Val.none : m.some(item.encode(m, x))),
    decode: (m, p, i) => (m.isInt(p, i) ? undefined : item.decode(m, m.block(p, i), 0)),
  };
}

export function list<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    type: `${item.type} list`,
    encode: (m, x) => (Array.isArray(x) ? m.list(x.length, (k) => item.encode(m, x[k] as T)) : mismatch(`${item.type} list`, x)),
    decode: (m, p, i) => {
      const items: T[] = [];
      while (!m.isInt(p, i)) {
        p = m.block(p, i);
        items.push(item.decode(m, p, 0));
        i = 1;
      }
      return items;
    },
  };
}

/** An array of anything but floats; for those use `floatArray`. */
export function array<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    type: `${item.type} array`,
    encode: (m, x) => (Array.isArray(x) ? m.array(x.length, (k) => item.encode(m, x[k] as T)) : mismatch(`${item.type} array`, x)),
    decode: (m, p, i) => {
      const block = m.block(p, i);
      return Array.from({ length: m.wosize(block) }, (_, k) => item.decode(m, block, k));
    },
  };
}

export function tuple<T extends readonly [unknown, unknown, ...unknown[]]>(...items: Types<T>): Codec<T> {
  const type = `(${items.map((item) => item.type).join(" * ")})`;
  return {
    type,
    encode: (m, x) => {
      if (!Array.isArray(x) || x.length !== items.length) mismatch(type, x);
      items.forEach((item, k) => m.pushRoot(item.encode(m, x[k])));
      const p = m.alloc(items.length, 0);
      for (let k = items.length - 1; k >= 0; k--) m.setField(p, k, m.popRoot());
      return p;
    },
    decode: (m, p, i) => {
      const block = m.block(p, i);
      return items.map((item, k) => item.decode(m, block, k)) as unknown as T;
    },
  };
}
