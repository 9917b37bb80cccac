/** OCAMLRUNPARAM (runtime/startup_aux.c: caml_parse_ocamlrunparam). */

export interface RuntimeParameters {
  /** b: record backtraces. */
  readonly backtrace: boolean;
  /** d: largest number of domains at a time. */
  readonly maxDomains: number;
  /** l: largest stack of a fiber, in words. */
  readonly maxStackWords: number;
  /** s: minor heap, in words. */
  readonly minorHeapWords: number;
  /** o: space_overhead. */
  readonly spaceOverhead: number;
  /** p: trace the parsing automata of ocamlyacc. */
  readonly parserTrace: boolean;
  /** v: GC messages. */
  readonly verbose: number;
  /** V: check the heap after each collection. */
  readonly verifyHeap: boolean;
}

export const defaultParameters: RuntimeParameters = {
  backtrace: false,
  maxDomains: 128,
  maxStackWords: 128 * 1024 * 1024,
  minorHeapWords: 256 * 1024,
  spaceOverhead: 120,
  parserTrace: false,
  verbose: 0,
  verifyHeap: false,
};

const MULTIPLIERS: Readonly<Record<string, number>> = { k: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** `=64k`, `=0x40` or nothing, which means 1. */
function quantity(text: string): number | undefined {
  const match = /^=(0x[0-9a-fA-F]+|\d+)([kMG]?)/.exec(text);
  if (!match) return text.startsWith("=") ? undefined : 1;
  return Number(match[1]) * (MULTIPLIERS[match[2]!] ?? 1);
}

/** The parameters that a value of OCAMLRUNPARAM sets; what OCaml would ignore is ignored. */
export function parseParameters(text: string | undefined): RuntimeParameters {
  let result = defaultParameters;
  for (const item of (text ?? "").split(",")) {
    const n = quantity(item.slice(1));
    if (n === undefined) continue;
    switch (item[0]) {
      case "b":
        result = { ...result, backtrace: n !== 0 };
        break;
      case "d":
        result = { ...result, maxDomains: n };
        break;
      case "l":
        result = { ...result, maxStackWords: n };
        break;
      case "s":
        result = { ...result, minorHeapWords: n };
        break;
      case "o":
        result = { ...result, spaceOverhead: n };
        break;
      case "p":
        result = { ...result, parserTrace: n !== 0 };
        break;
      case "v":
        result = { ...result, verbose: n };
        break;
      case "V":
        result = { ...result, verifyHeap: n !== 0 };
        break;
    }
  }
  return result;
}
