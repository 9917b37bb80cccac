/** Values that OCaml registers for the runtime (Callback.register; runtime/callback.c). */
import { CELL_NAMED_VALUES, VAL_EMPTY_LIST } from "../layout";
import { allocSmall } from "./gc/alloc";
import { popRoot, pushRoot } from "./roots";
import { addr, field, initField, stringLength, UNIT, value } from "./values";

/** Register v under a name; a later registration of the same name wins. */
export function caml_register_named_value(name: value, v: value): value {
  pushRoot(name);
  pushRoot(v);
  const pair = allocSmall(2, 0);
  initField(pair, 1, popRoot());
  initField(pair, 0, popRoot());
  pushRoot(<value>pair);
  const cell = allocSmall(2, 0);
  initField(cell, 0, popRoot());
  initField(cell, 1, load<value>(CELL_NAMED_VALUES));
  store<value>(CELL_NAMED_VALUES, <value>cell);
  return UNIT;
}

function sameName(s: usize, name: string): bool {
  const n = name.length;
  if (stringLength(s) != n) return false;
  for (let i = 0; i < n; i++) if (<i32>load<u8>(s + i) != name.charCodeAt(i)) return false;
  return true;
}

/** The value registered under a name, or 0. */
export function namedValue(name: string): value {
  let list = load<value>(CELL_NAMED_VALUES);
  while (list != 0 && list != <value>VAL_EMPTY_LIST) {
    const pair = addr(field(addr(list), 0));
    if (sameName(addr(field(pair, 0)), name)) return field(pair, 1);
    list = field(addr(list), 1);
  }
  return 0;
}

// @ts-ignore: decorator
@external("host", "missing_exception")
declare function missingException(name: string, length: i32): void;

/** The exception registered under a name. Without one the program ends: its module is not linked. */
export function exceptionNamed(name: string): value {
  const v = namedValue(name);
  if (v == 0) missingException(name, name.length);
  return v;
}
