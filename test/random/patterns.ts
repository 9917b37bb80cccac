/** Patterns. */
import { oneOf } from "../support/random.ts";
import type { Writer } from "./expressions.ts";
import { literalPattern } from "./literals.ts";
import type { Variable } from "./scope.ts";
import type { Type } from "./types.ts";

export interface Pattern {
  readonly text: string;
  readonly variables: readonly Variable[];
}

/** A pattern for values of a type; `depth`: of constructors. */
export function pattern(w: Writer, of: Type, depth: number): Pattern {
  const kind = w.next();
  if (kind < 0.1) return { text: "_", variables: [] };
  if (kind < 0.25) return named(w, of);
  if (kind < 0.35) return alternatives(w, of);
  if (kind < 0.4) {
    const { text, variables } = pattern(w, of, depth);
    const name = w.scope.fresh("m");
    return { text: `(${text} as ${name})`, variables: [...variables, { name, type: of }] };
  }
  const constant = literalPattern(w.next, of.con);
  if (constant !== undefined) return { text: of.con === "char" && w.chance(0.3) ? "'a' .. 'z'" : constant, variables: [] };
  const constructors = depth > 0 ? w.scope.patterns(of) : [];
  if (constructors.length === 0) return named(w, of);
  const { pieces, operands } = oneOf(w.next, constructors);
  const parts = operands.map((t) => pattern(w, t, depth - 1));
  const text = pieces.map((piece, i) => (i === 0 ? "" : parts[i - 1]!.text) + piece).join("");
  return { text: `(${text})`, variables: parts.flatMap(({ variables }) => variables) };
}

function named(w: Writer, type: Type): Pattern {
  const name = w.scope.fresh("m");
  return { text: name, variables: [{ name, type }] };
}

/** One of some constants or constructors, with nothing bound. */
function alternatives(w: Writer, of: Type): Pattern {
  const alternative = (): string | undefined => {
    const constant = literalPattern(w.next, of.con);
    if (constant !== undefined) return constant;
    const constructors = w.scope.patterns(of);
    return constructors.length === 0 ? undefined : oneOf(w.next, constructors).pieces.join("_");
  };
  const texts = [alternative(), alternative(), alternative()];
  return texts.includes(undefined) ? named(w, of) : { text: `(${texts.join(" | ")})`, variables: [] };
}
