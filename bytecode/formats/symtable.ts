/** The SYMB section: which global has which number (bytecomp/symtable.ml: GlobalMap, Global). */
import { FormatError } from "./errors.ts";
import { MarshalBlock, type MarshalValue } from "./marshal.ts";
import { asBlock, asInt, asName } from "./shapes.ts";

export interface GlobalSymbol {
  kind: "compunit" | "predef";
  name: string;
  /** Index in the table of globals. */
  index: number;
}

export interface GlobalMap {
  /** Number of slots in use; anonymous slots hold constants. */
  count: number;
  /** In the order of the OCaml map: units by name, then predefined exceptions by name. */
  symbols: GlobalSymbol[];
}

/** Decodes a `Symtable.global_map`. `maxCount` bounds the walk (pass the section's size in bytes). */
export function readGlobalMap(value: MarshalValue, maxCount: number, place: string): GlobalMap {
  const [cnt, tree] = asBlock(value, 0, 2, place);
  const count = asInt(cnt, 0, Number.MAX_SAFE_INTEGER, place);
  const symbols: GlobalSymbol[] = [];
  // In-order walk; a node is 0 or (left, key, datum, right, height). The path to the current node is on the stack.
  const path: MarshalValue[][] = [];
  let node = tree!;
  let visits = 0;
  for (;;) {
    while (node instanceof MarshalBlock) {
      if (++visits > maxCount)
        throw new FormatError("corrupt", place, "the map of globals has too many nodes");
      const fields = asBlock(node, 0, 5, place);
      path.push(fields);
      node = fields[0]!;
    }
    asInt(node, 0, 0, place);
    const fields = path.pop();
    if (fields === undefined) return { count, symbols };
    symbols.push(decodeSymbol(fields[1]!, asInt(fields[2], 0, count - 1, place), place));
    node = fields[3]!;
  }
}

function decodeSymbol(key: MarshalValue, index: number, place: string): GlobalSymbol {
  const kind = key instanceof MarshalBlock && key.tag === 1 ? "predef" : "compunit";
  const [name] = asBlock(key, kind === "predef" ? 1 : 0, 1, place);
  return { kind, name: asName(name, place), index };
}
