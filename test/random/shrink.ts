/** Makes a program smaller, as long as it still fails. */
import type { Program } from "./program.ts";
import { replaceAt, textOf, type Tree, treeAt, walk } from "./tree.ts";

export interface Shrinking {
  /** Whether a smaller program, which need not be accepted by the compiler, fails in the same way. */
  readonly fails: (program: Program) => boolean;
  /** How many programs may be tried, and for how many seconds. */
  readonly attempts: number;
  readonly seconds: number;
}

/** Names are unique, so the first occurrence of one is where it is defined. */
const NAME = /\b[A-Za-z]_?\d+\b/g;

function definitions(text: string): Map<string, number> {
  const first = new Map<string, number>();
  for (const { 0: name, index } of text.matchAll(NAME)) if (!first.has(name)) first.set(name, index);
  return first;
}

/**
 * Whether all names in a text are still defined if what is between `from` and `to` becomes `by`, which is found at `at`
 * (if it is a part of it).
 */
function defined(text: string, from: number, to: number, by: string, at: number): boolean {
  const known = definitions(text);
  const lost = (name: string): boolean => {
    const index = known.get(name)!;
    return index >= from && index < to && !(index >= at && index < at + by.length);
  };
  return ![...`${by} ${text.slice(to)}`.matchAll(NAME)].some(([name]) => known.has(name) && lost(name));
}

/** The place of a part in the text of a tree. */
function offset(tree: Tree, path: readonly number[]): number {
  const [step, ...rest] = path;
  if (step === undefined) return 0;
  const length = tree.parts.slice(0, step).reduce((sum, part) => sum + (typeof part === "string" ? part : textOf(part)).length, 0);
  return length + offset(tree.parts[step] as Tree, rest);
}

/** How many parts of a part, nearest first, are tried in its place. */
const PARTS = 8;

const terminal = (tree: Tree): Tree => ({ ...tree, parts: [tree.simplest] });

/** What a part can become: nothing, the simplest value, parts of the same type. */
function* replacements(tree: Tree): Generator<{ by: Tree; path?: readonly number[] }> {
  const length = textOf(tree).length;
  if (tree.simplest !== "\0" && tree.simplest.length < length) yield { by: terminal(tree) };
  if (tree.type === "") return;
  const parts = [...walk(tree)].filter((it) => it.path.length > 0 && it.tree.type === tree.type && textOf(it.tree).length < length);
  parts.sort((a, b) => a.path.length - b.path.length);
  for (const part of parts.slice(0, PARTS)) yield { by: part.tree, path: part.path };
}

/** Make a failing program smaller until nothing can be left out, or too much has been tried. */
export function shrink(program: Program, { fails, attempts, seconds }: Shrinking): Program {
  let { tree } = program;
  let left = attempts;
  const end = performance.now() + 1000 * seconds;
  const attempt = (smaller: Tree): boolean => {
    if (performance.now() > end) left = 0;
    if (left <= 0) return false;
    left--;
    if (!fails({ ...program, tree: smaller })) return false;
    tree = smaller;
    return true;
  };
  for (let size = tree.parts.length; size >= 1; size = Math.floor(size / 2)) dropRuns(size);
  for (let progress = true; progress && left > 0; ) {
    const before = tree;
    for (const path of [...walk(tree)].map((it) => it.path)) simplify(path);
    dropRuns(1);
    progress = tree !== before;
  }
  return { ...program, tree };

  /** Leave out so many definitions and statements in a row, from the end on, because the later ones need the earlier ones. */
  function dropRuns(size: number): void {
    for (let end = tree.parts.length; end > 0; end -= size) {
      const start = Math.max(0, end - size);
      const parts = tree.parts.filter((_, i) => i < start || i >= end);
      const text = textOf(tree);
      const at = (n: number): number => textOf({ ...tree, parts: tree.parts.slice(0, n) }).length;
      if (defined(text, at(start), at(end), "", 0)) attempt({ ...tree, parts });
    }
  }

  /** Try what a part can become, until something still fails. */
  function simplify(path: readonly number[]): void {
    const part = treeAt(tree, path);
    if (part === undefined || left <= 0) return;
    const text = textOf(tree);
    const from = offset(tree, path);
    const to = from + textOf(part).length;
    for (const { by, path: inside } of replacements(part)) {
      const at = inside === undefined ? -1 : from + offset(part, inside);
      if (defined(text, from, to, textOf(by), at) && attempt(replaceAt(tree, path, by))) return;
    }
  }
}
