/**
 * Accesses to Bigarrays without boxes. Bytecode does not say what their elements are (ocamlopt knows it from types:
 * lambda/translprim.ml), but what is done with an element does: it is unboxed, or computed with as an integer; so does what is
 * stored. If that turns out wrong, the interpreter goes on with the primitive.
 */
import {
  BOXED_DOUBLE,
  CUSTOM_INT32,
  CUSTOM_INT64,
  CUSTOM_NATIVEINT,
  KIND_CAML_INT,
  KIND_CHAR,
  KIND_FLOAT16,
  KIND_FLOAT32,
  KIND_FLOAT64,
  KIND_INT32,
  KIND_INT64,
  KIND_NATIVE_INT,
  KIND_SINT16,
  KIND_SINT8,
  KIND_UINT16,
  KIND_UINT8,
} from "../runtime/layout.ts";
import { type Block, Node, type Operation, type SsaFunction } from "./ir.ts";
import { canMove } from "./liveness.ts";
import type { NativePrimitive } from "./module.ts";
import { allInputs, boxKind, boxOf, isBox, isUnbox, replaceNodes, withFast } from "./phis.ts";

/** What elements are taken for: OCaml integers, or what is in boxes of a kind (CUSTOM_*, BOXED_DOUBLE). */
export type ElementType = "integer" | number;

interface Elements {
  /** The kinds of Bigarrays that have such. */
  readonly kinds: readonly number[];
  /** Those of them for which no function of core.wasm is called, in C's layout. */
  readonly direct: readonly number[];
  /** Size of an element of these, as a power of 2. */
  readonly shift: number;
}

const INTEGERS = [KIND_SINT8, KIND_UINT8, KIND_SINT16, KIND_UINT16, KIND_CAML_INT, KIND_CHAR];
const REALS = [KIND_FLOAT16, KIND_FLOAT32, KIND_FLOAT64];

export const ELEMENTS: ReadonlyMap<ElementType, Elements> = new Map<ElementType, Elements>([
  ["integer", { kinds: INTEGERS, direct: [KIND_UINT8, KIND_CHAR], shift: 0 }],
  [BOXED_DOUBLE, { kinds: REALS, direct: [KIND_FLOAT64], shift: 3 }],
  [CUSTOM_INT32, { kinds: [KIND_INT32], direct: [KIND_INT32], shift: 2 }],
  [CUSTOM_INT64, { kinds: [KIND_INT64], direct: [KIND_INT64], shift: 3 }],
  [CUSTOM_NATIVEINT, { kinds: [KIND_NATIVE_INT], direct: [KIND_NATIVE_INT], shift: 3 }],
]);

const ACCESS = /^caml_ba_(get|set)_[123]$/;

/** Operations whose inputs are OCaml integers. */
const OF_INTEGERS: ReadonlySet<Operation> = new Set(["arithmetic", "negate", "not", "offset", "divide", "untag", "setByte"]);

export function accessBigarrays(fn: SsaFunction, primitives: readonly NativePrimitive[]): void {
  const accesses = new Map<Node, "get" | "set">();
  for (const node of fn.blocks.flatMap(({ nodes }) => nodes)) {
    const how = node.operation === "primitive" && ACCESS.exec(primitives[node.immediates[0] as number]!.name)?.[1];
    if (how) accesses.set(node, how as "get" | "set");
  }
  if (accesses.size === 0) return;
  const types = elementTypes(fn.blocks, accesses);
  const replaced = new Map<Node, Node>();
  for (const block of fn.blocks) {
    const nodes = block.nodes.flatMap((node) => {
      const how = accesses.get(node);
      const type = how === "set" ? storedType(node) : types.get(node);
      if (type === undefined) return [node];
      const access = how === "set" ? store(fn, node, type) : load(fn, node, type);
      replaced.set(node, access.at(-1)!);
      return access;
    });
    block.nodes.splice(0, block.nodes.length, ...nodes);
  }
  replaceNodes(fn.blocks, replaced);
}

/** What is done with elements. */
function elementTypes(blocks: readonly Block[], accesses: ReadonlyMap<Node, unknown>): Map<Node, ElementType> {
  const types = new Map<Node, ElementType>();
  for (const node of blocks.flatMap(({ nodes }) => nodes.flatMap(withFast))) {
    const type = isUnbox(node) ? boxKind(node) : OF_INTEGERS.has(node.operation) ? "integer" : undefined;
    if (type !== undefined) for (const input of allInputs(node)) if (accesses.has(input)) types.set(input, type);
  }
  return types;
}

/** What is stored. */
function storedType({ inputs }: Node): ElementType | undefined {
  const value = inputs.at(-1)!;
  if (isBox(value)) return boxKind(value);
  return canMove(value) ? undefined : "integer";
}

/** A node in the place of a primitive, which takes over if need be. */
function inPlaceOf(fn: SsaFunction, node: Node, operation: Operation, inputs: Node[], type: ElementType): Node {
  const access = new Node(fn.nextId++, operation, inputs, [type]);
  const { state, handler, at, next } = node;
  return Object.assign(access, { state, handler, at, next });
}

/** The element, and the box that it is to be in. */
function load(fn: SsaFunction, node: Node, type: ElementType): Node[] {
  if (type === "integer") return [inPlaceOf(fn, node, "integerElement", node.inputs, type)];
  const element = inPlaceOf(fn, node, type === BOXED_DOUBLE ? "realElement" : "numberElement", node.inputs, type);
  return [element, boxOf(fn, element, type)];
}

/** The access, and what the primitive returns. */
function store(fn: SsaFunction, node: Node, type: ElementType): Node[] {
  const value = node.inputs.at(-1)!;
  const where = node.inputs.slice(0, -1);
  const operation = type === "integer" ? "setIntegerElement" : type === BOXED_DOUBLE ? "setRealElement" : "setNumberElement";
  const access = inPlaceOf(fn, node, operation, [type === "integer" ? value : value.inputs[0]!, ...where], type);
  return [access, new Node(fn.nextId++, "integer", [], [0])];
}
