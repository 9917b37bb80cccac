/** Building the constants of units in the VM's heap. */
import {
  CUSTOM_INT32,
  CUSTOM_INT64,
  CUSTOM_NATIVEINT,
  TAG_CUSTOM,
  TAG_DOUBLE,
  TAG_DOUBLE_ARRAY,
  WORD,
} from "../runtime/layout.ts";
import type { Machine } from "../runtime/machine.ts";
import { Val, type Value } from "../runtime/primitives.ts";
import { type Literal, literalNodes } from "../bytecode/formats/literal.ts";
import { MarshalBlock, MarshalBoxedInt, MarshalDouble } from "../bytecode/formats/marshal.ts";

const CUSTOM_KINDS = { int32: CUSTOM_INT32, int64: CUSTOM_INT64, nativeint: CUSTOM_NATIVEINT } as const;

/** The literal as a value; parts that it shares are shared. Allocates. */
export function buildLiteral(m: Machine, literal: Literal): Value {
  const nodes = literalNodes(literal).filter((node) => typeof node === "object");
  if (typeof literal !== "object") return immediate(literal);
  // Every node built so far is a local root, at its index from `base`.
  const base = m.rootsTop();
  const index = new Map<object, number>();
  const built = (node: Literal): Value =>
    typeof node === "object" ? m.word(base + index.get(node)! * WORD) : immediate(node);
  for (const node of nodes as object[]) {
    const v = buildNode(m, node as Exclude<Literal, number | bigint>, built);
    index.set(node, index.size);
    m.pushRoot(v);
  }
  const result = built(literal);
  for (let i = 0; i < index.size; i++) m.popRoot();
  return result;
}

function immediate(n: number | bigint): Value {
  return typeof n === "number" ? Val.int(n) : Val.int64(n);
}

function buildNode(
  m: Machine,
  node: Exclude<Literal, number | bigint>,
  built: (node: Literal) => Value,
): Value {
  if (node instanceof Uint8Array) return m.allocString(node);
  if (node instanceof MarshalDouble) {
    const p = m.core.alloc_small(1, TAG_DOUBLE) >>> 0;
    m.u32[p >>> 2] = node.low;
    m.u32[(p >>> 2) + 1] = node.high;
    return p;
  }
  if (node instanceof Float64Array) {
    if (node.length === 0) return m.alloc(0, 0);
    const p = m.alloc(node.length, TAG_DOUBLE_ARRAY);
    m.i64.set(new BigInt64Array(node.buffer, node.byteOffset, node.length), p >>> 3);
    return p;
  }
  if (node instanceof MarshalBoxedInt) {
    const p = m.core.alloc_small(2, TAG_CUSTOM) >>> 0;
    m.setWord(p, CUSTOM_KINDS[node.type]);
    m.i64[(p >>> 3) + 1] = node.value;
    return p;
  }
  if (node instanceof MarshalBlock) {
    const p = m.alloc(node.fields.length, node.tag);
    node.fields.forEach((field, i) => m.setField(p, i, built(field)));
    return p;
  }
  throw new Error("a literal of an unknown kind");
}
