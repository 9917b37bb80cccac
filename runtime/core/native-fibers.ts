/**
 * Effects in native code.
 *
 * The fiber that native code resumes runs on top of it: an interpreter is entered for it, which is left when control comes back to
 * the fiber of the native code (CELL_HOME), whose handler is then called in the place of what has resumed. So handlers are entered and
 * left like other calls. Native code that performs an effect is left only as far as to that interpreter; its frames stay on the
 * fiber's stack, and are gone on with one after the other when it is resumed (NATIVE_CONTINUE, NATIVE_RESUME).
 */
import {
  CELL_ACCU,
  CELL_ENV,
  CELL_EXN,
  CELL_EXTRA_ARGS,
  CELL_FIBER,
  CELL_HOME,
  CELL_INTERPRETER_BASE,
  CELL_LEAVING_EXIT,
  CELL_LEAVING_TOP,
  CELL_LEAVING_TRAP,
  CELL_NATIVE_BUDGET,
  CELL_NATIVE_FLOOR,
  CELL_NATIVE_LIMIT,
  CELL_SP,
  CELL_TRAP_SP,
  CODE_BIAS,
  EXIT_HOME,
  EXIT_LEFT,
  EXIT_PERFORM,
  EXIT_POLL,
  EXIT_REPERFORM,
  FIBER_PARENT,
  FIBER_TRAP_SP,
  NATIVE_MARK,
  SITE_ENTRY,
  SITE_FRAME_WORDS,
  STUB_FIBER_RETURN,
  STUB_RAISE_NOTRACE,
  STUB_RETURN,
  STUB_SEGMENT_RETURN,
  WORD,
} from "../layout";
import { interpret, pushApplication, pushState } from "./callback";
import { startLeaving } from "./leaving";
import { arityOf, continue_native, CROSSING_BYTES, enter_native, indexOf, pollNeeded } from "./native";
import {
  fiber_reperform,
  fiber_resume,
  fiber_return,
  raise_continuation_already_resumed,
  raiseUnhandled,
  returnAddress,
  segment_return,
  suspendFiber,
} from "./stack";
import { addr, field, UNIT, value } from "./values";

/** A return address, the environment, the number of arguments that remain. */
const RETURN_FRAME_BYTES: usize = 3 * WORD;

/**
 * RESUME in native code, which goes on at sp, of a fiber that has not been resumed before: as fiber_resume. How many values CELL_ACCU
 * is to be applied to, which are below sp; 0: native code is left.
 */
export function run_fiber(stack: value, fn: value, arg: value, tail: value, sp: usize): i32 {
  const floor = load<usize>(CELL_NATIVE_FLOOR);
  const limit = load<usize>(CELL_NATIVE_LIMIT);
  const budget = load<usize>(CELL_NATIVE_BUDGET);
  const base = load<usize>(CELL_INTERPRETER_BASE);
  const outer = load<usize>(CELL_HOME);
  const home = load<usize>(CELL_FIBER);
  store<usize>(CELL_SP, sp);
  store<i32>(CELL_EXTRA_ARGS, 0);
  fiber_resume(stack, fn, arg, tail);
  let exit = EXIT_LEFT;
  if (sp > floor + CROSSING_BYTES) {
    store<usize>(CELL_NATIVE_BUDGET, sp - floor - CROSSING_BYTES);
    store<usize>(CELL_NATIVE_FLOOR, 0);
    store<usize>(CELL_INTERPRETER_BASE, 0);
    store<usize>(CELL_HOME, home);
    exit = runNatively(fn);
    while (exit == EXIT_LEFT || (exit == EXIT_POLL && !pollNeeded())) exit = interpret();
    store<usize>(CELL_NATIVE_FLOOR, floor);
    store<usize>(CELL_NATIVE_LIMIT, limit);
    store<usize>(CELL_NATIVE_BUDGET, budget);
    store<usize>(CELL_INTERPRETER_BASE, base);
    store<usize>(CELL_HOME, outer);
    if (exit == EXIT_HOME) return load<i32>(CELL_EXTRA_ARGS) + 1;
  } else pushApplication(fn, 1);
  // The frames of the fiber that has resumed are left, too.
  startLeaving(exit);
  store<usize>(CELL_LEAVING_TRAP, load<usize>(home, FIBER_TRAP_SP));
  store<usize>(CELL_LEAVING_TOP, home + FIBER_TRAP_SP);
  return 0;
}

/**
 * What the interpreter would do, as long as it only goes from native frame to native frame: apply fn to the word at CELL_SP, and go
 * on in the frames that results are returned to. An EXIT_* code; EXIT_LEFT: the interpreter's state was pushed.
 */
function runNatively(fn: value): i32 {
  if (arityOf(fn) != 1 || indexOf(fn) == 0) {
    pushApplication(fn, 1);
    return EXIT_LEFT;
  }
  const argv = load<usize>(CELL_SP);
  let sp = argv + WORD;
  let result = enter_native(fn, argv);
  while (result) {
    const site = load<usize>(sp) + CODE_BIAS;
    if (load<u32>(sp, 4) == NATIVE_MARK && load<i32>(site, SITE_ENTRY) != 0) {
      store<usize>(CELL_SP, sp);
      sp += <usize>load<i32>(site, SITE_FRAME_WORDS) * WORD;
      result = continue_native(site, result);
    } else if (load<value>(sp) == returnAddress(STUB_FIBER_RETURN)) {
      store<value>(CELL_ACCU, result);
      fiber_return();
      return atHome();
    } else if (load<value>(sp) == returnAddress(STUB_SEGMENT_RETURN)) {
      store<usize>(CELL_SP, sp + RETURN_FRAME_BYTES);
      segment_return();
      sp = load<usize>(CELL_SP);
    } else {
      store<usize>(CELL_SP, sp);
      pushState(STUB_RETURN, UNIT, 0, result);
      return EXIT_LEFT;
    }
  }
  const exn = load<value>(CELL_EXN);
  if (exn) {
    store<usize>(CELL_SP, load<usize>(CELL_TRAP_SP));
    pushState(STUB_RAISE_NOTRACE, UNIT, 0, exn);
    return EXIT_LEFT;
  }
  const exit = load<i32>(CELL_LEAVING_EXIT);
  if (exit < EXIT_PERFORM) return exit;
  performed(exit);
  return atHome();
}

/** Registers hold what is to be applied in the running fiber: that of the native code, or the interpreter's state is pushed. */
function atHome(): i32 {
  if (load<usize>(CELL_FIBER) == load<usize>(CELL_HOME)) return EXIT_HOME;
  pushApplication(load<value>(CELL_ACCU), load<i32>(CELL_EXTRA_ARGS) + 1);
  return EXIT_LEFT;
}

/** PERFORM in native code, whose frame is complete at sp. 0: it is left, or Effect.Unhandled was raised. */
export function native_perform(eff: value, sp: usize): value {
  store<usize>(CELL_SP, sp);
  store<value>(CELL_ENV, UNIT); // that of the interpreter when it was left may have moved
  if (!load<usize>(load<usize>(CELL_FIBER), FIBER_PARENT)) return raiseUnhandled(eff);
  startLeaving(EXIT_PERFORM);
  store<value>(CELL_ACCU, eff);
  return 0;
}

/** REPERFORMTERM in native code that returns to the frame at sp. 0: it is left, or Continuation_already_resumed was raised. */
export function native_reperform(eff: value, cont: value, tail: value, sp: usize): value {
  const parent = load<usize>(load<usize>(CELL_FIBER), FIBER_PARENT);
  // Without a handler the continuation is resumed, with Effect.Unhandled.
  if (!parent && field(addr(cont), 0) == 1) return raise_continuation_already_resumed();
  startLeaving(EXIT_REPERFORM);
  store<usize>(CELL_SP, sp - 2 * WORD);
  store<value>(sp - 2 * WORD, cont);
  store<value>(sp - WORD, tail);
  store<value>(CELL_ACCU, eff);
  return 0;
}

/** Native code was left with EXIT_PERFORM or EXIT_REPERFORM: go to the fiber of the handler. EXIT_HOME or EXIT_LEFT, as runNatively. */
export function finish_perform(exit: i32): i32 {
  performed(exit);
  return atHome();
}

/** Registers hold the call of the handler afterwards. */
function performed(exit: i32): void {
  store<value>(CELL_ENV, UNIT);
  if (exit == EXIT_PERFORM) suspendFiber();
  else {
    const sp = load<usize>(CELL_SP);
    store<usize>(CELL_SP, sp + 2 * WORD);
    store<i32>(CELL_EXTRA_ARGS, 0);
    fiber_reperform(load<value>(sp), load<value>(sp + WORD));
  }
}
