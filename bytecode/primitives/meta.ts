/** Code made and run by the program itself: what the toplevel and Dynlink stand on (runtime/meta.c). */
import { CELL_ENV, CELL_GLOBAL_DATA, TAG_ABSTRACT, WORD } from "../../runtime/layout.ts";
import { definePrimitives, type Primitive, Val } from "../../runtime/primitives.ts";
import { type CodeFragment, RETURN_1 } from "../code.ts";
import type { Engine } from "../engine.ts";
import { FormatError } from "../formats/errors.ts";
import { ENSURE_CAPACITY, opcode } from "../instructions/table.ts";
import { isClosure } from "../redirection.ts";
import { verify } from "../verifier.ts";

// A bigarray's block (runtime/core/bigarray.ts): operations, data address, number of dimensions, flags, proxy, dims.
const BIGARRAY_DATA = 1;
const BIGARRAY_DIM0 = 5;

export function metaPrimitives(engine: Engine): Primitive[] {
  return definePrimitives({
    caml_get_global_data: [1, (m) => m.word(CELL_GLOBAL_DATA)],
    caml_realloc_global: [
      1,
      (m, a) => {
        const requested = m.int(a, 0);
        const old = m.block(CELL_GLOBAL_DATA, 0);
        const size = m.wosize(old);
        if (requested >= size) {
          // Larger by a quarter: large libraries come with thousands of constants, unit by unit.
          const grown = m.alloc((requested + Math.max(0x100, requested >> 2)) & ~0xff, 0);
          const current = m.block(CELL_GLOBAL_DATA, 0);
          for (let i = 0; i < size; i++) m.setField(grown, i, m.field(current, i));
          m.setWord(CELL_GLOBAL_DATA, grown);
        }
        return Val.unit;
      },
    ],
    caml_reify_bytecode: [
      3,
      (m, a) => {
        const bigarray = m.block(a, 0);
        const data = m.u32[(bigarray + BIGARRAY_DATA * WORD) >>> 2]!;
        const words = m.u32[(bigarray + BIGARRAY_DIM0 * WORD) >>> 2]! >>> 2;
        const code = new Int32Array(words + TAIL);
        new Uint8Array(code.buffer).set(m.u8.subarray(data, data + words * 4));
        const body = code.subarray(0, words + RETURN_1.length);
        body.set(RETURN_1, words);
        code.set(entryCode(engine, verifyLoaded(engine, body), body.length), body.length);
        const fragment = engine.code.load(code, engine.primitives.namesByIndex(), 1);
        try {
          if (!m.isInt(a, 1)) engine.debugInfo.addEvents(m, fragment, m.block(a, 1));
          if (m.field(a, 2) !== Val.none) {
            fragment.digest = m.bytes(m.block(m.block(a, 2), 0));
            failing(engine, () => engine.attachNative?.(fragment));
          }
        } catch (e) {
          forget(engine, fragment);
          throw e;
        }
        m.pushRoot(engine.codeClosure(fragment, body.length));
        const handle = m.core.alloc_small(2, TAG_ABSTRACT) >>> 0;
        m.setWord(handle, fragment.start + 1);
        m.setWord(handle + WORD, Val.int(fragment.length));
        return m.tuple(0, handle, m.popRoot());
      },
    ],
    caml_static_release_bytecode: [
      1,
      (m, a) => {
        const start = m.u32[m.block(a, 0) >>> 2]! - 1;
        const fragment = engine.code.fragmentOf(start);
        if (fragment) forget(engine, fragment);
        return Val.unit;
      },
    ],
    // In OCaml, runtime/obj.c; only the toplevel's tracing calls it, with closures.
    caml_obj_set_raw_field: [
      3,
      (m, a) => {
        const block = m.block(a, 0);
        const index = m.int(a, 1);
        const word = m.i64[(m.block(a, 2) >>> 3) + 1]!;
        if (index === 0 && isClosure(m, block)) engine.redirection.write(block, word);
        else m.i64[(block >>> 3) + index] = word;
        return Val.unit;
      },
    ],
    caml_get_current_environment: [1, (m) => m.word(CELL_ENV)],
    // Bytecode calls this through INVOKE_TRACED, which the code loader puts in its place.
    caml_invoke_traced_function: [3, (m) => m.invalidArg("Meta.invoke_traced_function")],
  });
}

/** Give code up, which nothing refers to. */
function forget(engine: Engine, fragment: CodeFragment): void {
  engine.debugInfo.remove(fragment);
  engine.code.release(fragment);
}

/** Words of stack that code run as a function needs. Raises Failure for code that the machine cannot run. */
function verifyLoaded(engine: Engine, code: Int32Array): number {
  const { machine: m, primitives } = engine;
  const { functions } = failing(engine, () =>
    verify(code, {
      globals: m.wosize(m.block(CELL_GLOBAL_DATA, 0)),
      globalSize: (index) => m.globalSize(index),
      primitives: primitives.namesByIndex(),
      arity: (name) => primitives.arity(name),
      entryHeight: 1,
    }),
  );
  return functions[0]!.maxHeight;
}

/** What `act` gives; FormatErrors are raised as Failure. */
function failing<T>({ machine }: Engine, act: () => T): T {
  try {
    return act();
  } catch (e) {
    throw e instanceof FormatError ? machine.failwith(e.message) : e;
  }
}

/** What enters code, from behind it: as much stack as the code needs is made sure of first. `at`: its own word. */
function entryCode(engine: Engine, stackWords: number, at: number): number[] {
  const ensure = engine.primitives.find(ENSURE_CAPACITY)!.index;
  const code = [opcode("CONSTINT"), stackWords, opcode("C_CALL1"), ensure, opcode("BRANCH")];
  return [...code, -(at + code.length)];
}
const TAIL = RETURN_1.length + 6;
