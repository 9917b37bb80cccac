/** Functions with names: recursive, mutually recursive, with labels, polymorphic; local ones and those of a program. */
import { below, oneOf } from "../support/random.ts";
import type { Writer } from "./expressions.ts";
import type { Operation } from "./operation.ts";
import type { Variable } from "./scope.ts";
import { optional, type Tree, whole } from "./tree.ts";
import { functionType, INT, instantiate, parseType, STRING, type Type, type, typeText } from "./types.ts";

export interface Definition {
  /** Without what ends it: ` in`, or the next definition. */
  readonly tree: Tree;
  /** What can be done with it where it is known. */
  readonly operations: readonly Operation[];
  readonly variables: readonly Variable[];
}

/** A call: text in front, operands. */
export const call = (name: string, before: string, operands: readonly Type[], result: Type, after = ""): Operation => ({
  pieces: operands.map((_, i) => (i === 0 ? `${name}${before} ` : " ")).concat(operands.length > 0 ? after : `${name}${before}${after}`),
  operands,
  result,
  impure: true,
  ordered: false,
});

const types = (w: Writer, least: number, most: number): Type[] =>
  Array.from({ length: least + below(w.next, most - least + 1) }, () => w.universe.random());

/** One or two functions that call each other; the first parameter says how deep. */
export function recursive(w: Writer, depth: number): Definition {
  const functions = Array.from({ length: w.chance(0.3) ? 2 : 1 }, () => ({
    name: w.scope.fresh("f"),
    fuel: w.scope.fresh("n"),
    parameters: types(w, 0, 3).map((t) => w.parameter("p", t)),
    result: w.universe.random(),
  }));
  const bodies = functions.map(({ name, fuel, parameters, result }, i) => {
    const variables = parameters.map(({ variable }) => variable);
    const calls = functions.map((it) => call(it.name, ` (${fuel} - 1)`, it.parameters.map(({ variable }) => variable.type), it.result));
    const [end, body] = w.scope.within(
      [...variables, { name: fuel, type: INT }],
      () => [w.write(result, depth - 2), w.scope.within([], () => w.write(result, depth), [...calls, ...calls])],
    );
    const text = [name, fuel, ...parameters.map(({ text }) => text)].join(" ");
    return whole(`${i === 0 ? "let rec" : " and"} ${text} = tick (); if ${fuel} <= 0 then `, end, " else ", body);
  });
  const all = functions.map(({ name, parameters, result }) => ({ name, result, operands: [INT, ...parameters.map(({ variable }) => variable.type)] }));
  return {
    tree: whole(...bodies),
    operations: all.map(({ name, result, operands }) => {
      const operation = call(name, "", operands, result);
      return { ...operation, pieces: [`${name} (`, operands.length > 1 ? " land 7) " : " land 7)", ...operation.pieces.slice(2)] };
    }),
    variables: all.map(({ name, result, operands }) => ({ name, type: functionType([...operands, result]) })),
  };
}

export function simple(w: Writer, depth: number): Definition {
  const name = w.scope.fresh("f");
  const parameters = types(w, 1, w.chance(0.2) ? 9 : 5).map((t) => w.parameter("p", t));
  const variables = parameters.map(({ variable }) => variable);
  const result = w.universe.random();
  const body = w.curried(parameters, result, depth);
  const t = functionType([...variables.map((it) => it.type), result]);
  return {
    tree: whole(`let ${name} `, body(" = ")),
    operations: [],
    variables: [{ name, type: t }],
  };
}

/** Labels, and an optional parameter with or without a default. */
export function labelled(w: Writer, depth: number): Definition {
  const name = w.scope.fresh("f");
  const [first, last, result] = [w.universe.random(), w.universe.random(), w.universe.random()];
  const given = w.universe.random(true, 1);
  const label = w.scope.fresh("l");
  const choice = w.scope.fresh("o");
  const positional = w.parameter("p", last);
  const defaulted = w.chance(0.5);
  const variables = [{ name: label, type: first }, { name: choice, type: defaulted ? given : type("option", given) }, positional.variable];
  const value = w.write(given, 1);
  const body = w.body(variables, result, depth);
  const annotated = `~(${label} : ${typeText(first)})`;
  const optionalParameter = defaulted ? [`?(${choice} = `, value, ")"] : [`?${choice}`];
  const calls: Operation[] = [
    call(name, ` ~${label}:`, [first, last], result),
    { ...call(name, "", [last, first], result), pieces: [`${name} `, ` ~${label}:`, ""] },
    { ...call(name, "", [given, last, first], result), pieces: [`${name} ~${choice}:`, " ", ` ~${label}:`, ""] },
    { ...call(name, "", [type("option", given), first, last], result), pieces: [`${name} ?${choice}:`, ` ~${label}:`, " ", ""] },
  ];
  return { tree: whole(`let ${name} ${annotated} `, ...optionalParameter, ` ${positional.text} = `, body), operations: calls, variables: [] };
}

const OPEN = ["p_", "p_ list", "p_ -> q_", "q_ -> p_ -> q_", "p_ * q_", "int", "q_ option", "p_ tree", "p_ -> bool", "q_ list"].map(parseType);
const GENERAL = new Map([
  ["p_", type("'a")],
  ["q_", type("'b")],
]);

/** A function of all types. */
export function polymorphic(w: Writer, depth: number): Definition {
  const name = w.scope.fresh("f");
  const variables: Variable[] = [
    { name: "vp", type: type("p_") },
    { name: "vq", type: type("q_") },
    ...Array.from({ length: below(w.next, 3) }, () => ({ name: w.scope.fresh("p"), type: oneOf(w.next, OPEN) })),
  ];
  const result = oneOf(w.next, OPEN);
  const body = w.body(variables, result, depth);
  const parameters = variables.map((it) => `(${it.name} : ${typeText(it.type)})`);
  const general = (t: Type): Type => instantiate(t, GENERAL);
  const operands = variables.map((it) => general(it.type));
  return {
    tree: whole(`let ${name} (type p_) (type q_) ${parameters.join(" ")} : ${typeText(result)} = `, body),
    operations: [call(name, "", operands, general(result))],
    variables: [],
  };
}

/** A functor, and modules made with it. */
export function functor(w: Writer, depth: number): Definition {
  const name = w.scope.fresh("F");
  const inside: Variable[] = [
    { name: "vp", type: type("p_") },
    { name: "X.f", type: parseType("p_ -> int -> p_") },
    { name: "X.n", type: INT },
  ];
  const extra = w.universe.random(true, 1);
  const results = [type("p_"), INT, parseType("p_ list"), STRING].map((result) => ({ name: w.scope.fresh("g"), result }));
  const bodies = results.map(({ name: g, result }) => {
    const parameter = w.scope.fresh("p");
    const variables = [...inside, { name: parameter, type: extra }];
    return optional(`let ${g} (vp : p_) (${parameter} : ${typeText(extra)}) = `, w.body(variables, result, depth), " ");
  });
  const operations: Operation[] = [];
  const modules = Array.from({ length: 1 + below(w.next, 2) }, () => {
    const t = w.universe.random(true, 1);
    const made = w.scope.fresh("M");
    const f = w.lambda(functionType([t, INT, t]), depth);
    for (const { name: g, result } of results) operations.push(call(`${made}.${g}`, "", [t, extra], instantiate(result, new Map([["p_", t]]))));
    return optional(`\nmodule ${made} = ${name} (struct type t = ${typeText(t)} let n = `, w.write(INT, 0), " let f = ", f, " end)");
  });
  const signature = "sig type t val n : int val f : t -> int -> t end";
  return { tree: whole(`module ${name} (X : ${signature}) = struct type p_ = X.t `, ...bodies, "end", ...modules), operations, variables: [] };
}
