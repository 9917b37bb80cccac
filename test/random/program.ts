/** Whole programs: the same seed gives the same program. */
import { below, oneOf, random } from "../support/random.ts";
import { classes, exception, record, statement, value, variant } from "./definitions.ts";
import { Writer } from "./expressions.ts";
import { type Definition, functor, labelled, polymorphic, recursive, simple } from "./functions.ts";
import { operation } from "./operation.ts";
import { optional, textOf, type Tree, whole } from "./tree.ts";

export interface Program {
  readonly seed: number;
  /** The body of a module. */
  readonly tree: Tree;
  /** Whether what it prints does not depend on the order in which a compiler evaluates operands. */
  readonly ordered: boolean;
}

export function generate(seed: number): Program {
  const next = random(seed);
  for (let i = 0; i < 3; i++) next();
  const ordered = next() < 0.75;
  // How deep expressions are.
  const depth = oneOf(next, [1, 2, 2, 2, 3, 3, 4]);
  const w = new Writer({ next, ordered, effects: next() < 0.4 });
  if (w.effects) w.scope.define(operation("! Effect.perform (Ask %) : int -> int"), operation("! Effect.perform (Tell %) : string -> unit"));
  const parts: Tree[] = [];
  const add = ({ tree, operations, variables }: Definition): void => {
    parts.push(optional(tree, "\n"));
    w.scope.define(...operations);
    for (const variable of variables) w.scope.defineVariable(variable);
  };
  const some = (least: number, most: number, kinds: readonly ((w: Writer, depth: number) => Definition)[]): void => {
    for (let n = least + below(next, most - least + 1); n > 0; n--) add(oneOf(next, kinds)(w, depth));
  };
  some(0, 1, [exception]);
  some(1, 3, [record, variant, variant]);
  some(0, 1, [exception]);
  some(1, 2, [value, simple]);
  for (let n = 1 + below(next, 4); n > 0; n--) {
    some(1, 1, [recursive, recursive, simple, simple, labelled, polymorphic, value, classes, functor]);
    parts.push(statement(w, depth));
  }
  for (let n = 1 + below(next, 3); n > 0; n--) parts.push(statement(w, depth));
  return { seed, tree: whole(...parts), ordered };
}

/** A unit with programs in it, which run one after the other. What they print does not depend on the others. */
export function unitOf(programs: readonly Program[]): string {
  const modules = programs.map(({ seed, tree }) => {
    const text = `let () = start ${seed}\n${textOf(tree)}let () = finish ()`;
    return `module P${seed} = struct\n# 1 "P${seed}.ml"\n${text}\nend\n`;
  });
  return `open Prelude\n${modules.join("")}`;
}
