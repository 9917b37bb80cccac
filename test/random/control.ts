/** What is no application: bindings, branches, matches, handlers, loops. */
import { below, oneOf } from "../support/random.ts";
import { bigSwitch, localException, marshalled, recursiveValues, tupleBinding } from "./bindings.ts";
import type { Writer } from "./expressions.ts";
import { recursive, simple } from "./functions.ts";
import { operation, type Operation } from "./operation.ts";
import { loop } from "./loops.ts";
import { accumulation, deepRecursion, longLoop, manyArguments } from "./numbers.ts";
import { pattern } from "./patterns.ts";
import type { Variable } from "./scope.ts";
import { optional, type Tree, whole } from "./tree.ts";
import { BOOL, EXN, INT, STRING, type Type, type, typeText, UNIT } from "./types.ts";

export type Form = (w: Writer, goal: Type, depth: number) => Tree;

const binding: Form = (w, goal, depth) => {
  const t = w.chance(0.3) ? type("ref", w.universe.random(true, 1)) : w.universe.random();
  const variable: Variable = { name: w.scope.fresh("v"), type: t };
  const value = w.write(t, depth - 1);
  const body = w.scope.within([variable], () => w.write(goal, depth - 1));
  return w.tree(goal, [`(let ${variable.name} = `, value, " in ", body, ")"]);
};

/** A variable that is changed, in a loop or not, and perhaps by a closure, before its value counts. */
const local: Form = (w, goal, depth) => {
  const t = w.universe.isPlain(goal) ? goal : INT;
  const variable: Variable = { name: w.scope.fresh("r"), type: type("ref", t) };
  const value = w.write(t, depth - 2);
  const text = typeText(t);
  const uses = [`! ${variable.name} := % : (${text}) -> unit`, `! ! ${variable.name} : ${text}`].map(operation);
  const write = (): Tree => {
    const change = w.write(UNIT, depth);
    const body = t === goal ? w.tree(goal, [`(! ${variable.name})`], false) : w.write(goal, depth - 1);
    return w.tree(goal, [`(let ${variable.name} = ref `, value, " in ", change, "; ", body, ")"], false);
  };
  return w.scope.within([variable], write, [...uses, ...uses, ...uses]);
};

const sequence: Form = (w, goal, depth) => {
  const statements = Array.from({ length: 1 + below(w.next, 3) }, () => optional(w.write(UNIT, depth - 1), "; "));
  return w.tree(goal, ["(", ...statements, w.write(goal, depth - 1), ")"]);
};

const branch: Form = (w, goal, depth) =>
  w.tree(goal, ["(if ", w.write(BOOL, depth - 1), " then ", w.write(goal, depth - 1), " else ", w.write(goal, depth - 1), ")"]);

/** Arms of a match: patterns, perhaps with guards, and values. */
function someArms(w: Writer, of: Type, goal: Type, depth: number): Tree[] {
  let covered = false;
  return Array.from({ length: 1 + below(w.next, 3) }, () => {
    const { text, variables } = pattern(w, of, 2);
    // OCaml 5.3 refuses `function _ -> e | (0 | 1) when …`: "impossible empty matrix".
    const guarded = w.chance(0.2) && !covered;
    covered ||= !/["'`[|]|\b([\dA-Z]|true|false)/.test(text);
    return w.scope.within(variables, () => {
      const guard = guarded ? [" when ", w.write(BOOL, depth - 1)] : [];
      return optional(" | ", text, ...guard, " -> ", w.write(goal, depth - 1));
    });
  });
}

/** An arm for each constructor. */
function allArms(w: Writer, of: Type, goal: Type, depth: number): Tree[] {
  return w.scope.patterns(of).map(({ pieces, operands }) => {
    const variables = operands.map((t) => ({ name: w.scope.fresh("m"), type: t }));
    const text = pieces.map((piece, i) => (i === 0 ? "" : variables[i - 1]!.name) + piece).join("");
    return w.scope.within(variables, () => optional(` | ${text} -> `, w.write(goal, depth - 1)));
  });
}

const matching: Form = (w, goal, depth) => {
  const of = w.universe.random(false, 1);
  const value = w.write(of, depth - 1);
  const complete = w.chance(0.4);
  const arms = complete ? allArms(w, of, goal, depth) : someArms(w, of, goal, depth);
  const partial = arms.length > 0 && w.chance(0.05);
  if (w.chance(0.15)) arms.push(optional(" | exception ", handled(w, goal, depth)));
  const last = partial ? [] : [" | _ -> ", w.write(goal, depth - 1)];
  const parts = ["(match ", value, " with", ...arms, ...last, ")"];
  return w.tree(goal, parts, partial || w.universe.isMutable(of) ? false : undefined);
};

/** An exception and what is done with it. */
function handled(w: Writer, goal: Type, depth: number): Tree {
  const { text, variables } = pattern(w, EXN, 2);
  return w.scope.within(variables, () => whole(text, " -> ", w.write(goal, depth - 1)));
}

const handler: Form = (w, goal, depth) => {
  const arms = Array.from({ length: below(w.next, 3) }, () => optional(" | ", handled(w, goal, depth)));
  const last = w.chance(0.6) ? optional(" | _ -> ", w.write(goal, depth - 1)) : whole(" | Not_found -> ", w.write(goal, depth - 1));
  return w.tree(goal, ["(try ", w.write(goal, depth - 1), " with", ...arms, last, ")"], false);
};

/** What is done with a continuation that waits for a value of type `answer`: mostly, it goes on. */
function resumption(w: Writer, k: string, answer: Type, goal: Type, depth: number): Tree {
  const kind = w.next();
  if (kind < 0.1) return w.write(goal, depth - 1);
  if (kind < 0.2) return w.tree(goal, [`(Effect.Deep.discontinue ${k} `, w.write(EXN, depth - 2), ")"], false);
  const goOn = w.tree(goal, [`(Effect.Deep.continue ${k} `, w.write(answer, depth - 2), ")"], false);
  if (kind < 0.6) return goOn;
  const variable: Variable = { name: w.scope.fresh("k"), type: goal };
  const rest = w.scope.within([variable], () => w.write(goal, depth - 1));
  return w.tree(goal, [`(let ${variable.name} = `, goOn, " in ", rest, ")"], false);
}

const ASK = operation("! % + Effect.perform (Ask %) : int -> int -> int");
/** What code under a handler does often. */
const PERFORM = Array<Operation[]>(4).fill([ASK, operation("! Effect.perform (Tell %) : string -> unit")]).flat();

const asked = (w: Writer, depth: number): Tree => w.combine(ASK, [w.write(INT, depth), w.write(INT, depth - 1)], INT, true);

const effects: Form = (w, goal, depth) => {
  const arms = ([["Ask", INT, INT], ["Tell", STRING, UNIT]] as const).map(([name, question, answer]) => {
    const variable: Variable = { name: w.scope.fresh("q"), type: question };
    const k = w.scope.fresh("k");
    const body = w.scope.within([variable], () => resumption(w, k, answer, goal, depth));
    return optional(` | effect (${name} ${variable.name}), ${k} -> tick (); `, body);
  });
  const of = w.chance(0.7) ? INT : w.universe.random();
  const variable: Variable = { name: w.scope.fresh("v"), type: of };
  const body = w.scope.within([variable], () => w.write(goal, depth - 1));
  const asking = w.scope.within([], () => (of === INT ? asked(w, depth) : w.write(of, depth)), PERFORM);
  return w.tree(goal, ["(match ", asking, ` with | ${variable.name} -> `, body, ...arms, ")"], false);
};

const localFunctions: Form = (w, goal, depth) => {
  const { tree, operations, variables } = oneOf(w.next, [simple, recursive, manyArguments])(w, depth - 1);
  const body = w.scope.within(variables, () => w.write(goal, depth - 1), operations);
  return w.tree(goal, ["(", tree, " in ", body, ")"], body.pure);
};

/** A loop, before its effects are seen. */
const looping: Form = (w, goal, depth) => w.tree(goal, ["(", loop(w, UNIT, depth - 1), "; ", w.write(goal, depth - 1), ")"], false);

/** What takes long. */
const long: Form = (w, goal, depth) => (w.chance(0.15) ? oneOf(w.next, [longLoop, deepRecursion]) : accumulation)(w, goal, depth);

const FORMS: readonly Form[] = [
  ...[binding, binding, local, local, sequence, branch, branch, matching, matching, matching, handler, handler],
  ...[tupleBinding, localException, bigSwitch, recursiveValues, marshalled, accumulation, accumulation, long, localFunctions, localFunctions, looping, looping],
  (w, goal, depth) => (w.effects ? effects : branch)(w, goal, depth),
];
const FORMS_OF_UNIT: readonly Form[] = [...FORMS, local, ...Array<Form>(9).fill(loop)];

export const control: Form = (w, goal, depth) => oneOf(w.next, goal.con === "unit" ? FORMS_OF_UNIT : FORMS)(w, goal, depth);
