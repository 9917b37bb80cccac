/** Programs as trees: text with parts of a known type in it. */
import type { Type } from "./types.ts";
import { typeText } from "./types.ts";

export interface Tree {
  /** The type of an expression, as text; "" for what is none and can be left out: a definition, an arm. */
  readonly type: string;
  readonly parts: readonly (string | Tree)[];
  /** Whether evaluating it depends on no mutable state, changes none, and does not raise. */
  readonly pure: boolean;
  /** The simplest text that can stand in its place. */
  readonly simplest: string;
}

/** An expression; its parts decide whether it is pure, unless `pure` does. */
export function expression(type: Type, simplest: string, parts: readonly (string | Tree)[], pure?: boolean): Tree {
  return { type: typeText(type), parts, pure: pure ?? parts.every((part) => typeof part === "string" || part.pure), simplest };
}

/** Something that can be left out. */
export function optional(...parts: (string | Tree)[]): Tree {
  return { type: "", parts, pure: parts.every((part) => typeof part === "string" || part.pure), simplest: "" };
}

/** Something of which only parts can change. */
export const whole = (...parts: (string | Tree)[]): Tree => ({ ...optional(...parts), simplest: "\0" });

export function textOf(tree: Tree): string {
  return tree.parts.map((part) => (typeof part === "string" ? part : textOf(part))).join("");
}

/** The trees in a tree, itself first, each with the steps that lead to it. */
export function* walk(tree: Tree, path: readonly number[] = []): Generator<{ tree: Tree; path: readonly number[] }> {
  yield { tree, path };
  for (const [i, part] of tree.parts.entries()) if (typeof part !== "string") yield* walk(part, [...path, i]);
}

/** The tree with another one in the place at the end of a path. */
export function replaceAt(tree: Tree, path: readonly number[], by: Tree): Tree {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  return { ...tree, parts: tree.parts.map((part, i) => (i === step && typeof part !== "string" ? replaceAt(part, rest, by) : part)) };
}

export function treeAt(tree: Tree, path: readonly number[]): Tree | undefined {
  let at: Tree | string | undefined = tree;
  for (const step of path) at = typeof at === "object" ? at.parts[step] : undefined;
  return typeof at === "object" ? at : undefined;
}
