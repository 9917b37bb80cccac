/** OCaml's names for functions, from debug data, so that profilers and traces of WebAssembly show them. */
import { FormatError } from "../bytecode/formats/errors.ts";
import type { DebugEvent, UnitDebug } from "../bytecode/formats/debug.ts";

/** The events of a unit; none if they cannot be read: code runs without. */
function eventsOf(unit: UnitDebug): readonly DebugEvent[] {
  try {
    return unit.events;
  } catch (e) {
    if (e instanceof FormatError) return [];
    throw e;
  }
}

/**
 * Names by entry: of each function that has a debug event, the definition that its first event is in, made unique. `origin`:
 * where a unit's code is, in bytes.
 */
export function functionNames(
  entries: readonly number[],
  units: readonly { readonly debug: UnitDebug; readonly origin: number }[],
): Map<number, string> {
  const sorted = [...entries].sort((a, b) => a - b);
  const found = new Map<number, string>();
  for (const { debug, origin } of units) {
    let next = 0;
    for (const { pos, defname } of eventsOf(debug)) {
      const word = (origin + pos) >> 2;
      while (next < sorted.length && sorted[next]! <= word) next++;
      const entry = sorted[next - 1];
      if (entry !== undefined && !found.has(entry)) found.set(entry, defname);
    }
  }
  const used = new Set<string>();
  for (const [entry, name] of found) {
    const unique = used.has(name) ? `${name}/${entry}` : name;
    used.add(unique);
    found.set(entry, unique);
  }
  return found;
}
