/** Native code for a whole program. This takes binaryen, which is slow to load: import it only where code is compiled. */
import type { CoreModule } from "../bytecode/engine.ts";
import { type BytecodeExecutable, codeWords } from "../bytecode/formats/executable.ts";
import { MarshalBlock, MarshalDouble, unmarshal } from "../bytecode/formats/marshal.ts";
import { readingFile } from "../bytecode/formats/errors.ts";
import { verify } from "../bytecode/verifier.ts";
import type { NativeCode } from "./code.ts";
import type { NativePrimitive } from "./module.ts";
import { compileNative } from "./unit.ts";

/** The primitives that code numbers, as it will find them in a machine with this core. */
function nativePrimitives(names: readonly string[], core: CoreModule): NativePrimitive[] {
  const inCore = new Map(core.primitives.map((primitive) => [primitive.name, primitive]));
  return names.map((name) => ({ name, core: inCore.has(name), arity: inCore.get(name)?.arity ?? "n" }));
}

/** The boxed floats among the constants of a program, by number of their global. */
function floatGlobals({ data }: BytecodeExecutable): Map<number, number> {
  const { value } = unmarshal(data, 0, "DATA section");
  const globals = value instanceof MarshalBlock ? value.fields : [];
  return new Map(
    globals.flatMap((global, i) => (global instanceof MarshalDouble && !Number.isNaN(global.value) ? [[i, global.value]] : [])),
  );
}

/** Compile all functions of a program. Throws FormatError for code that is not valid. */
export function compileProgram(program: BytecodeExecutable, core: CoreModule): NativeCode {
  const code = codeWords(program.code);
  const { functions } = readingFile(program.file, () => verify(code, { primitives: program.primitives }));
  return compileNative(code, functions, nativePrimitives(program.primitives, core), { floats: floatGlobals(program) });
}
