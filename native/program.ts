/** A whole program as it is compiled. */
import type { CoreModule } from "../bytecode/engine.ts";
import { type BytecodeExecutable, codeWords } from "../bytecode/formats/executable.ts";
import { MarshalBlock, MarshalBoxedInt, MarshalDouble, type MarshalValue, unmarshal } from "../bytecode/formats/marshal.ts";
import { readingFile } from "../bytecode/formats/errors.ts";
import { verify } from "../bytecode/verifier.ts";
import { BOXED_DOUBLE, CUSTOM_INT32, CUSTOM_INT64, CUSTOM_NATIVEINT } from "../runtime/layout.ts";
import type { NativePrimitive } from "./module.ts";
import { functionNames } from "./names.ts";
import { type Chosen, functionSources, type NativeSource } from "./source.ts";
import type { BoxedConstant, NumberGlobals } from "./unboxing.ts";

/** The primitives that code numbers, as it will find them in a machine with this core. */
export function nativePrimitives(names: readonly string[], core: CoreModule): NativePrimitive[] {
  const inCore = new Map(core.primitives.map((primitive) => [primitive.name, primitive]));
  return names.map((name) => {
    const { arity, leaf } = inCore.get(name) ?? { arity: "n", leaf: false };
    return { name, core: inCore.has(name), arity, leaf: leaf && arity !== "n" };
  });
}

/** The boxed numbers among the constants of a program, by number of their global. */
export function numberGlobals({ data }: BytecodeExecutable): NumberGlobals {
  const { value } = unmarshal(data, 0, "DATA section");
  const globals = value instanceof MarshalBlock ? value.fields : [];
  return new Map(globals.flatMap((global, i) => {
    const constant = boxedConstant(global);
    return constant ? [[i, constant] as const] : [];
  }));
}

const CUSTOM_KINDS = { int32: CUSTOM_INT32, int64: CUSTOM_INT64, nativeint: CUSTOM_NATIVEINT } as const;

/** A boxed number, if it is one that can be written as a constant: the payloads of NaNs cannot. */
export function boxedConstant(value: MarshalValue): BoxedConstant | undefined {
  if (value instanceof MarshalBoxedInt) return { kind: CUSTOM_KINDS[value.type], value: String(value.value) };
  if (!(value instanceof MarshalDouble) || Number.isNaN(value.value)) return undefined;
  return { kind: BOXED_DOUBLE, value: value.value };
}

/** The functions of a program, or some of them. Throws FormatError for code that is not valid. */
export function programSource(program: BytecodeExecutable, core: CoreModule, chosen?: Chosen): NativeSource {
  const code = codeWords(program.code);
  const { functions } = readingFile(program.file, () => verify(code, { primitives: program.primitives }));
  const units = program.debug?.units ?? [];
  const names = functionNames(functions.map(({ entry }) => entry), units.map((debug) => ({ debug, origin: debug.origin })));
  names.set(0, "program");
  return {
    code,
    functions: functionSources(functions, names, chosen),
    primitives: nativePrimitives(program.primitives, core),
    parts: [{ start: 0, length: code.length }],
    numbers: numberGlobals(program),
  };
}
