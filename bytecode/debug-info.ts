/** Debug information of the code in memory: source locations by code address (runtime/backtrace_byt.c). */
import { TAG_STRING } from "../runtime/layout.ts";
import type { Machine } from "../runtime/machine.ts";
import type { CodeFragment } from "./code.ts";
import { compareEvents, findEvent, type Place, type ProgramDebug, readUnitDebug, type UnitDebug } from "./formats/debug.ts";
import { unlessMalformed } from "./formats/errors.ts";

export interface Location {
  readonly fileName: string;
  readonly defname: string;
  readonly startLine: number;
  readonly startChar: number;
  readonly endLine: number;
  readonly endChar: number;
  /** End, counted from the start of the first line. */
  readonly endOffset: number;
}

/** Finds the location for a byte offset of a fragment. */
type Finder = (pos: number) => Location | undefined;

interface Entry {
  readonly fragment: CodeFragment;
  readonly find: Finder;
}

export class DebugInfo {
  private readonly entries: Entry[] = [];

  /** A program's code, with the locations of its DBUG section if it has one: without, they are unknown. */
  addProgram(fragment: CodeFragment, debug: ProgramDebug | undefined): void {
    this.entries.push({ fragment, find: (pos) => debug?.find(pos) });
  }

  /**
   * Locations of code made by the program itself: `events` is the address of an OCaml array of lists of
   * Instruct.debug_event, which are read now, since the collector may move them, or of such lists as they are marshalled, which are
   * read when they are needed. Raises Failure when they are something else.
   */
  addEvents(m: Machine, fragment: CodeFragment, events: number): void {
    const found: (Location & Place)[] = [];
    const marshalled: UnitDebug[] = [];
    let left = MAX_EVENTS_PER_WORD * fragment.original.length;
    for (let i = 0; i < m.wosize(events); i++) {
      if (isString(m, events, i)) {
        marshalled.push(readUnitDebug(m.bytes(m.block(events, i)), "a unit"));
        continue;
      }
      for (let p = events, k = i; !m.isInt(p, k); k = 1) {
        if (left-- === 0) malformed(m);
        p = blockAt(m, p, k, 2);
        found.push(readEvent(m, blockAt(m, p, 0, EVENT_SIZE)));
      }
    }
    found.sort(compareEvents);
    const find: Finder = (pos) => findEvent(found, pos) ?? marshalled.map((unit) => locationIn(unit, pos)).find((location) => location);
    this.entries.push({ fragment, find });
  }

  remove(fragment: CodeFragment): void {
    const i = this.entries.findIndex((e) => e.fragment === fragment);
    if (i >= 0) this.entries.splice(i, 1);
  }

  /** Whether the code at this (real) address counts in backtraces: not that which was added without any information. */
  covers(address: number): boolean {
    return this.entryOf(address) !== undefined;
  }

  /** Where the instruction at a real code address comes from. */
  find(address: number): Location | undefined {
    const entry = this.entryOf(address);
    if (!entry) return undefined;
    return entry.find(address - entry.fragment.start);
  }

  private entryOf(address: number): Entry | undefined {
    return this.entries.find(({ fragment: f }) => address >= f.start && address < f.start + f.length);
  }
}

/** Where a unit's debug data, unless they are damaged, say that the code at a byte offset comes from. */
const locationIn = (unit: UnitDebug, pos: number): Location | undefined => unlessMalformed(() => unit.find(pos));

/** More events than that are not the compiler's. */
const MAX_EVENTS_PER_WORD = 64;

// Fields of Instruct.debug_event, Location.t and Lexing.position.
const EVENT_SIZE = 11;
const EV_POS = 0;
const EV_LOC = 2;
const EV_DEFNAME = 4;
const LOCATION_SIZE = 3;
const POSITION_SIZE = 4;
const POS_FNAME = 0;
const POS_LNUM = 1;
const POS_BOL = 2;
const POS_CNUM = 3;

function malformed(m: Machine): never {
  return m.failwith("the debug events of a unit are damaged: compile it again");
}

/** Slot i, which must hold a block with that many values. */
function blockAt(m: Machine, p: number, i: number, size: number): number {
  if (m.isInt(p, i)) malformed(m);
  const block = m.block(p, i);
  return m.tag(block) === 0 && m.wosize(block) === size ? block : malformed(m);
}

const isString = (m: Machine, p: number, i: number): boolean => !m.isInt(p, i) && m.tag(m.block(p, i)) === TAG_STRING;

function nameAt(m: Machine, p: number, i: number): string {
  return isString(m, p, i) ? m.utf8(m.block(p, i)) : malformed(m);
}

function intAt(m: Machine, p: number, i: number): number {
  return m.isInt(p, i) ? m.int(p, i) : malformed(m);
}

function readEvent(m: Machine, event: number): Location & Place {
  const loc = blockAt(m, event, EV_LOC, LOCATION_SIZE);
  const start = blockAt(m, loc, 0, POSITION_SIZE);
  const end = blockAt(m, loc, 1, POSITION_SIZE);
  const startOfLine = intAt(m, start, POS_BOL);
  return {
    pos: intAt(m, event, EV_POS),
    fileName: nameAt(m, start, POS_FNAME),
    defname: nameAt(m, event, EV_DEFNAME),
    startLine: intAt(m, start, POS_LNUM),
    startChar: intAt(m, start, POS_CNUM) - startOfLine,
    endLine: intAt(m, end, POS_LNUM),
    endChar: intAt(m, end, POS_CNUM) - intAt(m, end, POS_BOL),
    endOffset: intAt(m, end, POS_CNUM) - startOfLine,
  };
}
