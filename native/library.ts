/** Units that are linked when they are loaded, those of a .cmo or .cma, as they are compiled. */
import type { CoreModule } from "../bytecode/engine.ts";
import { RETURN_1 } from "../bytecode/code.ts";
import { codeWords } from "../bytecode/formats/executable.ts";
import { readUnitDebug } from "../bytecode/formats/debug.ts";
import type { CompilationUnit, Reloc } from "../bytecode/formats/unit.ts";
import { verify } from "../bytecode/verifier.ts";
import type { NativePart } from "./code.ts";
import { functionNames } from "./names.ts";
import { boxedConstant, nativePrimitives } from "./program.ts";
import { type Chosen, functionSources, type NativeSource } from "./source.ts";
import type { BoxedConstant } from "./unboxing.ts";

/**
 * Units that are linked in this order. They know nothing of each other: who links them may have put other units of
 * their names between them. Throws FormatError for code that is not valid.
 */
export function unitsSource(units: readonly CompilationUnit[], core: CoreModule, chosen?: Chosen): NativeSource {
  const numbering = new Numbering();
  const parts: NativePart[] = [];
  const codes: Int32Array[] = [];
  let start = 0;
  for (const unit of units) {
    const words = numbering.number(unit, start);
    const code = new Int32Array(words.length + RETURN_1.length);
    code.set(words);
    code.set(RETURN_1, words.length);
    codes.push(code);
    parts.push({ start, length: code.length });
    start += code.length;
  }
  const { primitives, globalWords, numbers } = numbering;
  const functions = codes.flatMap((code, i) =>
    verify(code, { globals: globalWords.length, primitives, entryHeight: 1 }).functions.map((fn) => {
      return { ...fn, entry: fn.entry + parts[i]!.start };
    }),
  );
  const names = functionNames(functions.map(({ entry }) => entry), units.flatMap(({ name, debug }, i) =>
    debug === undefined ? [] : [{ debug: readUnitDebug(debug, name), origin: 4 * parts[i]!.start }],
  ));
  const all = new Int32Array(start);
  codes.forEach((code, i) => all.set(code, parts[i]!.start));
  return {
    code: all,
    functions: functionSources(functions, names, chosen),
    primitives: nativePrimitives(primitives, core),
    parts,
    globalWords: Int32Array.from(globalWords),
    numbers,
  };
}

/** Numbers for the globals and primitives that units refer to. */
class Numbering {
  readonly primitives: string[] = [];
  /** For each global one of the words that refer to it. */
  readonly globalWords: number[] = [];
  /** The boxed numbers among the constants, by number of their global. */
  readonly numbers = new Map<number, BoxedConstant>();

  /** The code of a unit, which is to start at word `start`, with numbers in it. */
  number(unit: CompilationUnit, start: number): Int32Array {
    const words = codeWords(unit.code);
    const globals = new Map<string, number>();
    for (const reloc of unit.relocs) {
      const word = reloc.pos >> 2;
      words[word] = reloc.kind === "primitive" ? this.primitive(reloc.name) : this.global(reloc, start + word, globals);
    }
    return words;
  }

  private primitive(name: string): number {
    const known = this.primitives.indexOf(name);
    return known >= 0 ? known : this.primitives.push(name) - 1;
  }

  private global(reloc: Exclude<Reloc, { kind: "primitive" }>, word: number, known: Map<string, number>): number {
    const key = reloc.kind === "literal" ? undefined : `${reloc.kind === "getpredef" ? "exception" : "unit"} ${reloc.name}`;
    const number = (key !== undefined ? known.get(key) : undefined) ?? this.globalWords.push(word) - 1;
    if (key !== undefined) known.set(key, number);
    const constant = reloc.kind === "literal" ? boxedConstant(reloc.value) : undefined;
    if (constant) this.numbers.set(number, constant);
    return number;
  }
}
