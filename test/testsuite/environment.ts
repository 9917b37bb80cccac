/** The variables of a test (ocamltest/environments.ml): immutable; values may refer to variables as `$name` or `${name}`. */

/** Split a command line into words as ocamltest does: at spaces, with quotes. */
export function words(text: string): string[] {
  const result: string[] = [];
  let word = "";
  let quote: string | undefined;
  for (const c of text) {
    if (c === quote) quote = undefined;
    else if (quote === undefined && (c === "'" || c === '"')) quote = c;
    else if (quote === undefined && c === " ") {
      if (word !== "") result.push(word);
      word = "";
    } else word += c;
  }
  if (word !== "") result.push(word);
  return result;
}

/** Variables that programs see by another name, with the words of their values joined by something else. */
const EXPORTED = new Map([
  ["ocamlrunparam", { name: "OCAMLRUNPARAM", separator: " " }],
  ["caml_ld_library_path", { name: "CAML_LD_LIBRARY_PATH", separator: ":" }],
]);

/** `undefined` as a value: the variable is to be absent from the environment of programs. */
type Bindings = ReadonlyMap<string, string | undefined>;

export class Environment {
  private readonly bindings: Bindings;

  constructor(bindings: Bindings | Readonly<Record<string, string>> = {}) {
    this.bindings = bindings instanceof Map ? bindings : new Map(Object.entries(bindings));
  }

  /** The value of a variable, with what it refers to. */
  lookup(name: string): string | undefined {
    const value = this.bindings.get(name);
    return value === undefined ? undefined : this.expand(value, [name]);
  }

  /** The value of a variable as it was written. */
  raw(name: string): string | undefined {
    return this.bindings.get(name);
  }

  /** The value of a variable, empty when it has none. */
  get(name: string): string {
    return this.lookup(name) ?? "";
  }

  words(name: string): string[] {
    return words(this.get(name));
  }

  /** The value, a number; `otherwise` when there is none. */
  number(name: string, otherwise = 0): number {
    const value = this.lookup(name);
    return value !== undefined && /^-?\d+$/.test(value) ? Number(value) : otherwise;
  }

  has(name: string): boolean {
    return this.bindings.has(name);
  }

  /** Replace references in a text; `\$` stands for a dollar sign (Buffer.add_substitute). */
  expand(text: string, within: readonly string[] = []): string {
    return text.replace(/\\([^])|\$(?:\{([^}]*)\}|\(([^)]*)\)|([A-Za-z0-9_]+))/g, (whole, escaped, a, b, c) => {
      if (escaped !== undefined) return escaped === "$" ? "$" : whole;
      const name: string = a ?? b ?? c;
      if (within.includes(name)) throw new Error(`the variable ${name} refers to itself`);
      const value = this.bindings.get(name);
      return value === undefined ? "" : this.expand(value, [...within, name]);
    });
  }

  with(bindings: Readonly<Record<string, string>>): Environment {
    return new Environment(new Map([...this.bindings, ...Object.entries(bindings)]));
  }

  withDefault(name: string, value: string): Environment {
    return this.has(name) ? this : this.with({ [name]: value });
  }

  append(name: string, value: string): Environment {
    return this.with({ [name]: this.get(name) + value });
  }

  remove(name: string): Environment {
    return new Environment(new Map([...this.bindings].filter(([n]) => n !== name)));
  }

  unset(name: string): Environment {
    return new Environment(new Map([...this.bindings, [name, undefined]]));
  }

  /** What the environment of programs is, on top of `outer`. */
  forPrograms(outer: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
    const result = { ...outer };
    for (const [name, value] of this.bindings) {
      const { name: outside, separator } = EXPORTED.get(name) ?? { name, separator: undefined };
      const text = value === undefined ? undefined : this.get(name);
      result[outside] = separator && text !== undefined ? words(text).join(separator) : text;
    }
    return result;
  }
}
