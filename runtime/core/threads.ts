/**
 * What the scheduler (bytecode/threads/) needs of the stack: runs that can be left and taken up again, and threads, each
 * of which is a fiber that returns to nobody (otherlibs/systhreads/st_stubs.c). A thread that is not running has its
 * interpreter state [pc, env, extra_args, accu] on top of its stack, and its fiber is parked (gc/continuations.ts).
 */
import { CELL_FIBER, CELL_RESULT, CELL_SP, CELL_TRAP_SP, EXIT_LEFT, EXIT_POLL, FIBER_FIRST_WORDS, WORD } from "../layout";
import { interpret, processActions, pushInterruption, pushRaise, start, startCode } from "./callback";
import { register_fiber, unregister_fiber } from "./gc/continuations";
import { enterFiber, freeFiber, newFiber, returnAddress, switchFiber, unwindTo } from "./stack";
import { UNIT, value } from "./values";

/** Calls of primitives with more arguments have an instruction that counts them. */
const MAX_C_CALL = 5;
const OPCODE_BYTES = 4;

/** Make the running fiber, which is idle, ready to apply the function in the word at fp to the words at argv. */
export function run_begin(fp: usize, argv: usize, nargs: i32): void {
  startCode(load<value>(fp), argv, nargs);
}

/** Give up what the fiber that was idle at run_begin with these registers has on its stack. */
export function run_end(segment: usize, sp: usize): void {
  unwindTo(segment);
  store<usize>(CELL_SP, sp);
  store<usize>(CELL_TRAP_SP, 0);
}

/** Go on with the running thread. An EXIT_* code; EXIT_POLL: the host has asked for it. */
export function run_resume(): i32 {
  let exit = start();
  while (exit == EXIT_LEFT || (exit == EXIT_POLL && !processActions(0))) exit = interpret();
  return exit;
}

/** The fiber of a thread that applies the function in the word at fp to (), parked; 0: no memory. */
export function thread_new(fp: usize): usize {
  const fiber = newFiber(FIBER_FIRST_WORDS);
  if (!fiber) return 0;
  const self = load<usize>(CELL_FIBER);
  const word = load<usize>(CELL_SP) - WORD;
  store<value>(word, UNIT);
  switchFiber(fiber);
  startCode(load<value>(fp), word, 1);
  switchFiber(self);
  register_fiber(fiber);
  return fiber;
}

/** Leave the running thread, for good if it is `finished`, for the one with this fiber. */
export function thread_switch(fiber: usize, finished: i32): void {
  const old = load<usize>(CELL_FIBER);
  unregister_fiber(fiber);
  if (finished) {
    enterFiber(fiber);
    freeFiber(old);
  } else {
    switchFiber(fiber);
    register_fiber(old);
  }
}

/**
 * The primitive of `nargs` arguments that has been suspended, with its call on top of the running stack, is done: let the
 * state go on after the call, with the result in CELL_RESULT.
 */
export function complete_call(nargs: i32): void {
  const sp = load<usize>(CELL_SP);
  const pc = load<usize>(sp) + <usize>(nargs > MAX_C_CALL ? 3 : 2) * OPCODE_BYTES;
  const env = load<value>(sp, WORD);
  const extraArgs = load<value>(sp, 2 * WORD);
  const to = sp + <usize>(nargs - 1) * WORD;
  store<value>(to, returnAddress(pc));
  store<value>(to, env, WORD);
  store<value>(to, extraArgs, 2 * WORD);
  store<value>(to, load<value>(CELL_RESULT), 3 * WORD);
  store<usize>(CELL_SP, to);
}

/** Give another value to the accumulator of the state on top of the running stack: the word at p. */
export function replace_accu(p: usize): void {
  store<value>(load<usize>(CELL_SP), load<value>(p), 3 * WORD);
}

/** Let the running thread apply the function in the word at fp to the `nargs` words after it, before it goes on. */
export function push_interruption(fp: usize, nargs: i32): void {
  pushInterruption(load<value>(fp), fp + WORD, nargs);
}

/** Let the running thread raise the exception in CELL_EXN when it goes on. */
export function push_raise(): void {
  pushRaise();
}
