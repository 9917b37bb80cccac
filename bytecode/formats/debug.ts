/**
 * Debug events: the debug data of units and the DBUG section of executables, as far as backtraces need them
 * (runtime/backtrace_byt.c). Everything is decoded on demand, one unit at a time: the events of a large program also hold
 * typing environments and are many times larger than its code.
 *
 *     unit   marshalled event list | marshalled list of directories
 *     DBUG   count | for each unit: offset of its code | event list | list of directories
 */
import { FormatError } from "./errors.ts";
import { MarshalBlock, type MarshalValue, readMarshalHeader, unmarshal } from "./marshal.ts";
import { asBlock, asInt, asList, asName } from "./shapes.ts";

/** A source location attached to a place in the code: struct ev_info of runtime/backtrace_byt.c, and the event's kind. */
export interface DebugEvent {
  /** Byte offset in the code (of the unit, or of the whole program in an executable). */
  pos: number;
  /** Name of the module that the code belongs to. */
  module: string;
  kind: "before" | "after" | "pseudo";
  /** Enclosing definition, such as `Stdlib.List.map`. */
  defname: string;
  fileName: string;
  startLine: number;
  startChar: number;
  endLine: number;
  endChar: number;
  /** Characters from the start of the first line to the end of the location. */
  endOffset: number;
  /** The location was made up by the compiler. */
  ghost: boolean;
}

/** The debug data of one compilation unit. */
export class UnitDebug {
  /** Byte offset of the unit's code in the program; 0 for a .cmo or .cma. */
  readonly origin: number;
  readonly #bytes: Uint8Array;
  readonly #place: string;
  #events: DebugEvent[] | undefined;
  #dirs: string[] | undefined;

  constructor(bytes: Uint8Array, origin: number, place: string) {
    this.#bytes = bytes;
    this.origin = origin;
    this.#place = place;
  }

  /** The events, sorted as the runtime sorts them, positions relative to `origin`. @throws FormatError */
  get events(): DebugEvent[] {
    this.#events ??= decodeEvents(this.#bytes, this.#place).sort(compareEvents);
    return this.#events;
  }

  /** Absolute directories that relative file names may be relative to. @throws FormatError */
  get directories(): string[] {
    if (this.#dirs === undefined) {
      const { headerLength, dataLength } = readMarshalHeader(this.#bytes, 0, this.#place);
      const place = `${this.#place}, directories`;
      const { value } = unmarshal(this.#bytes, headerLength + dataLength, place);
      this.#dirs = asList(value, this.#bytes.length, place).map((dir) => asName(dir, place));
    }
    return this.#dirs;
  }

  /** Decode everything now. @throws FormatError */
  decode(): void {
    void this.events;
    void this.directories;
  }

  /** The event for a byte offset in the program's code, if there is one. @throws FormatError */
  find(pos: number): DebugEvent | undefined {
    return findEvent(this.events, pos - this.origin);
  }
}

/** The debug data of a program: its units by ascending origin. */
export class ProgramDebug {
  readonly units: UnitDebug[];

  constructor(units: UnitDebug[]) {
    this.units = [...units].sort((a, b) => a.origin - b.origin);
  }

  /** The event for a byte offset in the program's code; decodes only the unit that holds it. @throws FormatError */
  find(pos: number): DebugEvent | undefined {
    let low = 0;
    let high = this.units.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.units[middle]!.origin <= pos) low = middle + 1;
      else high = middle;
    }
    return this.units[low - 1]?.find(pos);
  }
}

/** The debug data of a unit (unit.ts: CompilationUnit.debug); `origin` is where the linker put its code, in bytes. */
export function readUnitDebug(bytes: Uint8Array, unitName: string, origin = 0): UnitDebug {
  return new UnitDebug(bytes, origin, `debug data of ${unitName}`);
}

/** Splits a DBUG section into its units without reading their events. @throws FormatError */
export function readProgramDebug(section: Uint8Array): ProgramDebug {
  const place = "DBUG section";
  const view = new DataView(section.buffer, section.byteOffset, section.byteLength);
  let pos = 0;
  const word = (): number => {
    if (pos + 4 > section.length)
      throw new FormatError("truncated", `${place}, byte ${pos}`, "the section ends early");
    pos += 4;
    return view.getUint32(pos - 4);
  };
  const skipValue = (): void => {
    const { headerLength, dataLength } = readMarshalHeader(section, pos, place);
    pos += headerLength + dataLength;
  };
  const units: UnitDebug[] = [];
  const count = word();
  for (let i = 0; i < count; i++) {
    const origin = word();
    const from = pos;
    skipValue();
    skipValue();
    units.push(new UnitDebug(section.subarray(from, pos), origin, `${place}, unit at code byte ${origin}`));
  }
  return new ProgramDebug(units);
}

const KINDS = ["before", "pseudo"] as const;

function decodeEvents(bytes: Uint8Array, place: string): DebugEvent[] {
  const { value, end } = unmarshal(bytes, 0, place);
  // The list may have been compressed, but each event still takes a byte of the data it came from.
  const max = Math.max(end, readMarshalHeader(bytes, 0, place).uncompressedLength);
  const nameCache = new Map<MarshalValue, string>();
  const name = (v: MarshalValue | undefined): string => {
    let text = v === undefined ? undefined : nameCache.get(v);
    if (text === undefined) {
      text = asName(v, place);
      nameCache.set(v!, text);
    }
    return text;
  };
  return asList(value, max, place).map((cell) => {
    const event = asBlock(cell, 0, 11, place);
    const [locStart, locEnd, ghost] = asBlock(event[2], 0, 3, place);
    const start = asBlock(locStart, 0, 4, place);
    const stop = asBlock(locEnd, 0, 4, place);
    const int = (v: MarshalValue | undefined): number => asInt(v, -0x80000000, 0x7fffffff, place);
    const bol = int(start[2]);
    const kind = event[3];
    return {
      pos: asInt(event[0], 0, 0x7fffffff, place),
      module: name(event[1]),
      kind: kind instanceof MarshalBlock ? "after" : KINDS[asInt(kind, 0, 1, place)]!,
      defname: name(event[4]),
      fileName: name(start[0]),
      startLine: int(start[1]),
      startChar: int(start[3]) - bol,
      endLine: int(stop[1]),
      endChar: int(stop[3]) - int(stop[2]),
      endOffset: int(stop[3]) - bol,
      ghost: ghost === 1,
    };
  });
}

/** What finding an event takes. */
export type Place = Pick<DebugEvent, "pos" | "startLine" | "startChar" | "endOffset">;

/** The order in which the runtime has events (backtrace_byt.c: cmp_ev_info). */
export function compareEvents(a: Place, b: Place): number {
  return a.pos - b.pos || a.startLine - b.startLine || a.startChar - b.startChar || a.endOffset - b.endOffset;
}

/**
 * The event for a byte offset among sorted events (event_for_location). An event one word later is accepted, because
 * ocamlc may move events past a PUSH.
 */
export function findEvent<E extends Place>(events: readonly E[], pos: number): E | undefined {
  let low = 0;
  let high = events.length;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (pos < events[middle]!.pos) high = middle;
    else low = middle;
  }
  return [events[low], events[low + 1]].find((event) => event && (event.pos === pos || event.pos === pos + 4));
}
