/** Which function an address of code is in. */
import { bisectRight } from "d3-array";
import { codeWords, type BytecodeExecutable } from "../../bytecode/formats/executable.ts";
import { verify } from "../../bytecode/verifier.ts";
import type { LoadedProgram } from "../../loader/program.ts";
import { opcode } from "../../bytecode/instructions/table.ts";
import { firstEvents } from "../../native/names.ts";

/** A function of OCaml. */
export interface OcamlFunction {
  /** As in backtraces: `Stdlib__List.map`. */
  readonly name: string;
  readonly file: string;
  /** Of the first place in it that is known, from 1; 0: none is. */
  readonly line: number;
}

const UNKNOWN: OcamlFunction = { name: "(code without debug information)", file: "", line: 0 };

export class Functions {
  private readonly loaded: LoadedProgram;
  /** Words where functions of the program start, in their order. */
  private readonly entries: readonly number[];
  private readonly byEntry = new Map<number, OcamlFunction>();
  /** By name and file, so that the same is the same. */
  private readonly known = new Map<string, OcamlFunction>();

  constructor(program: BytecodeExecutable, loaded: LoadedProgram) {
    this.loaded = loaded;
    const code = codeWords(program.code);
    const units = program.debug?.units ?? [];
    const { functions } = verify(code, { primitives: program.primitives });
    const tops = units.map(({ origin }) => topLevel(code, origin >> 2));
    this.entries = [...new Set([...functions.map(({ entry }) => entry), ...tops])].sort((a, b) => a - b);
    const placed = units.map((debug) => ({ debug, origin: debug.origin }));
    const events = firstEvents(this.entries, placed);
    const modules = firstEvents(units.map(({ origin }) => origin >> 2), placed);
    let unit = "";
    let next = 0;
    for (const entry of this.entries) {
      const event = events.get(entry);
      for (; next < units.length && units[next]!.origin >> 2 <= entry; next++) unit = modules.get(units[next]!.origin >> 2)?.module ?? "";
      // Functions that call nothing have no debug events. They are where others of their unit are.
      const name = event?.defname ?? `${unit}.(function without calls)`;
      this.byEntry.set(entry, this.unique({ name, file: event?.fileName ?? "", line: event?.startLine ?? 0 }));
    }
  }

  /** The function that the instruction at a real code address is in. */
  at(address: number): OcamlFunction {
    const { fragment, engine } = this.loaded;
    const word = (address - fragment.start) >> 2;
    if (word >= 0 && word < fragment.original.length) return this.ofEntry(this.entries[bisectRight(this.entries, word) - 1]!);
    const where = engine.debugInfo.find(address);
    return where ? this.unique({ name: where.defname, file: where.fileName, line: where.startLine }) : UNKNOWN;
  }

  /** The function that starts at a word of the program. */
  ofEntry(entry: number): OcamlFunction {
    return this.byEntry.get(entry) ?? UNKNOWN;
  }

  private unique(of: OcamlFunction): OcamlFunction {
    const key = `${of.name}\0${of.file}`;
    const found = this.known.get(key) ?? of;
    this.known.set(key, found);
    return found;
  }
}

/** Where the code that initialises a unit starts: at the unit's beginning is a jump over its functions. */
function topLevel(code: Int32Array, start: number): number {
  return code[start] === opcode("BRANCH") ? start + 1 + code[start + 1]! : start;
}
