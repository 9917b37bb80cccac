/** Running a bytecode executable (runtime/startup_byt.c). */
import { CELL_GLOBAL_DATA } from "../runtime/layout.ts";
import type { CodeFragment } from "../bytecode/code.ts";
import type { Engine } from "../bytecode/engine.ts";
import { type BytecodeExecutable, codeWords } from "../bytecode/formats/executable.ts";

/** Load an executable into a fresh engine: its globals and its code. The address of its first instruction. */
export function loadProgram(engine: Engine, program: BytecodeExecutable): CodeFragment {
  const fragment = engine.code.load(codeWords(program.code), program.primitives, 0);
  const m = engine.machine;
  const data = program.data;
  const buffer = m.core.mem_alloc(data.length) >>> 0;
  m.u8.set(data, buffer);
  const globals = m.core.intern_for_host(buffer, data.length) >>> 0;
  m.core.mem_free(buffer);
  m.setWord(CELL_GLOBAL_DATA, globals);
  return fragment;
}
