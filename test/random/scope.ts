/** What expressions can be made of where they stand: the library, what the program has defined, local variables. */
import { LIBRARY, PATTERNS } from "./library.ts";
import type { Operation } from "./operation.ts";
import { functionType, instantiate, isVariable, match, type Type, variablesOf } from "./types.ts";

export interface Variable {
  readonly name: string;
  readonly type: Type;
}

/** An operation that gives a value of the wanted type, and what its type variables stand for. */
export interface Candidate {
  readonly operation: Operation;
  readonly variables: Map<string, Type>;
}

/** A variable of a function type is one operation for each number of operands. */
function operationsOf({ name, type: t }: Variable): Operation[] {
  const operands = t.con === "->" ? t.args.slice(0, -1) : [];
  return Array.from({ length: operands.length + 1 }, (_, count) => ({
    pieces: count === 0 ? [name] : [`${name} `, ...Array<string>(count - 1).fill(" "), ""],
    operands: operands.slice(0, count),
    result: count === 0 ? t : functionType(t.args.slice(count)),
    impure: count > 0,
    ordered: false,
  }));
}

export class Scope {
  readonly #library = new Map<string, Operation[]>();
  readonly #general: Operation[] = [];
  #own: Operation[] = [];
  #variables: Operation[] = [];
  readonly #patterns = [...PATTERNS];
  #names = 0;

  constructor() {
    for (const operation of LIBRARY) {
      const { con } = operation.result;
      if (con.startsWith("'")) this.#general.push(operation);
      else this.#library.set(con, [...(this.#library.get(con) ?? []), operation]);
    }
  }

  /** A name that nothing else has. */
  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  define(...operations: Operation[]): void {
    this.#own.push(...operations);
  }

  definePattern(pattern: Operation): void {
    this.#patterns.push(pattern);
  }

  defineVariable(variable: Variable): void {
    this.#own.push(...operationsOf(variable));
  }

  /** Do something where variables and operations are known that are not known outside. */
  within<T>(variables: readonly Variable[], action: () => T, operations: readonly Operation[] = []): T {
    const before = this.#variables;
    this.#variables = [...operations, ...variables.flatMap(operationsOf), ...before];
    try {
      return action();
    } finally {
      this.#variables = before;
    }
  }

  #fitting(operations: readonly Operation[], goal: Type): Candidate[] {
    const found: Candidate[] = [];
    for (const operation of operations) {
      const { con } = operation.result;
      const variables = con === goal.con || isVariable(con) ? match(operation.result, goal) : undefined;
      if (variables) found.push({ operation, variables });
    }
    return found;
  }

  variables(goal: Type): Candidate[] {
    return this.#fitting(this.#variables, goal);
  }

  own(goal: Type): Candidate[] {
    return this.#fitting(this.#own, goal);
  }

  /** What the program has defined that takes operands, and whose result is of a known type. */
  functions(): Operation[] {
    return this.#own.filter(({ operands, result }) => operands.length > 0 && variablesOf(result).length === 0);
  }

  library(goal: Type): Candidate[] {
    return this.#fitting([...(this.#library.get(goal.con) ?? []), ...this.#general], goal);
  }

  /** Patterns for values of a type, with the types of their parts. */
  patterns(of: Type): Operation[] {
    return this.#fitting(this.#patterns, of).map(({ operation, variables }) => ({
      ...operation,
      operands: operation.operands.map((t) => instantiate(t, variables)),
    }));
  }
}
