/** Recording backtraces (runtime/backtrace_byt.c: caml_stash_backtrace). Decoding them is the host's business. */
import {
  BACKTRACE_SIZE,
  CELL_ACCU,
  CELL_BACKTRACE_ACTIVE,
  CELL_BACKTRACE_BUFFER,
  CELL_BACKTRACE_END,
  CELL_BACKTRACE_EXN,
  CELL_BACKTRACE_POS,
  CELL_EXN,
  CELL_SP,
  CELL_TRAP_SP,
  CODE_BIAS,
  CODE_MARK,
  NATIVE_MARK,
  SITE_TRACE,
  SITE_TRAP,
  WORD,
} from "../layout";
import { memAlloc } from "./gc/malloc";
import { value } from "./values";

/**
 * Append to the backtrace buffer `pc` (0: nothing) and the return addresses between the stack pointer and the innermost
 * trap, starting anew unless exception CELL_ACCU is raised again.
 */
export function stash_backtrace(pc: usize, reraise: i32): void {
  const exn = load<value>(CELL_ACCU);
  let pos = load<i32>(CELL_BACKTRACE_POS);
  if (!reraise || exn != load<value>(CELL_BACKTRACE_EXN)) {
    pos = 0;
    store<value>(CELL_BACKTRACE_EXN, exn);
  }
  let buffer = load<usize>(CELL_BACKTRACE_BUFFER);
  if (!buffer) {
    buffer = memAlloc(BACKTRACE_SIZE * 4);
    if (!buffer) return;
    store<usize>(CELL_BACKTRACE_BUFFER, buffer);
  }
  if (pc && pos < BACKTRACE_SIZE) store<usize>(buffer + (<usize>(pos++) << 2), pc);
  const end = load<usize>(CELL_TRAP_SP);
  for (let sp = load<usize>(CELL_SP); sp < end && pos < BACKTRACE_SIZE; sp += WORD) {
    const mark = load<i32>(sp, 4);
    if (mark == CODE_MARK) {
      store<usize>(buffer + (<usize>(pos++) << 2), load<usize>(sp));
    } else if (mark == NATIVE_MARK) {
      const site = load<usize>(sp) + CODE_BIAS;
      store<usize>(buffer + (<usize>(pos++) << 2), load<usize>(site, SITE_TRACE));
      if (load<i32>(site, SITE_TRAP)) break; // the exception goes no further yet
    }
  }
  store<i32>(CELL_BACKTRACE_POS, pos);
  store<usize>(CELL_BACKTRACE_END, end);
}

/**
 * The exception in CELL_EXN, which nothing up to `trap` has caught, goes on to native code with its frame at sp: its
 * backtrace goes on, if it has one.
 */
export function continueBacktrace(trap: usize, sp: usize): void {
  const exn = load<value>(CELL_EXN);
  if (!load<i32>(CELL_BACKTRACE_ACTIVE) || exn != load<value>(CELL_BACKTRACE_EXN)) return;
  if (load<usize>(CELL_BACKTRACE_END) != trap) return;
  store<value>(CELL_ACCU, exn);
  store<usize>(CELL_SP, sp);
  stash_backtrace(0, 1);
}
