/** The interpreter and the heap together, on programs that need no standard library. */
import { readFileSync } from "node:fs";
import t from "tap";
import { Engine } from "../bytecode/engine.ts";
import { instruction } from "../bytecode/instructions/table.ts";
import { ClosedHost, closedImports } from "./support/closed-host.ts";
import { DEBUG_STRESS } from "../runtime/layout.ts";
import { definePrimitives, Val } from "../runtime/primitives.ts";

const dist = new URL("../dist/", import.meta.url);
const core = {
  module: new WebAssembly.Module(readFileSync(new URL("core.wasm", dist))),
  primitives: JSON.parse(readFileSync(new URL("core.json", dist), "utf8")).primitives,
};

/** A fresh engine whose primitive `print` collects integers. */
function engine(debug = 0): { engine: Engine; printed: number[] } {
  const printed: number[] = [];
  const primitives = definePrimitives({
    print: [
      1,
      (m, a) => {
        printed.push(m.int(a, 0));
        return Val.unit;
      },
    ],
  });
  return { engine: new Engine({ core, host: new ClosedHost(), primitives, imports: () => closedImports, debug }), printed };
}

const op = (name: string): number => instruction(name).code;

/**
 * let rec down n = if n = 0 then 0 else 1 + down (n - 1): a call that is not in tail position at every level.
 *
 *     0 BRANCH main   2 ACC0; BNEQ 0 → 8; CONST0; RETURN 1   8 ACC0; OFFSETINT -1; PUSHOFFSETCLOSURE0; APPLY1;
 *     OFFSETINT 1; RETURN 1   main: CLOSUREREC; CONSTINT n; PUSH; ACC1; APPLY1; C_CALL1 print; STOP
 */
function deepRecursion(n: number): Int32Array {
  const code = [op("BRANCH"), 0];
  const f = code.length;
  code.push(op("ACC0"), op("BNEQ"), 0, 0);
  const other = code.length - 1;
  code.push(op("CONST0"), op("RETURN"), 1);
  code[other] = code.length - other;
  code.push(op("ACC0"), op("OFFSETINT"), -1, op("PUSHOFFSETCLOSURE0"), op("APPLY1"), op("OFFSETINT"), 1, op("RETURN"), 1);
  code[1] = code.length - 1;
  code.push(op("CLOSUREREC"), 1, 0, 0);
  code[code.length - 1] = f - (code.length - 1);
  code.push(op("CONSTINT"), n, op("PUSH"), op("ACC1"), op("APPLY1"), op("C_CALL1"), 0, op("STOP"));
  return Int32Array.from(code);
}

t.test("deep recursion crosses stack segments and comes back", (t) => {
  const { engine: e, printed } = engine();
  e.runCode(e.code.load(deepRecursion(1_000_000), ["print"], 0));
  t.same(printed, [1_000_000]);
  t.end();
});

t.test("blocks survive collections, with a collection at every allocation", (t) => {
  const { engine: e } = engine(DEBUG_STRESS);
  const m = e.machine;
  m.pushRoot(Val.emptyList);
  for (let i = 0; i < 1000; i++) {
    const tail = m.popRoot();
    m.pushRoot(m.tuple(0, Val.int(i), tail));
  }
  const found: number[] = [];
  for (let list = m.popRoot(); list !== Val.emptyList; list = m.field(list as number, 1)) {
    found.push(m.int(list as number, 0));
  }
  t.same(found, Array.from({ length: 1000 }, (_, i) => 999 - i));
  t.end();
});

t.test("strings and large arrays keep their contents through a full collection", (t) => {
  const { engine: e } = engine();
  const m = e.machine;
  m.pushRoot(m.array(5000, (i) => m.allocString(`item ${i}`)));
  for (let i = 0; i < 200_000; i++) m.tuple(0, Val.int(i), Val.unit);
  const array = m.popRoot() as number;
  t.equal(m.wosize(array), 5000);
  for (const i of [0, 1, 2499, 4999]) t.equal(m.latin1(m.block(array, i)), `item ${i}`);
  t.end();
});

t.test("a primitive that does not exist is named when code is loaded", (t) => {
  const { engine: e } = engine();
  const code = Int32Array.from([op("CONST0"), op("C_CALL1"), 0, op("STOP")]);
  t.throws(() => e.code.load(code, ["no_such_primitive"], 0), /no_such_primitive/);
  t.end();
});
