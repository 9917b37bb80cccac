/** Loops over numbers: several variables that change, long ones, deep recursion, functions with many arguments. */
import { below, oneOf, type Random } from "../support/random.ts";
import type { Form } from "./control.ts";
import type { Writer } from "./expressions.ts";
import { call, type Definition } from "./functions.ts";
import { operation, type Operation } from "./operation.ts";
import { literal } from "./literals.ts";
import type { Variable } from "./scope.ts";
import { optional, type Tree, whole } from "./tree.ts";
import { BOOL, functionType, INT, type Type, type, typeText, UNIT } from "./types.ts";

const NUMBERS = ["float", "float", "float", "int", "int", "int64", "int64", "int32", "nativeint"].map((con) => type(con));

/** What is done with a number and another one. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  int: ["% + %", "% - %", "% * %", "% lxor %", "% land %"],
  float: ["% +. %", "% -. %", "% *. %", "% /. %", "Float.max % %"],
  int32: ["Int32.add % %", "Int32.sub % %", "Int32.mul % %", "Int32.logxor % %"],
  int64: ["Int64.add % %", "Int64.sub % %", "Int64.mul % %", "Int64.logor % %"],
  nativeint: ["Nativeint.add % %", "Nativeint.sub % %", "Nativeint.mul % %", "Nativeint.logand % %"],
};

/** A number, given what it was; often made of that. */
export function step(w: Writer, t: Type, before: string, depth: number): Tree {
  const steps = STEPS[t.con];
  if (steps === undefined || w.chance(0.3)) return w.write(t, depth);
  const made = operation(`! ${oneOf(w.next, steps)} : ${functionTypeText(t)}`);
  return w.combine(made, [w.tree(t, [`(${before})`], false), w.write(t, depth - 1)], t, true);
}
const functionTypeText = (t: Type): string => typeText(functionType([t, t, t]));

const reading = ({ name, type: t }: Variable): Operation => operation(`! ! ${name} : ${typeText(t)}`);

/** Rounds of a loop, with the variable that counts them. */
function rounds(w: Writer, count: string, body: readonly (string | Tree)[], index: string): Tree {
  if (w.chance(0.7)) return whole(`for ${index} = 1 to ${count} do tick (); `, ...body, " done");
  const left = w.scope.fresh("n");
  return whole(`(let ${left} = ref (${count}) in while !${left} > 0 do tick (); let ${index} = !${left} in decr ${left}; `, ...body, " done)");
}

/** Variables that a loop changes, together and one by one, perhaps with exceptions in between. */
export const accumulation: Form = (w, goal, depth) => {
  const variables = Array.from({ length: 2 + below(w.next, 4) }, (): Variable => ({
    name: w.scope.fresh("r"),
    type: w.chance(0.85) ? oneOf(w.next, NUMBERS) : w.universe.random(true, 1),
  }));
  const starts = variables.map((it) => optionalLet(`ref `, it, w.write(it.type, 1)));
  const reads = variables.map(reading);
  const index: Variable = { name: w.scope.fresh("i"), type: INT };
  const change = (): Tree => {
    const { name, type: t } = oneOf(w.next, variables);
    const assignment = w.tree(UNIT, [`${name} := `, step(w, t, `!${name}`, 2)], false);
    const kind = w.next();
    if (kind < 0.25) return whole("if ", w.write(BOOL, 2), " then (", assignment, ")");
    if (kind < 0.4) return whole("(try ", w.write(UNIT, depth - 2), "; ", assignment, " with _ -> ", w.write(UNIT, 1), ")");
    return assignment;
  };
  const changes = w.scope.within([index], () => Array.from({ length: 1 + below(w.next, 4) }, () => optional(change(), "; ")), [...reads, ...reads]);
  const loop = rounds(w, oneOf(w.next, ["5", "12", "40"]), [...changes, "()"], index.name);
  const rest = w.scope.within([], () => w.write(goal, depth - 1), reads);
  return w.tree(goal, ["(", ...starts, loop, "; ", rest, ")"], false);
};

const optionalLet = (made: string, { name }: Variable, value: Tree): Tree => whole(`let ${name} = ${made}`, value, " in ");

/** A computation of integers, in which nothing is allocated, called, or raised. */
function arithmetic(next: Random, names: readonly string[], depth: number): string {
  const part = (): string => arithmetic(next, names, depth - 1);
  const kind = next();
  if (depth <= 0 || kind < 0.1) return next() < 0.75 ? oneOf(next, names) : literal(next, "int")!;
  if (kind < 0.2) return `(${part()} ${oneOf(next, ["lsl", "lsr", "asr"])} ${below(next, 9)})`;
  if (kind < 0.3) return `(${part()} ${oneOf(next, ["/ 7", "mod 10", "/ (-3)", "mod 16"])})`;
  if (kind < 0.45) return `(if (${part()} : int) ${oneOf(next, ["<", "=", ">=", "<>"])} ${part()} then ${part()} else ${part()})`;
  return `(${part()} ${oneOf(next, ["+", "-", "*", "land", "lor", "lxor"])} ${part()})`;
}

/** More rounds than native code stays in a loop for (native.md), with values that live on, and nothing that allocates. */
const ROUNDS = 25_000;

export const longLoop: Form = (w, goal, depth) => {
  const [a, b, n, i] = [w.scope.fresh("r"), w.scope.fresh("r"), w.scope.fresh("n"), w.scope.fresh("i")] as const;
  const lives: Variable = { name: w.scope.fresh("v"), type: oneOf(w.next, [...NUMBERS, w.universe.random()]) };
  const start = [whole(`let ${lives.name} = `, w.write(lives.type, depth - 1), " in "), whole(`let ${a} = `, w.write(INT, 1), " in ")];
  const assigned = (names: readonly string[]): string => arithmetic(w.next, names, 3);
  const end = (more: readonly Variable[]): Tree => w.scope.within([lives, ...more], () => w.write(goal, depth - 1));
  if (w.chance(0.4)) {
    const f = w.scope.fresh("f");
    const variables = [a, b].map((name): Variable => ({ name, type: INT }));
    const names = [a, b, n];
    const next = `${f} (${n} - 1) ${assigned(names)} ${assigned(names)} ${lives.name}`;
    const body = whole(`if ${n} = 0 then `, end(variables), ` else ${next}`);
    const head = `let rec ${f} ${n} (${a} : int) (${b} : int) (${lives.name} : ${typeText(lives.type)}) = `;
    return w.tree(goal, ["(burn 60; ", ...start, head, body, ` in ${f} ${ROUNDS} ${a} 1 ${lives.name})`], false);
  }
  const names = [`!${n}`, `!${b}`, i];
  const nested = w.chance(0.4);
  const j = w.scope.fresh("i");
  const change = `${n} := ${assigned(names)}; if !${n} land 3 = 0 then ${b} := ${assigned(nested ? [...names, j] : names)}`;
  const loop = nested
    ? `for ${i} = 1 to ${ROUNDS / 100} do for ${j} = 100 downto 1 do ${change} done; ${n} := ${assigned(names)} done`
    : `for ${i} = 1 to ${ROUNDS} do ${change} done`;
  const reads: Operation[] = [n, b].map((name) => operation(`! ! ${name} : int`));
  const rest = w.scope.within([], () => end([]), [...reads, ...reads]);
  return w.tree(goal, ["(burn 60; ", ...start, `let ${n} = ref ${a} in let ${b} = ref 1 in ${loop}; `, rest, ")"], false);
};

/** A recursion deeper than the engine's stack allows at once, which may end by an exception. */
export const deepRecursion: Form = (w, goal, depth) => {
  const [f, n, x] = [w.scope.fresh("f"), w.scope.fresh("n"), w.scope.fresh("v")] as const;
  const passed: Variable = { name: w.scope.fresh("p"), type: w.universe.random() };
  const bottom = w.scope.within([passed], () => w.write(INT, 2));
  const more = w.chance(0.3) ? `try ${f} (${n} - 1) ${passed.name} with Exit -> ${n}` : `${f} (${n} - 1) ${passed.name}`;
  const body = whole(`if ${n} <= 0 then `, bottom, ` else let ${x} = ${more} in ${arithmetic(w.next, [x, n], 2)}`);
  const result: Variable = { name: w.scope.fresh("v"), type: INT };
  const times = oneOf(w.next, ["3000", "12000"]);
  const definition = whole(`let rec ${f} ${n} (${passed.name} : ${typeText(passed.type)}) = `, body);
  const called = whole(`let ${result.name} = ${f} ${times} (`, w.write(passed.type, 1), ")");
  return w.tree(goal, ["(burn 60; ", definition, " in ", called, " in ", w.scope.within([result], () => w.write(goal, depth - 1)), ")"], false);
};

/** A function that calls itself in tail position with many arguments, perhaps more than native code takes. */
export function manyArguments(w: Writer, depth: number): Definition {
  const [name, fuel] = [w.scope.fresh("f"), w.scope.fresh("n")] as const;
  const parameters = Array.from({ length: 3 + below(w.next, 9) }, () => w.parameter("p", w.chance(0.7) ? oneOf(w.next, NUMBERS) : w.universe.random(false, 1)));
  const variables = parameters.map(({ variable }) => variable);
  const result = w.universe.random();
  const types = variables.map((it) => it.type);
  const again = call(name, ` (${fuel} - 1)`, types, result);
  const calls = (): Tree => w.combine(again, variables.map((it) => (w.chance(0.3) ? w.tree(it.type, [it.name]) : step(w, it.type, it.name, 1))), result, true);
  const bodies = w.scope.within([...variables, { name: fuel, type: INT }], () => {
    const end = w.write(result, depth - 1);
    if (w.chance(0.5)) return [end, calls()];
    return [end, whole("if ", w.write(BOOL, 1), " then ", calls(), " else ", calls())];
  });
  const text = [name, fuel, ...parameters.map(({ text }) => text)].join(" ");
  const operation = call(name, "", [INT, ...types], result);
  return {
    tree: whole(`let rec ${text} = tick (); if ${fuel} <= 0 then `, bodies[0]!, " else ", bodies[1]!),
    operations: [{ ...operation, pieces: [`${name} (`, " land 15) ", ...operation.pieces.slice(2)] }],
    variables: [],
  };
}
