/**
 * What is known of values before the program runs: closures whose code is known, and the blocks of units (as the
 * approximations of OCaml's Closure, asmcomp/closure.ml). Each function has one place in the code that makes its closures, so
 * what its environment holds is what that place captures; a unit's global is stored once.
 */
import { CLOSURE_WORDS, PLAIN_ENVIRONMENT } from "../runtime/layout.ts";
import type { Node, SsaFunction } from "./ir.ts";
import type { NumberGlobals } from "./unboxing.ts";

export type Approximation =
  /** A closure of the code at word `entry`. */
  | { readonly kind: "closure"; readonly entry: number }
  /** What a node without inputs is: an integer, an atom, or a boxed number in a global. */
  | { readonly kind: "constant"; readonly operation: "integer" | "atom" | "global"; readonly immediate: number }
  /** The block of a unit, which never changes: made by `node` of `fn`. */
  | { readonly kind: "unit"; readonly fn: SsaFunction; readonly node: Node };

/** Where the closures of a function are made: by `node` of `fn`, as number `position` of its functions. */
interface Origin {
  readonly fn: SsaFunction;
  readonly node: Node;
  readonly position: number;
}

export class Approximations {
  /** By entry; undefined: made at several places. */
  private readonly origins = new Map<number, Origin | undefined>();
  /** By number of the global: what is stored there; undefined: something else, too. */
  private readonly globals = new Map<number, { fn: SsaFunction; node: Node } | undefined>();
  private readonly known = new Map<Node, Approximation | undefined>();
  private readonly numbers: NumberGlobals;

  /** `functions`: all of the code's. */
  constructor(functions: Iterable<SsaFunction>, numbers: NumberGlobals) {
    this.numbers = numbers;
    for (const fn of functions) for (const { nodes } of fn.blocks) for (const node of nodes) this.note(fn, node);
  }

  private note(fn: SsaFunction, node: Node): void {
    if (node.operation === "closure" || node.operation === "recursiveClosures") {
      (node.immediates as readonly number[]).forEach((entry, position) => {
        this.origins.set(entry, this.origins.has(entry) ? undefined : { fn, node, position });
      });
    } else if (node.operation === "setGlobal") {
      const number = node.immediates[0] as number;
      this.globals.set(number, this.globals.has(number) ? undefined : { fn, node: node.inputs[0]! });
    }
  }

  /** What is known of a node of a function. */
  of(fn: SsaFunction, node: Node): Approximation | undefined {
    if (this.known.has(node)) return this.known.get(node);
    this.known.set(node, undefined); // for values that depend on themselves
    const approximation = this.compute(fn, node);
    this.known.set(node, approximation);
    return approximation;
  }

  /** The word of the code that a closure is known to have. */
  entryOf(fn: SsaFunction, node: Node): number | undefined {
    const approximation = this.of(fn, node);
    return approximation?.kind === "closure" ? approximation.entry : undefined;
  }

  private compute(fn: SsaFunction, node: Node): Approximation | undefined {
    const { operation, immediates, inputs } = node;
    switch (operation) {
      case "closure":
      case "recursiveClosures":
        return { kind: "closure", entry: immediates[0] as number };
      case "environment":
        return { kind: "closure", entry: fn.entry };
      case "offsetClosure":
        return this.sibling(fn, inputs[0]!, (immediates[0] as number) / CLOSURE_WORDS);
      case "field":
        return this.field(fn, inputs[0]!, immediates[0] as number);
      case "integer":
      case "atom":
        return { kind: "constant", operation, immediate: immediates[0] as number };
      case "global":
        return this.global(immediates[0] as number);
      default:
        return undefined;
    }
  }

  /** Whether the code itself stores something in a global. */
  isSet(global: number): boolean {
    return this.globals.has(global);
  }

  /** The closure so many functions after that of a node in the same block. */
  private sibling(fn: SsaFunction, node: Node, distance: number): Approximation | undefined {
    const first = this.entryOf(fn, node);
    const origin = first === undefined ? undefined : this.origins.get(first);
    return closureOf(origin?.node.immediates[origin.position + distance] as number | undefined);
  }

  private field(fn: SsaFunction, block: Node, i: number): Approximation | undefined {
    const approximation = this.of(fn, block);
    if (approximation?.kind === "unit") {
      const { fn: maker, node } = approximation;
      const value = node.inputs[i] && this.of(maker, node.inputs[i]);
      return value?.kind === "unit" ? undefined : value; // blocks in it may change
    }
    const origin = approximation?.kind === "closure" ? this.origins.get(approximation.entry) : undefined;
    if (!origin) return undefined;
    const { node, position } = origin;
    const count = node.immediates.length;
    const environment = node.operation === "closure" ? PLAIN_ENVIRONMENT : CLOSURE_WORDS * (count - position) - 1;
    const captured = node.inputs[i - environment];
    return captured && this.of(origin.fn, captured);
  }

  private global(number: number): Approximation | undefined {
    if (this.numbers.has(number)) return { kind: "constant", operation: "global", immediate: number };
    return this.unitBlock(number);
  }

  /** The block stored into a global. */
  private unitBlock(number: number): (Approximation & { kind: "unit" }) | undefined {
    const stored = this.globals.get(number);
    return stored?.node.operation === "makeBlock" ? { kind: "unit", ...stored } : undefined;
  }
}

const closureOf = (entry: number | undefined): Approximation | undefined =>
  entry === undefined ? undefined : { kind: "closure", entry };
