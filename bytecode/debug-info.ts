/** Debug information of the code in memory: source locations by code address (runtime/backtrace_byt.c). */
import type { Machine } from "../runtime/machine.ts";
import type { CodeFragment } from "./code.ts";
import { compareEvents, findEvent, type Place, type ProgramDebug } from "./formats/debug.ts";

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
   * Instruct.debug_event. They are read now, since the collector may move them.
   */
  addEvents(m: Machine, fragment: CodeFragment, events: number): void {
    const found: (Location & Place)[] = [];
    for (let i = 0; i < m.wosize(events); i++) {
      for (let list = m.block(events, i); list % 2 === 0; list = m.block(list, 1)) {
        const event = m.block(list, 0);
        const loc = m.block(event, EV_LOC);
        const start = m.block(loc, 0);
        const end = m.block(loc, 1);
        const startOfLine = m.int(start, POS_BOL);
        found.push({
          pos: m.int(event, EV_POS),
          fileName: m.utf8(m.block(start, POS_FNAME)),
          defname: m.utf8(m.block(event, EV_DEFNAME)),
          startLine: m.int(start, POS_LNUM),
          startChar: m.int(start, POS_CNUM) - startOfLine,
          endLine: m.int(end, POS_LNUM),
          endChar: m.int(end, POS_CNUM) - m.int(end, POS_BOL),
          endOffset: m.int(end, POS_CNUM) - startOfLine,
        });
      }
    }
    found.sort(compareEvents);
    this.entries.push({ fragment, find: (pos) => findEvent(found, pos) });
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

// Fields of Instruct.debug_event and Lexing.position.
const EV_POS = 0;
const EV_LOC = 2;
const EV_DEFNAME = 4;
const POS_FNAME = 0;
const POS_LNUM = 1;
const POS_BOL = 2;
const POS_CNUM = 3;
