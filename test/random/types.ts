/** OCaml types of generated programs. */

/** A type constructor and its arguments. `->` (parameters one by one, result last, and no function) and `*` are constructors like the others. */
export interface Type {
  readonly con: string;
  readonly args: readonly Type[];
}

export function type(con: string, ...args: Type[]): Type {
  const last = args.at(-1);
  return { con, args: con === "->" && last?.con === "->" ? [...args.slice(0, -1), ...last.args] : args };
}

export const INT = type("int");
export const BOOL = type("bool");
export const STRING = type("string");
export const UNIT = type("unit");
export const EXN = type("exn");

/** A type as OCaml writes it. */
export function typeText({ con, args }: Type): string {
  if (con === "->" || con === "*") return `(${args.map(typeText).join(` ${con} `)})`;
  return args.length === 0 ? con : `${args.map(typeText).join(" ")} ${con}`;
}

export const sameType = (a: Type, b: Type): boolean => typeText(a) === typeText(b);

/** Read a type: constructors have at most one argument. Throws for what is none. */
export function parseType(text: string): Type {
  const tokens = text.match(/->|[*()]|[\w.']+/g) ?? [];
  let at = 0;
  const many = (separator: string, item: () => Type): Type => {
    const items = [item()];
    for (; tokens[at] === separator; items.push(item())) at++;
    return items.length === 1 ? items[0]! : type(separator, ...items);
  };
  const postfix = (): Type => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`not a type: ${text}`);
    let result = token === "(" ? arrow() : type(token);
    if (token === "(") at++;
    for (; /^[A-Za-z]/.test(tokens[at] ?? ""); at++) result = type(tokens[at]!, result);
    return result;
  };
  const arrow = (): Type => many("->", () => many("*", postfix));
  const result = arrow();
  if (at !== tokens.length) throw new Error(`not a type: ${text}`);
  return result;
}

/** The type of functions with these parameters and, last, this result; that of the result, if there are none. */
export const functionType = (types: readonly Type[]): Type => (types.length === 1 ? types[0]! : type("->", ...types));

/** Types for type variables. */
export type Substitution = ReadonlyMap<string, Type>;

/** Type variables that `instantiate` replaces. */
export const isVariable = (con: string): boolean => /^'[a-o]$/.test(con);

export function instantiate(t: Type, s: Substitution): Type {
  return s.get(t.con) ?? type(t.con, ...t.args.map((arg) => instantiate(arg, s)));
}

/** Which types the variables of `pattern` stand for, so that it is `target`; undefined: none. */
export function match(pattern: Type, target: Type, s: Map<string, Type> = new Map()): Map<string, Type> | undefined {
  if (isVariable(pattern.con)) {
    const known = s.get(pattern.con);
    if (known !== undefined) return sameType(known, target) ? s : undefined;
    return s.set(pattern.con, target);
  }
  const n = pattern.args.length;
  let { args } = target;
  if (pattern.con === "->" && target.con === "->" && args.length > n) args = [...args.slice(0, n - 1), type("->", ...args.slice(n - 1))];
  return pattern.con === target.con && args.length === n && pattern.args.every((arg, i) => match(arg, args[i]!, s)) ? s : undefined;
}

/** The variables in a type, in order. */
export function variablesOf(t: Type): string[] {
  return isVariable(t.con) ? [t.con] : [...new Set(t.args.flatMap(variablesOf))];
}

/** Whether a type has one of the constructors in it. */
export const contains = (t: Type, cons: ReadonlySet<string>): boolean =>
  cons.has(t.con) || t.args.some((arg) => contains(arg, cons));
