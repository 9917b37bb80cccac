/** The types of one program, and what is known of each: its simplest value, its text, what may be done with it. */
import { below, oneOf, type Random } from "../support/random.ts";
import { contains, INT, type Type, type, typeText } from "./types.ts";

export interface Constructor {
  /** The simplest value, given that of the argument. */
  readonly simplest: (...args: string[]) => string;
  /** The function that makes text of a value, given those for the arguments. */
  readonly show: (...args: string[]) => string;
  /** Whether values change, and whether they have functions in them, cannot be compared, or are found out by evaluating. */
  readonly mutable?: boolean;
  readonly functional?: boolean;
  /** Whether OCaml has to be told that a parameter is of this type: it infers another one for objects and polymorphic variants. */
  readonly annotated?: boolean;
}

type Property = "mutable" | "functional" | "annotated";

const constant = (simplest: string, name: string, more: Partial<Constructor> = {}): Constructor => ({
  simplest: () => simplest,
  show: () => `show_${name}`,
  ...more,
});
const applied = (simplest: Constructor["simplest"], name: string, more: Partial<Constructor> = {}): Constructor => ({
  simplest,
  show: (...args) => `(show_${name} ${args.join(" ")})`,
  ...more,
});

/** Bigarrays of one dimension (prelude.ml): the kind of their elements, their type, the simplest one. */
export const BIGARRAYS: Readonly<Record<string, { readonly kind: string; readonly element: string; readonly zero: string }>> = {
  big_float: { kind: "Float64", element: "float", zero: "0." },
  big_single: { kind: "Float32", element: "float", zero: "0." },
  big_int32: { kind: "Int32", element: "int32", zero: "0l" },
  big_int64: { kind: "Int64", element: "int64", zero: "0L" },
  big_native: { kind: "Nativeint", element: "nativeint", zero: "0n" },
  big_byte: { kind: "Int8_unsigned", element: "int", zero: "0" },
  big_short: { kind: "Int16_signed", element: "int", zero: "0" },
  big_char: { kind: "Char", element: "char", zero: "'a'" },
};

const BASE: ReadonlyMap<string, Constructor> = new Map([
  ["int", constant("0", "int")],
  ["bool", constant("false", "bool")],
  ["char", constant("'a'", "char")],
  ["string", constant('""', "string")],
  ["unit", constant("()", "unit")],
  ["float", constant("0.", "float")],
  ["int32", constant("0l", "int32")],
  ["int64", constant("0L", "int64")],
  ["nativeint", constant("0n", "nativeint")],
  ["bytes", constant("(Bytes.create 0)", "bytes", { mutable: true })],
  ["Buffer.t", constant("(Buffer.create 1)", "buffer", { mutable: true, functional: true })],
  ["table", constant("(Hashtbl.create 1 : table)", "table", { mutable: true, functional: true })],
  ["packed", constant("nothing_packed", "packed", { mutable: true, functional: true })],
  ["floatarray", constant("(Float.Array.create 0)", "floatarray", { mutable: true })],
  ...Object.entries(BIGARRAYS).map(([name, { kind, element, zero }]): [string, Constructor] => [
    name,
    { simplest: () => `(big_make Bigarray.${kind} 1 ${zero})`, show: () => `(show_big show_${element})`, mutable: true },
  ]),
  ["exn", constant("Not_found", "exn", { functional: true })],
  ["list", applied(() => "[]", "list")],
  ["tree", applied(() => "Leaf", "tree")],
  ["option", applied(() => "None", "option")],
  ["result", applied(() => '(Error "")', "result")],
  ["array", applied(() => "[||]", "array", { mutable: true })],
  ["ref", applied((arg) => `(ref ${arg})`, "ref", { mutable: true })],
  ["Lazy.t", applied((arg) => `(lazy ${arg})`, "lazy", { mutable: true, functional: true })],
  ["p_", { simplest: () => "vp", show: () => '(fun _ -> "_")', functional: true }],
  ["q_", { simplest: () => "vq", show: () => '(fun _ -> "_")', functional: true }],
  ["->", { simplest: (...args) => `(fun ${"_ ".repeat(args.length - 1)}-> ${args.at(-1)!})`, show: () => '(fun _ -> "fun")', functional: true }],
  ["*", { simplest: (...args) => `(${args.join(", ")})`, show: (...args) => `(show_${args.length === 2 ? "pair" : "triple"} ${args.join(" ")})` }],
]);

const SCALARS = ["int", "int", "int", "int", "float", "bool", "char", "string", "string"].map((con) => type(con));
const BOXED = ["int32", "int64", "nativeint"];
const BUFFERS = ["bytes", "Buffer.t", "table", "floatarray"];
const RARE = ["unit", ...BOXED, ...BOXED, ...BUFFERS, ...BUFFERS, "packed", ...Object.keys(BIGARRAYS), ...Object.keys(BIGARRAYS)].map((con) => type(con));
const WRAPPERS = ["list", "list", "array", "option", "ref", "tree", "Lazy.t", "result"];

export class Universe {
  readonly #constructors = new Map(BASE);
  readonly #own: Type[] = [];
  /** Constructors with a property; made again when a type is defined. */
  readonly #sets = new Map<Property, ReadonlySet<string>>();
  readonly #next: Random;

  constructor(next: Random) {
    this.#next = next;
  }

  /** Add a type that the program defines. */
  define(con: string, constructor: Constructor): void {
    this.#constructors.set(con, constructor);
    this.#sets.clear();
    this.#own.push(type(con));
  }

  #of(t: Type): Constructor {
    const found = this.#constructors.get(t.con);
    if (found === undefined) throw new Error(`nothing is known of type ${typeText(t)}`);
    return found;
  }

  simplest(t: Type): string {
    return this.#of(t).simplest(...t.args.map((arg) => this.simplest(arg)));
  }

  /** A function that makes text of values of a type. */
  show(t: Type): string {
    return this.#of(t).show(...t.args.map((arg) => this.show(arg)));
  }

  #some(property: Property): ReadonlySet<string> {
    const known = this.#sets.get(property);
    if (known) return known;
    const found = new Set([...this.#constructors].flatMap(([con, it]) => (it[property] ? [con] : [])));
    this.#sets.set(property, found);
    return found;
  }

  isMutable(t: Type): boolean {
    return contains(t, this.#some("mutable"));
  }

  /** Whether values can be compared, hashed, and kept in mutable places. */
  isPlain(t: Type): boolean {
    return !contains(t, this.#some("functional"));
  }

  needsAnnotation(t: Type): boolean {
    return contains(t, this.#some("annotated"));
  }

  /** Any type; `plain`: one of those, `depth`: of constructors with arguments. */
  random(plain = false, depth = 2): Type {
    const next = this.#next;
    const kind = next();
    const argument = (): Type => this.random(plain, depth - 1);
    let t: Type;
    if (kind < 0.12 && this.#own.length > 0) t = oneOf(next, this.#own);
    else if (depth === 0 || kind < 0.55) t = oneOf(next, SCALARS);
    else if (kind < 0.65) t = oneOf(next, RARE);
    else if (kind < 0.72) t = type("*", ...Array.from({ length: 2 + below(next, 2) }, argument));
    else if (kind < 0.8) t = type("->", ...Array.from({ length: 2 + below(next, 2) }, argument));
    else {
      const con = oneOf(next, WRAPPERS);
      t = type(con, con === "array" || con === "ref" ? this.random(true, depth - 1) : argument());
    }
    return plain && !this.isPlain(t) ? INT : t;
  }
}
