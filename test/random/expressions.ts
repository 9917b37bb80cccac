/** Expressions of a wanted type. */
import { below, oneOf, type Random } from "../support/random.ts";
import { control } from "./control.ts";
import { literal } from "./literals.ts";
import type { Operation } from "./operation.ts";
import { type Candidate, Scope, type Variable } from "./scope.ts";
import { expression, type Tree, whole } from "./tree.ts";
import { functionType, instantiate, type Type, type, typeText, variablesOf } from "./types.ts";
import { Universe } from "./universe.ts";

/** Of the operations that raise easily, how many are considered. */
const RARE = 0.06;

/** Small values of types with an argument. */
const BRACKETS: ReadonlyMap<string, readonly string[]> = new Map([
  ["list", ["[", "; ", "; ", "]"]],
  ["array", ["[|", "; ", "; ", "|]"]],
  ["option", ["(Some ", ")"]],
  ["result", ["(Ok ", ")"]],
  ["tree", ["(Node (Leaf, ", ", Node (Leaf, ", ", Leaf)))"]],
  ["ref", ["(ref ", ")"]],
  ["Lazy.t", ["(lazy ", ")"]],
]);

export interface Settings {
  readonly next: Random;
  /** Whether operands with effects are bound to names in a known order first, because compilers differ. */
  readonly ordered: boolean;
  /** Whether there are handlers of effects; if so, all parameters have types, because the types of effects are generalised. */
  readonly effects: boolean;
}

interface Parameter {
  readonly variable: Variable;
  /** With its type, or without. */
  readonly text: string;
}

export class Writer {
  readonly next: Random;
  readonly ordered: boolean;
  readonly effects: boolean;
  readonly universe: Universe;
  readonly scope = new Scope();

  constructor({ next, ordered, effects }: Settings) {
    this.next = next;
    this.ordered = ordered;
    this.effects = effects;
    this.universe = new Universe(next);
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  /** A tree for an expression of a type. */
  tree(t: Type, parts: readonly (string | Tree)[], pure?: boolean): Tree {
    return expression(t, this.universe.simplest(t), parts, pure);
  }

  /** An expression that gives a value of a type; `depth`: of nested ones. */
  write(goal: Type, depth: number): Tree {
    if (depth <= 0) return this.#leaf(goal);
    const kind = this.next();
    if (goal.con === "->" && kind < 0.7) return this.lambda(goal, depth);
    if (kind < 0.25) return control(this, goal, depth);
    if (goal.con === "string" && kind < 0.35) return this.#text(depth);
    return this.#operation(goal, depth, kind) ?? this.#leaf(goal);
  }

  #operation(goal: Type, depth: number, kind: number): Tree | undefined {
    const { scope } = this;
    const sources = [scope.variables(goal), scope.own(goal), scope.library(goal)];
    const preferred = sources[kind < 0.4 ? 0 : kind < 0.72 ? 1 : 2]!;
    const candidates = (preferred.length > 0 ? preferred : sources.flat()).filter((it) => this.#possible(it) && (!it.operation.rare || this.chance(RARE)));
    return candidates.length > 0 ? this.#apply(oneOf(this.next, candidates), goal, depth) : undefined;
  }

  /** Something without operands, and if there is nothing, the simplest value. */
  #leaf(goal: Type): Tree {
    const constant = literal(this.next, goal.con);
    const variables = this.scope.variables(goal).filter(({ operation }) => operation.operands.length === 0);
    if (variables.length > 0 && (constant === undefined || this.chance(0.7))) return this.#apply(oneOf(this.next, variables), goal, 0);
    if (constant !== undefined) return this.tree(goal, [constant]);
    if (goal.con === "->") return this.lambda(goal, 0);
    if (goal.con === "*") return this.tree(goal, ["(", ...goal.args.flatMap((t, i) => [i === 0 ? "" : ", ", this.#leaf(t)]), ")"]);
    const brackets = this.chance(0.8) ? BRACKETS.get(goal.con) : undefined;
    if (brackets === undefined) return this.tree(goal, [this.universe.simplest(goal)]);
    const items = brackets.slice(1).flatMap((piece) => [this.#leaf(goal.args[0]!), piece]);
    return this.tree(goal, [brackets[0]!, ...items]);
  }

  /** Whether what the type variables stand for is allowed: see library.ts. */
  #possible({ variables }: Candidate): boolean {
    return ["'c", "'m"].every((name) => !variables.has(name) || this.universe.isPlain(variables.get(name)!));
  }

  #apply({ operation, variables }: Candidate, goal: Type, depth: number): Tree {
    for (const t of operation.operands) {
      for (const name of variablesOf(t)) {
        if (!variables.has(name)) variables.set(name, this.universe.random(name === "'c" || name === "'m", 1));
      }
    }
    const compared = variables.get("'c");
    const impure = operation.impure || (compared !== undefined && this.universe.isMutable(compared));
    const operands = operation.operands.map((t) => this.write(instantiate(t, variables), depth - 1 - below(this.next, 2)));
    return this.combine(operation, operands, goal, impure);
  }

  /** An operation with its operands; those that have effects are bound to names first if their order is not known. */
  combine({ pieces, ordered }: Pick<Operation, "pieces" | "ordered">, operands: readonly Tree[], goal: Type, impure: boolean): Tree {
    const unordered = this.ordered && !ordered && operands.filter(({ pure }) => !pure).length > 1;
    const bindings: (string | Tree)[] = [];
    const parts = pieces.flatMap((piece, i) => {
      const operand = operands[i - 1];
      if (operand === undefined) return [piece];
      if (!unordered || operand.pure) return [operand, piece];
      const name = this.scope.fresh("e");
      bindings.push(`let ${name} = `, operand, " in ");
      return [name, piece];
    });
    const pure = !impure && operands.every((operand) => operand.pure);
    if (operands.length === 0 && !pieces[0]!.includes(" ")) return this.tree(goal, parts, pure);
    return this.tree(goal, ["(", ...bindings, ...parts, ")"], pure);
  }

  /** The text of any value. */
  #text(depth: number): Tree {
    const string = type("string");
    return this.tree(string, ["(clip ", this.shown(depth), ")"]);
  }

  /** Any value as text, not cut off; often, what a function of the program gives. */
  shown(depth: number): Tree {
    const functions = this.chance(0.6) ? this.scope.functions().filter(({ result }) => this.universe.isPlain(result)) : [];
    const called = functions.length > 0 ? oneOf(this.next, functions) : undefined;
    const t = called?.result ?? this.universe.random(this.chance(0.8));
    const value = called ? this.#apply({ operation: called, variables: new Map() }, t, depth) : this.write(t, depth - 1);
    return this.tree(type("string"), [`(${this.universe.show(t)} `, value, ")"], value.pure && !this.universe.isMutable(t));
  }

  /** A parameter; types are written where OCaml needs them, and sometimes where not. */
  parameter(prefix: string, t: Type): Parameter {
    const variable = { name: this.scope.fresh(prefix), type: t };
    const annotated = this.effects || this.universe.needsAnnotation(t) || this.chance(0.5);
    return { variable, text: annotated ? `(${variable.name} : ${typeText(t)})` : variable.name };
  }

  lambda(goal: Type, depth: number): Tree {
    const parameters = goal.args.slice(0, -1).map((t) => this.parameter("x", t));
    const body = this.curried(parameters, goal.args.at(-1)!, depth - 1);
    return this.tree(goal, ["(fun ", body(" -> "), ")"], true);
  }

  /**
   * Parameters, what is given between them and the body, and that; sometimes as two functions, of which the first takes fewer
   * parameters than it is given.
   */
  curried(parameters: readonly Parameter[], result: Type, depth: number): (between: string) => Tree {
    const body = this.body(
      parameters.map(({ variable }) => variable),
      result,
      depth,
    );
    const at = parameters.length > 1 && this.chance(0.15) ? 1 + below(this.next, parameters.length - 1) : parameters.length;
    const texts = parameters.map(({ text }) => text);
    const rest = at === parameters.length ? [body] : [`tick (); fun ${texts.slice(at).join(" ")} -> `, body];
    return (between) => whole(`${texts.slice(0, at).join(" ")}${between}`, ...rest);
  }

  /** What a function does: it takes fuel, unless it calls nothing. */
  body(variables: readonly Variable[], result: Type, depth: number, operations: readonly Operation[] = []): Tree {
    return this.scope.within(
      variables,
      () => {
        const value = this.write(result, depth);
        return value.pure && operations.length === 0 ? value : whole("tick (); ", value);
      },
      operations,
    );
  }

  functionType(parameters: readonly Type[], result: Type): Type {
    return functionType([...parameters, result]);
  }
}
