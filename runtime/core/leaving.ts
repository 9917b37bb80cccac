/**
 * Leaving native code: every native function on the engine's stack returns 0, with CELL_EXN = 0, up to where the interpreter was
 * entered. Their frames stay on the stack; those that catch exceptions link their traps into the chain on the way.
 */
import {
  CELL_ACCU,
  CELL_ENV,
  CELL_EXN,
  CELL_LEAVING_EXIT,
  CELL_LEAVING_LINK,
  CELL_LEAVING_TOP,
  CELL_LEAVING_TRAP,
  CELL_SP,
  CELL_STACK_LIMIT,
  CELL_TRAP_SP,
  CODE_BIAS,
  EXIT_LEFT,
  SITE_PC,
  WORD,
} from "../layout";
import { pushInterpretation, pushState } from "./callback";
import { expand } from "./expansion";
import { raiseStackOverflow } from "./fail";
import { stack_grow } from "./stack";
import { UNIT, value } from "./values";

/** Native frames are left from here on because of `exit`; their traps are linked into the running fiber's chain. */
export function startLeaving(exit: i32): void {
  store<i32>(CELL_LEAVING_EXIT, exit);
  store<usize>(CELL_LEAVING_LINK, 0);
  store<usize>(CELL_LEAVING_TRAP, load<usize>(CELL_TRAP_SP));
  store<usize>(CELL_LEAVING_TOP, CELL_TRAP_SP);
  store<value>(CELL_EXN, 0);
}

/** All native frames up to where the interpreter was entered have been left: the chain of their traps goes on as it did before. */
export function endLeaving(): void {
  const link = load<usize>(CELL_LEAVING_LINK);
  if (link) store<value>(link, load<value>(CELL_LEAVING_TRAP) | 1);
}

/** Native frames further out are left as well: they are outside of a trap of the stack's own, which is in the chain. */
export function continueLeaving(trap: usize): void {
  store<usize>(CELL_LEAVING_LINK, trap + WORD);
  store<usize>(CELL_LEAVING_TRAP, load<usize>(trap + WORD) & ~1);
}

/** The innermost native frame, at sp, is left because of `exit`: the interpreter's state there is pushed. 0. */
export function leave_native(sp: usize, exit: i32): value {
  startLeaving(exit);
  const site = load<usize>(sp) + CODE_BIAS;
  // The registers are those of the interpreter when it was left, and may be of blocks that have moved.
  store<usize>(CELL_SP, sp);
  store<value>(CELL_ACCU, UNIT);
  expand(site, sp, 0);
  pushState(load<usize>(site, SITE_PC), load<value>(CELL_ENV), 0, load<value>(CELL_ACCU));
  return 0;
}

/**
 * The same before the first instruction of f, applied to the `nargs` words below sp; the stack grows as for every function
 * that the interpreter enters. 0.
 */
export function leave_at_entry(f: value, nargs: i32, sp: usize): value {
  startLeaving(EXIT_LEFT);
  store<usize>(CELL_SP, sp - <usize>nargs * WORD);
  if (load<usize>(CELL_SP) < load<usize>(CELL_STACK_LIMIT)) {
    if (!stack_grow(nargs, 0)) return raiseStackOverflow();
    store<usize>(CELL_LEAVING_LINK, load<usize>(CELL_TRAP_SP) + WORD);
  }
  pushInterpretation(f, nargs);
  return 0;
}

/** A native frame is left that catches exceptions: its trap at p becomes one of the interpreter's. 0. */
export function leave_trap(p: usize): value {
  const link = load<usize>(CELL_LEAVING_LINK);
  if (link) store<value>(link, <value>p | 1);
  else store<usize>(load<usize>(CELL_LEAVING_TOP), p);
  store<usize>(CELL_LEAVING_LINK, p + WORD);
  return 0;
}
