/** Loops over the elements of what is indexed, within its bounds and beyond. */
import { oneOf } from "../support/random.ts";
import type { Writer } from "./expressions.ts";
import { operation, type Operation } from "./operation.ts";
import { step } from "./numbers.ts";
import type { Variable } from "./scope.ts";
import type { Tree } from "./tree.ts";
import { INT, type Type, type, typeText, UNIT } from "./types.ts";
import { BIGARRAYS } from "./universe.ts";

interface Indexed {
  readonly type: Type;
  readonly element: Type;
  readonly length: string;
  readonly brackets: readonly [string, string];
  readonly readOnly?: boolean;
}

const BIG = Object.entries(BIGARRAYS).map(([name, { element }]) => (): Indexed => ({
  type: type(name),
  element: type(element),
  length: "Bigarray.Array1.dim",
  brackets: [".{", "}"],
}));

const INDEXED: readonly ((w: Writer) => Indexed)[] = [
  ...Array<(w: Writer) => Indexed>(3).fill((w) => {
    const element = w.chance(0.5) ? type(oneOf(w.next, ["float", "float", "int", "int64"])) : w.universe.random(true, 1);
    return { type: type("array", element), element, length: "Array.length", brackets: [".(", ")"] };
  }),
  () => ({ type: type("string"), element: type("char"), length: "String.length", brackets: [".[", "]"], readOnly: true }),
  () => ({ type: type("bytes"), element: type("char"), length: "Bytes.length", brackets: ["|bytes|", ""] }),
  () => ({ type: type("floatarray"), element: type("float"), length: "Float.Array.length", brackets: ["|floats|", ""] }),
  ...BIG,
];

/** Functions for what has no brackets. */
const MODULES: Readonly<Record<string, string>> = { "|bytes|": "Bytes", "|floats|": "Float.Array" };

/** Reading an element, and setting it, if it can be set. */
function accessTo(name: string, index: string, { element, brackets: [open, close], readOnly }: Indexed): [get: Operation, set?: Operation] {
  const t = typeText(element);
  const module = MODULES[open];
  const get = module ? `${module}.get ${name} ${index}` : `${name}${open}${index}${close}`;
  const set = module ? `${module}.set ${name} ${index} %` : `${name}${open}${index}${close} <- %`;
  const getting = operation(`! ${get} : ${t}`);
  return readOnly ? [getting] : [getting, operation(`! ${set} : ${t} -> unit`)];
}

/** Every element, from either end, in steps, or one too many. */
export function elements(w: Writer, _goal: Type, depth: number): Tree {
  const of = oneOf(w.next, INDEXED)(w);
  const all: Variable = { name: w.scope.fresh("b"), type: of.type };
  const index: Variable = { name: w.scope.fresh("i"), type: INT };
  const value = w.write(of.type, 2);
  const length = `${of.length} ${all.name}`;
  const at = (i: string): Operation[] => accessTo(all.name, i, of).filter((it) => it !== undefined);
  const operations = [...at(index.name), ...at(index.name), ...at(index.name), ...(w.chance(0.3) ? at(`(${index.name} + 1)`) : []), ...(w.chance(0.2) ? at("0") : [])];
  const [get, set] = accessTo(all.name, index.name, of);
  const changed = (): Tree =>
    set && w.chance(0.7) ? w.combine(set, [step(w, of.element, get.pieces[0]!, 2)], UNIT, true) : w.write(UNIT, depth - 1);
  const body = w.scope.within([all, index], () => w.tree(UNIT, [w.write(UNIT, depth), "; ", changed()], false), operations);
  const kind = w.next();
  const head = `let ${all.name} = `;
  if (kind < 0.5) return w.tree(UNIT, [`(${head}`, value, ` in for ${index.name} = 0 to ${length} - 1 do tick (); `, body, " done)"], false);
  if (kind < 0.65) return w.tree(UNIT, [`(${head}`, value, ` in for ${index.name} = ${length} - 1 downto 0 do tick (); `, body, " done)"], false);
  if (kind < 0.75) return w.tree(UNIT, [`(${head}`, value, ` in try for ${index.name} = 0 to ${length} do tick (); `, body, " done with Invalid_argument _ -> ())"], false);
  const count = w.scope.fresh("n");
  return w.tree(UNIT, [`(${head}`, value, ` in let ${count} = ref 0 in while !${count} < ${length} do tick (); let ${index.name} = !${count} in ${count} := ${index.name} + ${oneOf(w.next, ["1", "2"])}; `, body, " done)"], false);
}
