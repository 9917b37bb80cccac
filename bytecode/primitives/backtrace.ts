/** Backtraces and callstacks as OCaml sees them (runtime/backtrace.c, backtrace_byt.c). */
import {
  BACKTRACE_SIZE,
  CELL_BACKTRACE_ACTIVE,
  CELL_BACKTRACE_BUFFER,
  CELL_BACKTRACE_EXN,
  CELL_BACKTRACE_POS,
  CELL_FIBER,
  CELL_PC,
  CELL_SEGMENT,
  CELL_SP,
  CELL_TRAP_SP,
  CODE_BIAS,
  CODE_MARK,
  FIBER_PARENT,
  FIBER_SEGMENT,
  FIBER_SP,
  FIBER_TRAP_SP,
  NATIVE_MARK,
  SEG_HIGH,
  SEG_PARENT,
  SEG_SP,
  SITE_TRACE,
  WORD,
} from "../../runtime/layout.ts";
import type { Machine } from "../../runtime/machine.ts";
import { definePrimitives, type Primitive, Val, type Value } from "../../runtime/primitives.ts";
import type { DebugInfo, Location } from "../debug-info.ts";
import { instructions, opcode } from "../instructions/table.ts";

/** A slot: the biased code address, as an OCaml integer. */
const slotValue = (address: number): Value => Val.int(address);
const RAISE = opcode("RAISE");
const RERAISE = opcode("RERAISE");

/** Biased code addresses of the last backtrace, those without debug information left out. */
export function currentBacktrace(m: Machine, debug: DebugInfo): number[] {
  const buffer = m.u32[CELL_BACKTRACE_BUFFER >>> 2]!;
  if (buffer === 0) return [];
  const length = m.u32[CELL_BACKTRACE_POS >>> 2]!;
  const slots = Array.from(m.u32.subarray(buffer >>> 2, (buffer >>> 2) + length));
  return slots.filter((pc) => debug.covers(pc + CODE_BIAS));
}

/** Whether the instruction at a biased address raises. Superinstructions never start with a RAISE. */
export function isRaise(m: Machine, pc: number): boolean {
  const op = m.u32[(pc + CODE_BIAS) >>> 2]!;
  return op < instructions.length && (op === RAISE || op === RERAISE);
}

/** Return addresses of the code that has called a primitive, from the innermost, at most `max`. */
function callstack(m: Machine, debug: DebugInfo, max: number): number[] {
  return scanStack(m, debug, [m.u32[CELL_PC >>> 2]! + 4], max);
}

/** The same where code polls: the place where it goes on comes first. */
export function stackAtPoll(m: Machine, debug: DebugInfo, max: number): number[] {
  return scanStack(m, debug, [], max);
}

function scanStack(m: Machine, debug: DebugInfo, innermost: readonly number[], max: number): number[] {
  const found = innermost.filter((pc) => debug.covers(pc + CODE_BIAS));
  let fiber = m.u32[CELL_FIBER >>> 2]!;
  let segment = m.u32[CELL_SEGMENT >>> 2]!;
  let sp = m.u32[CELL_SP >>> 2]!;
  let trap = m.u32[CELL_TRAP_SP >>> 2]!;
  for (;;) {
    scanFiber(m, debug, { segment, sp, trap }, max, found);
    fiber = m.u32[(fiber + FIBER_PARENT) >>> 2]!;
    if (fiber === 0 || found.length >= max) return found.slice(0, max);
    ({ segment, sp, trap } = suspended(m, fiber));
  }
}

interface StackPosition {
  readonly segment: number;
  readonly sp: number;
  readonly trap: number;
}

function suspended(m: Machine, fiber: number): StackPosition {
  const word = (offset: number): number => m.u32[(fiber + offset) >>> 2]!;
  return { segment: word(FIBER_SEGMENT), sp: word(FIBER_SP), trap: word(FIBER_TRAP_SP) };
}

function scanFiber(m: Machine, debug: DebugInfo, at: StackPosition, max: number, found: number[]): void {
  let { segment, sp, trap } = at;
  for (;;) {
    const high = m.u32[(segment + SEG_HIGH) >>> 2]!;
    for (; sp < high; sp += WORD) {
      const mark = m.u32[(sp + 4) >>> 2];
      if (mark !== CODE_MARK && mark !== NATIVE_MARK) continue;
      if (sp === trap) {
        trap = m.u32[(sp + WORD) >>> 2]! - 1;
        continue;
      }
      const word = m.u32[sp >>> 2]!;
      const pc = mark === CODE_MARK ? word : m.u32[(word + CODE_BIAS + SITE_TRACE) >>> 2]!;
      // Native code that calls a primitive has this call in its frame, too.
      const known = mark === NATIVE_MARK && found.length === 1 && found[0] === pc;
      if (!known && debug.covers(pc + CODE_BIAS)) found.push(pc);
      if (found.length >= max) return;
    }
    segment = m.u32[(segment + SEG_PARENT) >>> 2]!;
    if (segment === 0) return;
    sp = m.u32[(segment + SEG_SP) >>> 2]!;
  }
}

/** Printexc.raw_backtrace_slot as a Printexc.backtrace_slot. */
function convertSlot(m: Machine, debug: DebugInfo, pc: number): number {
  const where: Location | undefined = debug.find(pc + CODE_BIAS);
  const raises = Val.bool(isRaise(m, pc));
  if (!where) return m.tuple(1, raises);
  m.pushRoot(m.allocString(where.fileName));
  const defname = m.allocString(where.defname);
  return m.tuple(
    0,
    raises,
    m.popRoot(),
    Val.int(where.startLine),
    Val.int(where.startChar),
    Val.int(where.endOffset),
    Val.int(where.endLine),
    Val.int(where.endChar),
    Val.false,
    defname,
  );
}

export function backtracePrimitives(debug: DebugInfo): Primitive[] {
  const rawBacktrace = (m: Machine, slots: readonly number[]): number =>
    m.array(slots.length, (i) => slotValue(slots[i]!));
  return definePrimitives({
    caml_record_backtrace: [
      1,
      (m, a) => {
        const flag = m.int(a, 0);
        if ((flag !== 0) !== (m.i32[CELL_BACKTRACE_ACTIVE >>> 2] !== 0)) {
          m.i32[CELL_BACKTRACE_ACTIVE >>> 2] = flag;
          m.i32[CELL_BACKTRACE_POS >>> 2] = 0;
          m.setWord(CELL_BACKTRACE_EXN, Val.unit);
        }
        return Val.unit;
      },
    ],
    caml_backtrace_status: [1, (m) => Val.bool(m.i32[CELL_BACKTRACE_ACTIVE >>> 2] !== 0)],
    caml_ml_debug_info_status: [1, () => Val.int(0)],
    caml_get_exception_raw_backtrace: [
      1,
      (m) => rawBacktrace(m, m.i32[CELL_BACKTRACE_ACTIVE >>> 2] ? currentBacktrace(m, debug) : []),
    ],
    caml_restore_raw_backtrace: [
      2,
      (m, a) => {
        m.setWord(CELL_BACKTRACE_EXN, m.field(a, 0));
        const slots = m.block(a, 1);
        const length = Math.min(m.wosize(slots), BACKTRACE_SIZE);
        let buffer = m.u32[CELL_BACKTRACE_BUFFER >>> 2]!;
        if (buffer === 0 && length > 0) {
          buffer = m.core.mem_alloc(BACKTRACE_SIZE * 4) >>> 0;
          m.u32[CELL_BACKTRACE_BUFFER >>> 2] = buffer;
        }
        for (let i = 0; i < length; i++) m.u32[(buffer >>> 2) + i] = m.int(slots, i);
        m.i32[CELL_BACKTRACE_POS >>> 2] = length;
        return Val.unit;
      },
    ],
    caml_convert_raw_backtrace_slot: [
      1,
      (m, a) => {
        return convertSlot(m, debug, m.int(a, 0));
      },
    ],
    caml_convert_raw_backtrace: [
      1,
      (m, a) => {
        return m.array(m.wosize(m.block(a, 0)), (i) => convertSlot(m, debug, m.int(m.block(a, 0), i)));
      },
    ],
    caml_raw_backtrace_length: [1, (m, a) => Val.int(m.wosize(m.block(a, 0)))],
    caml_raw_backtrace_slot: [
      2,
      (m, a) => {
        const i = m.int(a, 1);
        if (i < 0 || i >= m.wosize(m.block(a, 0))) {
          m.invalidArg("Printexc.get_raw_backtrace_slot: index out of bounds");
        }
        return m.field(m.block(a, 0), i);
      },
    ],
    // Nothing is inlined: a slot is one location.
    caml_raw_backtrace_next_slot: [1, () => Val.none],
    caml_get_exception_backtrace: [
      1,
      (m) => {
        const slots = m.i32[CELL_BACKTRACE_ACTIVE >>> 2] ? currentBacktrace(m, debug) : [];
        return m.some(m.array(slots.length, (i) => convertSlot(m, debug, slots[i]!)));
      },
    ],
    caml_get_current_callstack: [1, (m, a) => rawBacktrace(m, callstack(m, debug, m.int(a, 0)))],
    caml_get_continuation_callstack: [
      2,
      (m, a) => {
        const max = m.int(a, 1);
        const found: number[] = [];
        let fiber = m.u32[m.block(a, 0) >>> 2]! & ~1;
        while (fiber !== 0 && found.length < max) {
          scanFiber(m, debug, suspended(m, fiber), max, found);
          fiber = m.u32[(fiber + FIBER_PARENT) >>> 2]!;
        }
        return rawBacktrace(m, found);
      },
    ],
  });
}
