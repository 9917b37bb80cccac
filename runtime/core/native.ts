/**
 * Between native code and the interpreter (docs/architecture.md: Native code).
 *
 * A native function gets its arguments in parameters, and `sp`: the address of the frame that it returns to, everything
 * below is its own. While it calls, its frame holds all that it will need afterwards, as values that the collector
 * may move, under a word that leads to a site (layout.ts). So the frames of native code can be left at any call: every
 * function on the engine's stack returns 0, with CELL_EXN = 0, up to the driver, and the interpreter goes on with the
 * frames, turning each into one of its own when it comes to it.
 */
import {
  ACTION_MINOR_GC,
  APPLY_REST_BYTES,
  CELL_ACCU,
  CELL_ACTIONS,
  CELL_EXN,
  CELL_FUEL,
  CELL_FUEL_REFILL,
  CELL_HOME,
  CELL_INTERPRETER_BASE,
  CELL_LEAVING_EXIT,
  CELL_NATIVE_BUDGET,
  CELL_NATIVE_FLOOR,
  CELL_NATIVE_LIMIT,
  CELL_SP,
  CELL_STACK_LIMIT,
  CELL_TRAP_SP,
  CLOSINFO_ARITY_SHIFT,
  CLOSURE_ARITY,
  CLOSURE_INDEX,
  EXIT_POLL,
  EXIT_RAISE,
  EXIT_STOP,
  PLAIN_ENVIRONMENT,
  SCRATCH,
  SITE_ENTRY,
  SITE_FRAME_WORDS,
  SITE_TRAP,
  STUB_APPLY_REST,
  STUB_NATIVE_RAISE,
  STUB_NATIVE_RETURN,
  TAG_CLOSURE,
  WORD,
} from "../layout";
import { continueBacktrace } from "./backtrace";
import { interpret, pushApplication } from "./callback";
import { raiseStackOverflow } from "./fail";
import { allocSmall, collect } from "./gc/alloc";
import { continueLeaving, endLeaving, leave_at_entry, leave_native } from "./leaving";
import { popRoot, pushRoot } from "./roots";
import { pushFrame, pushTrap, returnAddress, segment_return, stack_grow } from "./stack";
import { addr, partialIndex, UNIT, value, wosize } from "./values";

/** Call native code: function `index` of the table with `arity` arguments at argv. Generated, as the interpreter is. */
@external("native", "invoke")
declare function invoke(index: i32, arity: i32, argv: usize, env: value, sp: usize): value;
/** Whether the host has something to do at a poll. */
@external("host", "poll_needed")
declare function hostPollNeeded(): i32;

const OPCODE_BYTES = 4;
/** What a crossing between the tiers takes of the budget at least. */
export const CROSSING_BYTES = 384;
/** Of a partial application, after the function. */
const FIRST_ARGUMENT = PLAIN_ENVIRONMENT + 1;

// @ts-ignore: decorator
@inline export function arityOf(f: value): i32 {
  return <i32>load<u8>(addr(f), CLOSURE_ARITY);
}

// @ts-ignore: decorator
@inline export function indexOf(f: value): i32 {
  return load<i32>(addr(f), CLOSURE_INDEX);
}

// ---- The interpreter calls native code ----------------------------------------------------------------------------------

/**
 * Apply closure f, which has native code, to as many values at argv as it wants. The result; 0: with CELL_EXN = 0 the
 * state to go on with is on the stack.
 */
export function enter_native(f: value, argv: usize): value {
  const arity = arityOf(f);
  return enter(indexOf(f), arity, argv, f, argv + <usize>arity * WORD);
}

/**
 * NATIVE_CONTINUE: `result` was returned to the native frame at CELL_SP, whose function has native code to go on with. The function's
 * result, or 0 as above.
 */
export function continue_native(site: usize, result: value): value {
  const frame = load<usize>(CELL_SP);
  const trap = load<usize>(site, SITE_TRAP);
  // Native code finds its handlers itself while it runs.
  if (trap) store<usize>(CELL_TRAP_SP, load<usize>(frame + <usize>(trap + 1) * WORD) & ~1);
  store<value>(SCRATCH, result);
  return enter(load<i32>(site, SITE_ENTRY), 1, SCRATCH, UNIT, frame + <usize>load<i32>(site, SITE_FRAME_WORDS) * WORD);
}

/** Call function `index` of the table for the interpreter. */
function enter(index: i32, arity: i32, argv: usize, f: value, sp: usize): value {
  const budget = load<usize>(CELL_NATIVE_BUDGET);
  const floor = sp > budget ? sp - budget : 1;
  store<usize>(CELL_NATIVE_FLOOR, floor);
  store<usize>(CELL_NATIVE_LIMIT, max(floor, load<usize>(CELL_STACK_LIMIT)));
  const result = invoke(index, arity, argv, f, sp);
  store<usize>(CELL_NATIVE_FLOOR, 0);
  if (!result && !load<value>(CELL_EXN)) endLeaving();
  return result;
}

// ---- Native code calls ----------------------------------------------------------------------------------------------------

/** Let the interpreter apply f to the `nargs` words below sp. The result, or 0 as above. */
export function call_interpreter(f: value, nargs: i32, sp: usize): value {
  const floor = load<usize>(CELL_NATIVE_FLOOR);
  const limit = load<usize>(CELL_NATIVE_LIMIT);
  const budget = load<usize>(CELL_NATIVE_BUDGET);
  const base0 = load<usize>(CELL_INTERPRETER_BASE);
  const home = load<usize>(CELL_HOME);
  // A tail call of code that the interpreter has called in tail position: it returns to where that does.
  const again = load<value>(sp) == returnAddress(STUB_NATIVE_RETURN);
  const base = again ? sp : sp - 7 * WORD;
  const trap = base + 3 * WORD;
  const argv = base - <usize>nargs * WORD;
  // Tail calls from tier to tier use the engine's stack only. Native functions that make no other calls do not look at the
  // stack's limit.
  if (argv <= floor + CROSSING_BYTES || argv < load<usize>(CELL_STACK_LIMIT)) return leave_at_entry(f, nargs, sp);
  if (!again) {
    copyWords(argv, sp - <usize>nargs * WORD, nargs);
    pushFrame(pushTrap(sp, STUB_NATIVE_RAISE, load<usize>(CELL_TRAP_SP)), STUB_NATIVE_RETURN, UNIT, 0);
  }
  store<usize>(CELL_TRAP_SP, trap);
  store<usize>(CELL_INTERPRETER_BASE, base);
  store<usize>(CELL_HOME, 0);
  store<usize>(CELL_SP, argv);
  pushApplication(f, nargs);
  store<usize>(CELL_NATIVE_BUDGET, argv - floor - CROSSING_BYTES);
  store<usize>(CELL_NATIVE_FLOOR, 0);

  let exit = interpret();
  while (exit == EXIT_POLL && !pollNeeded()) exit = interpret();

  store<usize>(CELL_INTERPRETER_BASE, base0);
  store<usize>(CELL_HOME, home);
  store<usize>(CELL_NATIVE_BUDGET, budget);
  store<usize>(CELL_NATIVE_FLOOR, floor);
  store<usize>(CELL_NATIVE_LIMIT, limit);
  if (exit == EXIT_STOP || exit == EXIT_RAISE) {
    if (again) store<usize>(CELL_TRAP_SP, trap);
    else if (exit == EXIT_RAISE) continueBacktrace(trap, sp);
    return exit == EXIT_STOP ? load<value>(CELL_ACCU) : 0;
  }
  store<i32>(CELL_LEAVING_EXIT, exit);
  store<value>(CELL_EXN, 0);
  continueLeaving(trap);
  return 0;
}

/**
 * f, whose native code is for `nargs` arguments, was applied to the words below sp, and found too little room. If it is the running
 * segment's that is used up, f is called in a new one. The result, or 0 as above.
 */
export function grow_at_entry(f: value, nargs: i32, sp: usize): value {
  const floor = load<usize>(CELL_NATIVE_FLOOR);
  const limit = load<usize>(CELL_NATIVE_LIMIT);
  const isSegments = load<usize>(CELL_STACK_LIMIT) > floor && sp > floor + CROSSING_BYTES;
  if (!isSegments || indexOf(f) == 0) return leave_at_entry(f, nargs, sp);
  store<usize>(CELL_SP, sp - <usize>nargs * WORD);
  if (!stack_grow(nargs, 0)) return raiseStackOverflow();
  const trap = load<usize>(CELL_TRAP_SP);
  const argv = load<usize>(CELL_SP);
  const top = argv + <usize>nargs * WORD;
  const budget = sp - floor - CROSSING_BYTES;
  const inner = top > budget ? top - budget : 1;
  store<usize>(CELL_NATIVE_FLOOR, inner);
  store<usize>(CELL_NATIVE_LIMIT, max(inner, load<usize>(CELL_STACK_LIMIT)));
  const result = invoke(indexOf(f), nargs, argv, f, top);
  store<usize>(CELL_NATIVE_FLOOR, floor);
  store<usize>(CELL_NATIVE_LIMIT, limit);
  if (!result && !load<value>(CELL_EXN)) {
    endLeaving();
    continueLeaving(trap);
    return 0;
  }
  store<usize>(CELL_SP, trap);
  segment_return();
  if (!result) continueBacktrace(trap, sp);
  return result;
}

/** Copy a few words: memory.copy is a call of the engine's. */
function copyWords(to: usize, from: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i++) store<value>(to + (<usize>i << 3), load<value>(from + (<usize>i << 3)));
}

/** f, which may be a partial application, applied to the `nargs` values below sp, fewer than it wants (as RESTART expects it). */
export function apply_partially(f: value, isPartial: bool, nargs: i32, sp: usize): value {
  const held = isPartial ? heldArguments(f) : 0;
  const rest = arityOf(f) - nargs;
  store<usize>(CELL_SP, sp - <usize>nargs * WORD);
  pushRoot(f);
  const p = allocSmall(FIRST_ARGUMENT + held + nargs, TAG_CLOSURE);
  const partial = addr(popRoot());
  let target = <value>partial;
  let code = <i64>load<u32>(partial) - OPCODE_BYTES;
  if (held) {
    target = load<value>(partial, PLAIN_ENVIRONMENT * WORD);
    code = <i64>load<u32>(partial);
  }
  store<i64>(p, (<i64>partialIndex(held + nargs, rest) << 32) | code);
  store<i64>(p, (<i64>rest << CLOSINFO_ARITY_SHIFT) | (PLAIN_ENVIRONMENT << 1) | 1, WORD);
  store<value>(p, target, PLAIN_ENVIRONMENT * WORD);
  const to = p + FIRST_ARGUMENT * WORD;
  copyWords(to, partial + FIRST_ARGUMENT * WORD, held);
  copyWords(to + <usize>held * WORD, sp - <usize>nargs * WORD, nargs);
  return <value>p;
}

/** Arguments that a partial application holds. */
function heldArguments(f: value): i32 {
  return wosize(addr(f)) - FIRST_ARGUMENT;
}

/** Put the arguments that partial application f holds under the `nargs` words below sp. How many there are then. */
export function push_held_arguments(f: value, nargs: i32, sp: usize): i32 {
  const held = heldArguments(f);
  const to = sp - <usize>(held + nargs) * WORD;
  copyWords(to, addr(f) + FIRST_ARGUMENT * WORD, held);
  return held + nargs;
}

/**
 * Before a function is applied to the first `arity` of the `nargs` words below sp: make a frame that applies the result to
 * the others. The address of the arguments.
 */
export function push_rest(nargs: i32, arity: i32, sp: usize): usize {
  const rest = nargs - arity;
  const frame = sp - <usize>rest * WORD;
  const argv = frame - <usize>(3 + arity) * WORD;
  copyWords(argv, sp - <usize>nargs * WORD, arity);
  pushFrame(frame, STUB_APPLY_REST + (rest - 1) * APPLY_REST_BYTES, UNIT, 0);
  return argv;
}

// ---- Polls -----------------------------------------------------------------------------------------------------------------

/** Whether there is something to do that takes the state of the program; a collection is done at once. */
export function pollNeeded(): bool {
  const actions = load<i32>(CELL_ACTIONS);
  if (actions & ACTION_MINOR_GC) {
    store<i32>(CELL_ACTIONS, actions & ~ACTION_MINOR_GC);
    collect();
  }
  return load<i32>(CELL_ACTIONS) != 0 || hostPollNeeded() != 0;
}

/** The fuel of native code is used up, its frame is complete at sp. 1: go on; 0: it is left. */
export function native_poll(sp: usize): i32 {
  store<usize>(CELL_SP, sp);
  store<i32>(CELL_FUEL, load<i32>(CELL_FUEL_REFILL));
  if (!pollNeeded()) return 1;
  leave_native(sp, EXIT_POLL);
  return 0;
}

/**
 * The same where a function of `nargs` arguments is entered: they and the closure, after them, are below sp. 1: go on; they
 * may have moved. 0: the function is left.
 */
export function native_poll_at_entry(nargs: i32, sp: usize): i32 {
  const argv = sp - <usize>(nargs + 1) * WORD;
  store<usize>(CELL_SP, argv);
  store<i32>(CELL_FUEL, load<i32>(CELL_FUEL_REFILL));
  if (!pollNeeded()) return 1;
  const f = load<value>(sp - WORD);
  memory.copy(argv + WORD, argv, <usize>nargs * WORD);
  leave_at_entry(f, nargs, sp);
  store<i32>(CELL_LEAVING_EXIT, EXIT_POLL);
  return 0;
}
