/** Bindings of more than a value: tuples, exceptions, values that refer to themselves; switches; values that go through text. */
import { below, oneOf } from "../support/random.ts";
import type { Form } from "./control.ts";
import { operation } from "./operation.ts";
import type { Variable } from "./scope.ts";
import { optional, type Tree } from "./tree.ts";
import { functionType, INT, STRING, type Type, type, typeText } from "./types.ts";

/** A tuple that is made and taken apart, without its being there in between if the compiler sees that. */
export const tupleBinding: Form = (w, goal, depth) => {
  const types = Array.from({ length: 2 + below(w.next, 2) }, () => w.universe.random());
  const variables = types.map((t): Variable => ({ name: w.scope.fresh("m"), type: t }));
  const value = w.write(type("*", ...types), depth - 1);
  const body = w.scope.within(variables, () => w.write(goal, depth - 1));
  return w.tree(goal, [`(let (${variables.map(({ name }) => name).join(", ")}) = `, value, " in ", body, ")"]);
};

/** An exception that only this expression knows, and raises in loops and functions. */
export const localException: Form = (w, goal, depth) => {
  const name = w.scope.fresh("E");
  const types = Array.from({ length: below(w.next, 3) }, () => w.universe.random(true, 1));
  const operands = types.length === 0 ? "" : ` (${types.map(() => "%").join(", ")})`;
  const raises = ["raise", "raise", "raise_notrace"].map((how) => operation(`! ${how} (${name}${operands}) : ${typeText(functionType([...types, type("'a")]))}`));
  const body = w.scope.within([], () => w.write(goal, depth), raises);
  const variables = types.map((t): Variable => ({ name: w.scope.fresh("m"), type: t }));
  const pattern = variables.length === 0 ? name : `${name} (${variables.map((it) => it.name).join(", ")})`;
  const caught = w.scope.within(variables, () => w.write(goal, depth - 1));
  const declared = types.map((t) => `(${typeText(t)})`).join(" * ");
  return w.tree(goal, [`(let exception ${name}${declared && ` of ${declared}`} in try `, body, ` with ${pattern} -> `, caught, ")"], false);
};

/** A match with an arm for almost each of many numbers or letters. */
export const bigSwitch: Form = (w, goal, depth) => {
  const letters = w.chance(0.3);
  const most = oneOf(w.next, [4, 8, 16]);
  const cases = Array.from({ length: most }, (_, i) => i).filter(() => w.chance(0.85));
  const arms = cases.map((i) => optional(` | ${letters ? `'${String.fromCharCode(97 + i)}'` : i} -> `, w.write(goal, depth - 2)));
  const value = w.write(letters ? type("char") : INT, depth - 1);
  const of = letters ? [value] : ["(", value, ` land ${most - 1})`];
  return w.tree(goal, ["(match ", ...of, " with", ...arms, " | _ -> ", w.write(goal, depth - 1), ")"]);
};

/** Values that refer to each other: lists without an end, closures in records, suspensions. */
export const recursiveValues: Form = (w, goal, depth) => {
  if (goal.con === "list") {
    const [a, b] = [w.scope.fresh("r"), w.scope.fresh("r")] as const;
    const item = (): Type => goal.args[0]!;
    const [x, y] = [w.scope.fresh("v"), w.scope.fresh("v")] as const;
    const values = [`let ${x} = `, w.write(item(), depth - 1), ` in let ${y} = `, w.write(item(), depth - 2), " in "];
    return w.tree(goal, ["(", ...values, `let rec ${a} = ${x} :: ${b} and ${b} = ${y} :: ${x} :: ${a} in take ${oneOf(w.next, [a, b])})`]);
  }
  const [a, b, f] = [w.scope.fresh("r"), w.scope.fresh("r"), w.scope.fresh("f")] as const;
  const parameter: Variable = { name: w.scope.fresh("x"), type: INT };
  const step = (): Tree => w.scope.within([parameter], () => w.write(INT, depth - 2));
  const result: Variable = { name: w.scope.fresh("v"), type: INT };
  const cell = (name: string, next: string): string => `${name} = { next = ${next}; value = ${below(w.next, 20)}; step = `;
  const parts = [
    `(let rec ${f} (${parameter.name} : int) = tick (); `,
    step(),
    ` and ${cell(a, b)}${f} } and ${cell(b, a)}(fun (${parameter.name} : int) -> tick (); ${a}.value + `,
    step(),
    `) } in let ${result.name} = walk 5 ${oneOf(w.next, [a, b])} in `,
  ];
  return w.tree(goal, [...parts, w.scope.within([result], () => w.write(goal, depth - 1)), ")"], false);
};

const FLAGS = ["[]", "[]", "[Marshal.No_sharing]", "[Marshal.Closures]"];

/** A value that has been text in between. */
export const marshalled: Form = (w, goal, depth) => {
  const t = w.universe.isPlain(goal) ? goal : STRING;
  const value = w.tree(t, ["(Marshal.from_string (Marshal.to_string (", w.write(t, depth - 1), ` : ${typeText(t)}) ${oneOf(w.next, FLAGS)}) 0 : ${typeText(t)})`], false);
  if (t === goal) return value;
  const variable: Variable = { name: w.scope.fresh("v"), type: t };
  return w.tree(goal, [`(let ${variable.name} = `, value, " in ", w.scope.within([variable], () => w.write(goal, depth - 1)), ")"], false);
};
