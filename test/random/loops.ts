/** Statements that only those of type unit are: loops, output, `if` without `else`. */
import { oneOf } from "../support/random.ts";
import { elements } from "./elements.ts";
import type { Writer } from "./expressions.ts";
import type { Variable } from "./scope.ts";
import type { Tree } from "./tree.ts";
import { BOOL, INT, type Type, UNIT } from "./types.ts";

type Statement = (w: Writer, depth: number) => Tree;

const counted: Statement = (w, depth) => {
  const variable: Variable = { name: w.scope.fresh("i"), type: INT };
  const bound = (): Tree => w.tree(INT, ["(", w.write(INT, depth - 2), " land 7)"]);
  const [first, last] = [bound(), bound()];
  const body = w.scope.within([variable], () => w.write(UNIT, depth - 1));
  const direction = w.chance(0.7) ? "to" : "downto";
  const unordered = w.ordered && !first.pure && !last.pure;
  const names = unordered ? [w.scope.fresh("e"), w.scope.fresh("e")] : [first, last];
  const bindings = unordered ? [`let ${names[0]} = `, first, ` in let ${names[1]} = `, last, " in "] : [];
  return w.tree(UNIT, ["(", ...bindings, `for ${variable.name} = `, names[0]!, ` ${direction} `, names[1]!, " do tick (); ", body, " done)"], false);
};

const whilst: Statement = (w, depth) => {
  const count = w.scope.fresh("n");
  const condition = w.write(BOOL, depth - 1);
  const body = w.write(UNIT, depth - 1);
  const times = w.tree(INT, [oneOf(w.next, ["3", "5", "8"])]);
  return w.tree(UNIT, [`(let ${count} = ref `, times, ` in while !${count} > 0 && `, condition, ` do tick (); decr ${count}; `, body, " done)"], false);
};

const output: Statement = (w, depth) => w.tree(UNIT, ["(out ", w.shown(depth), ")"], false);

const conditional: Statement = (w, depth) => w.tree(UNIT, ["(if ", w.write(BOOL, depth - 1), " then ", w.write(UNIT, depth - 1), ")"]);

const STATEMENTS: readonly Statement[] = [counted, counted, whilst, output, output, conditional];

export const loop = (w: Writer, goal: Type, depth: number): Tree =>
  w.chance(0.45) ? elements(w, goal, depth) : oneOf(w.next, STATEMENTS)(w, depth);
