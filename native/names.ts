/** OCaml's names for functions, from debug data, so that profilers and traces of WebAssembly show them. */
import { unlessMalformed } from "../bytecode/formats/errors.ts";
import type { DebugEvent, UnitDebug } from "../bytecode/formats/debug.ts";

/** The events of a unit; none if they cannot be read: code runs without. */
const eventsOf = (unit: UnitDebug): readonly DebugEvent[] => unlessMalformed(() => unit.events) ?? [];

/** A unit's debug data, and where its code is, in bytes. */
export interface PlacedDebug {
  readonly debug: UnitDebug;
  readonly origin: number;
}

/** By entry the first debug event of each function that has one. */
export function firstEvents(entries: readonly number[], units: readonly PlacedDebug[]): Map<number, DebugEvent> {
  const sorted = [...entries].sort((a, b) => a - b);
  const found = new Map<number, DebugEvent>();
  for (const { debug, origin } of units) {
    let next = 0;
    for (const event of eventsOf(debug)) {
      const word = (origin + event.pos) >> 2;
      while (next < sorted.length && sorted[next]! <= word) next++;
      const entry = sorted[next - 1];
      if (entry !== undefined && !found.has(entry)) found.set(entry, event);
    }
  }
  return found;
}

/** Names by entry: of each function that has a debug event, the definition that its first event is in, made unique. */
export function functionNames(entries: readonly number[], units: readonly PlacedDebug[]): Map<number, string> {
  const used = new Set<string>();
  const names = new Map<number, string>();
  for (const [entry, { defname }] of firstEvents(entries, units)) {
    const unique = used.has(defname) ? `${defname}/${entry}` : defname;
    used.add(unique);
    names.set(entry, unique);
  }
  return names;
}

/** Name of the code of partial applications that hold so many arguments. */
export const partialName = (name: string, held: number): string => `${name}|${held}`;

/** The definition that a function's name was made of. */
export const definitionOf = (name: string): string => name.replace(/(\/\d+)?(\|\d+)?$/, "");
