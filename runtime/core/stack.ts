/**
 * The VM stack: segments and fibers (runtime/fiber.c; layout and idea in layout.ts).
 *
 * A fiber's stack is a chain of segments that never move. When a function is entered without room, `stack_grow` puts
 * its arguments into a new segment above a frame that leads back:
 *
 *        SEG_HIGH ┬───────────────────────────────┐
 *                 │ trap frame → SEGMENT_RAISE    │ exceptions that leave the segment
 *                 │ return frame → SEGMENT_RETURN │
 *                 │ arguments of the call         │ ← sp
 *
 * A new fiber starts the same way, with frames that lead to FIBER_RAISE and FIBER_RETURN. So neither returning nor
 * raising ever tests for the end of a stack.
 *
 * The functions here work on the published registers (CELL_SP, CELL_ACCU, …): the interpreter stores its registers,
 * calls, and loads them again.
 */
import {
  CELL_ACCU,
  CELL_ENV,
  CELL_EXTRA_ARGS,
  CELL_FIBER,
  CELL_NEW_FIBER,
  CELL_FIBER_COUNT,
  CELL_MAX_STACK_WORDS,
  CELL_PC,
  CELL_SEGMENT,
  CELL_SP,
  CELL_SPARE_SEGMENT,
  CELL_STACK_LIMIT,
  CELL_TRAP_SP,
  CODE_MARK,
  FIBER_EXTRA_ARGS,
  FIBER_FIRST_WORDS,
  FIBER_HANDLE_EFFECT,
  FIBER_HANDLE_EXN,
  FIBER_HANDLE_VALUE,
  FIBER_ID,
  FIBER_PARENT,
  FIBER_SEGMENT,
  FIBER_SIZE,
  FIBER_SP,
  FIBER_TRAP_SP,
  FIBER_WORDS,
  MAIN_FIRST_WORDS,
  SEGMENT_MAX_WORDS,
  SEG_CLEAN,
  SEG_FIBER,
  SEG_HEADER_SIZE,
  SEG_HIGH,
  SEG_LIMIT,
  SEG_PARENT,
  SEG_SP,
  STACK_SLACK_WORDS,
  STUB_FIBER_RAISE,
  STUB_FIBER_RETURN,
  STUB_RAISE_ARGUMENT,
  STUB_SEGMENT_RAISE,
  STUB_SEGMENT_RETURN,
  TAG_CONT,
  WORD,
} from "../layout";
import { memAlloc, memFree } from "./gc/malloc";
import { continuationExtended, continuationTaken, registerContinuation } from "./gc/continuations";
import { allocSmall, collectEverything } from "./gc/alloc";
import { invalidArg, raise, raiseOutOfMemory } from "./fail";
import { make_code_closure } from "./interp";
import { exceptionNamed } from "./named";
import { popRoot, pushRoot } from "./roots";
import { addr, field, initField, UNIT, value } from "./values";

/** A biased code address as it lies on the stack. */
// @ts-ignore: decorator
@inline export function returnAddress(pc: usize): value {
  return (<value>CODE_MARK << 32) | <value>pc;
}

/** Push a return frame [pc, env, extra_args] below sp; the new sp. */
export function pushFrame(sp: usize, pc: usize, env: value, extraArgs: i32): usize {
  store<value>(sp - 3 * WORD, returnAddress(pc));
  store<value>(sp - 2 * WORD, env);
  store<value>(sp - WORD, (<value>extraArgs << 1) | 1);
  return sp - 3 * WORD;
}

/** Push a trap frame [handler pc, link, env, extra_args] below sp; the new sp. The caller sets CELL_TRAP_SP. */
export function pushTrap(sp: usize, handler: usize, link: usize): usize {
  store<value>(sp - 4 * WORD, returnAddress(handler));
  store<value>(sp - 3 * WORD, <value>link | 1);
  store<value>(sp - 2 * WORD, UNIT);
  store<value>(sp - WORD, UNIT);
  return sp - 4 * WORD;
}

// ---- Segments -------------------------------------------------------------------------------------------------------

function newSegment(fiber: usize, parent: usize, words: i32): usize {
  const size = <usize>words * WORD;
  const seg = memAlloc(<usize>SEG_HEADER_SIZE + size);
  if (!seg) return 0;
  initSegment(seg, fiber, parent, seg + SEG_HEADER_SIZE + size);
  return seg;
}

function initSegment(seg: usize, fiber: usize, parent: usize, high: usize): void {
  store<usize>(seg, parent, SEG_PARENT);
  store<usize>(seg, high, SEG_SP);
  store<usize>(seg, high, SEG_HIGH);
  store<usize>(seg, seg + SEG_HEADER_SIZE + STACK_SLACK_WORDS * WORD, SEG_LIMIT);
  store<i32>(seg, 0, SEG_CLEAN);
  store<usize>(seg, fiber, SEG_FIBER);
}

// @ts-ignore: decorator
@inline function segmentWords(seg: usize): i32 {
  return <i32>((load<usize>(seg, SEG_HIGH) - seg - SEG_HEADER_SIZE) >> 3);
}

function makeCurrent(seg: usize): void {
  store<i32>(seg, 0, SEG_CLEAN);
  store<usize>(CELL_SEGMENT, seg);
  store<usize>(CELL_STACK_LIMIT, load<usize>(seg, SEG_LIMIT));
}

/**
 * Continue in a new segment with room for `need` words: moves the `nargs` words at CELL_SP there. Updates CELL_SP.
 * 0: the fiber's stack may not grow any more (the caller raises Stack_overflow); nothing has changed.
 */
export function stack_grow(nargs: i32, need: i32): i32 {
  const fiber = load<usize>(CELL_FIBER);
  const old = load<usize>(CELL_SEGMENT);
  let words = min(max(2 * segmentWords(old), FIBER_FIRST_WORDS), SEGMENT_MAX_WORDS);
  words = max(words, nargs + need + 7 + 2 * STACK_SLACK_WORDS);
  // As in OCaml, a stack below the limit may still double.
  if (load<u32>(fiber, FIBER_WORDS) >= load<u32>(CELL_MAX_STACK_WORDS)) return 0;
  let seg = load<usize>(CELL_SPARE_SEGMENT);
  if (seg && segmentWords(seg) >= words) {
    store<usize>(CELL_SPARE_SEGMENT, 0);
    initSegment(seg, fiber, old, load<usize>(seg, SEG_HIGH));
  } else {
    seg = newSegment(fiber, old, words);
    if (!seg) return 0;
  }
  const from = load<usize>(CELL_SP);
  let sp = pushTrap(load<usize>(seg, SEG_HIGH), STUB_SEGMENT_RAISE, load<usize>(CELL_TRAP_SP));
  store<usize>(CELL_TRAP_SP, sp);
  sp = pushFrame(sp, STUB_SEGMENT_RETURN, UNIT, 0) - <usize>nargs * WORD;
  memory.copy(sp, from, <usize>nargs * WORD);
  store<usize>(old, from + <usize>nargs * WORD, SEG_SP);
  store<i32>(fiber, load<i32>(fiber, FIBER_WORDS) + segmentWords(seg), FIBER_WORDS);
  store<usize>(fiber, seg, FIBER_SEGMENT);
  makeCurrent(seg);
  store<usize>(CELL_SP, sp);
  return 1;
}

/** Leave the current segment for its parent: CELL_SP becomes the parent's. The caller sees to CELL_TRAP_SP. */
function leaveSegment(): void {
  const fiber = load<usize>(CELL_FIBER);
  const seg = load<usize>(CELL_SEGMENT);
  const parent = load<usize>(seg, SEG_PARENT);
  store<i32>(fiber, load<i32>(fiber, FIBER_WORDS) - segmentWords(seg), FIBER_WORDS);
  store<usize>(fiber, parent, FIBER_SEGMENT);
  store<usize>(CELL_SP, load<usize>(parent, SEG_SP));
  makeCurrent(parent);
  const spare = load<usize>(CELL_SPARE_SEGMENT);
  if (spare) memFree(spare);
  store<usize>(CELL_SPARE_SEGMENT, seg);
}

/** SEGMENT_RETURN: CELL_SP is at the segment's lowest trap frame. */
export function segment_return(): void {
  const trap = load<usize>(CELL_SP);
  store<usize>(CELL_TRAP_SP, load<usize>(trap + WORD) & ~1);
  leaveSegment();
}

/** SEGMENT_RAISE: the trap frame was popped, and CELL_TRAP_SP is already its link. */
export function segment_raise(): void {
  leaveSegment();
}

/** Unwind the running fiber to segment `seg` (one of its own), as when a callback ends in the middle of a stack. */
export function unwindTo(seg: usize): void {
  while (load<usize>(CELL_SEGMENT) != seg) leaveSegment();
}

// ---- Fibers ---------------------------------------------------------------------------------------------------------

/** A fiber with an empty stack of `words` words; 0 when memory is exhausted. */
export function newFiber(words: i32): usize {
  const fiber = memAlloc(FIBER_SIZE);
  if (!fiber) return 0;
  const seg = newSegment(fiber, 0, words);
  if (!seg) {
    memFree(fiber);
    return 0;
  }
  store<usize>(fiber, seg, FIBER_SEGMENT);
  store<usize>(fiber, 0, FIBER_PARENT);
  store<usize>(fiber, load<usize>(seg, SEG_HIGH), FIBER_SP);
  store<i32>(fiber, words, FIBER_WORDS);
  store<value>(fiber, UNIT, FIBER_HANDLE_VALUE);
  store<value>(fiber, UNIT, FIBER_HANDLE_EXN);
  store<value>(fiber, UNIT, FIBER_HANDLE_EFFECT);
  const id = load<i64>(CELL_FIBER_COUNT);
  store<i64>(CELL_FIBER_COUNT, id + 1);
  store<i64>(fiber, id, FIBER_ID);
  store<usize>(fiber, 0, FIBER_TRAP_SP);
  store<i32>(fiber, 0, FIBER_EXTRA_ARGS);
  return fiber;
}

/** Give back a fiber and its segments (the collector calls this for continuations that die). */
export function freeFiber(fiber: usize): void {
  let seg = load<usize>(fiber, FIBER_SEGMENT);
  while (seg) {
    const parent = load<usize>(seg, SEG_PARENT);
    memFree(seg);
    seg = parent;
  }
  memFree(fiber);
}

/** Save the running fiber's registers and make `fiber` the running one. CELL_SP, CELL_TRAP_SP become its own. */
export function switchFiber(fiber: usize): void {
  const old = load<usize>(CELL_FIBER);
  store<usize>(old, load<usize>(CELL_SP), FIBER_SP);
  store<usize>(old, load<usize>(CELL_TRAP_SP), FIBER_TRAP_SP);
  enterFiber(fiber);
}

/** Make `fiber` the running one. */
export function enterFiber(fiber: usize): void {
  store<usize>(CELL_FIBER, fiber);
  store<usize>(CELL_SP, load<usize>(fiber, FIBER_SP));
  store<usize>(CELL_TRAP_SP, load<usize>(fiber, FIBER_TRAP_SP));
  makeCurrent(load<usize>(fiber, FIBER_SEGMENT));
}

/** Make the main fiber, once. */
export function init_stack(maxWords: i32): i32 {
  store<i32>(CELL_MAX_STACK_WORDS, maxWords);
  const fiber = newFiber(min(MAIN_FIRST_WORDS, max(maxWords, FIBER_FIRST_WORDS)));
  if (!fiber) return 0;
  enterFiber(fiber);
  return 1;
}

// @ts-ignore: decorator
@inline function fiberOf(v: value): usize {
  return <usize>v & ~1;
}

/** A fiber under an effect handler (Effect.Deep, Effect.Shallow). */
export function caml_alloc_stack(handleValue: value, handleExn: value, handleEffect: value): value {
  let fiber = newFiber(FIBER_FIRST_WORDS);
  if (!fiber) {
    pushRoot(handleValue);
    pushRoot(handleExn);
    pushRoot(handleEffect);
    collectEverything();
    handleEffect = popRoot();
    handleExn = popRoot();
    handleValue = popRoot();
    fiber = newFiber(FIBER_FIRST_WORDS);
    if (!fiber) return raiseOutOfMemory();
  }
  const high = load<usize>(fiber, FIBER_SP);
  const trap = pushTrap(high, STUB_FIBER_RAISE, 0);
  store<usize>(fiber, trap, FIBER_TRAP_SP);
  const sp = pushFrame(trap, STUB_FIBER_RETURN, UNIT, 0) - WORD;
  store<value>(sp, UNIT); // the argument of the function that will be resumed
  store<usize>(fiber, sp, FIBER_SP);
  store<value>(fiber, handleValue, FIBER_HANDLE_VALUE);
  store<value>(fiber, handleExn, FIBER_HANDLE_EXN);
  store<value>(fiber, handleEffect, FIBER_HANDLE_EFFECT);
  // Native code that is left before it runs the fiber allocates.
  store<usize>(CELL_NEW_FIBER, fiber);
  return <value>fiber | 1;
}

/**
 * RESUME and RESUMETERM: the caller's frame is complete at CELL_SP, CELL_EXTRA_ARGS belongs to it. Continue with
 * function `fn` applied to `arg` on fiber chain `stack` … `tail` (the frame below the argument is the chain's).
 */
export function fiber_resume(stack: value, fn: value, arg: value, tail: value): void {
  const fiber = fiberOf(stack);
  const last = fiberOf(tail) ? fiberOf(tail) : fiber;
  const self = load<usize>(CELL_FIBER);
  store<usize>(CELL_NEW_FIBER, 0);
  store<usize>(last, self, FIBER_PARENT);
  store<i32>(self, load<i32>(CELL_EXTRA_ARGS), FIBER_EXTRA_ARGS);
  switchFiber(fiber);
  store<value>(load<usize>(CELL_SP), arg);
  store<value>(CELL_ACCU, fn);
  store<i32>(CELL_EXTRA_ARGS, 0);
}

/** Leave the running fiber, which is finished, for its parent, whose function `handler` is applied to CELL_ACCU. */
function finishFiber(handler: value): void {
  const old = load<usize>(CELL_FIBER);
  const parent = load<usize>(old, FIBER_PARENT);
  enterFiber(parent);
  freeFiber(old);
  const sp = load<usize>(CELL_SP) - WORD;
  store<value>(sp, load<value>(CELL_ACCU));
  store<usize>(CELL_SP, sp);
  store<i32>(CELL_EXTRA_ARGS, load<i32>(parent, FIBER_EXTRA_ARGS));
  store<value>(CELL_ACCU, handler);
}

/** FIBER_RETURN: the function that a fiber ran has returned CELL_ACCU. */
export function fiber_return(): void {
  finishFiber(load<value>(load<usize>(CELL_FIBER), FIBER_HANDLE_VALUE));
}

/** FIBER_RAISE: exception CELL_ACCU leaves the fiber. */
export function fiber_raise(): void {
  finishFiber(load<value>(load<usize>(CELL_FIBER), FIBER_HANDLE_EXN));
}

/**
 * Take the running fiber, whose frames are complete at CELL_SP, for the continuation of effect CELL_ACCU. Registers hold the call of
 * the parent's handler.
 */
export function suspendFiber(): void {
  const self = load<usize>(CELL_FIBER);
  const cont = allocSmall(2, TAG_CONT);
  initField(cont, 0, <value>self | 1);
  initField(cont, 1, <value>self | 1);
  const sp = load<usize>(CELL_SP) - WORD;
  store<value>(sp, UNIT); // the value that the effect will be resumed with
  store<usize>(CELL_SP, sp);
  registerContinuation(cont);
  handleEffect(self, load<value>(CELL_ACCU), <value>cont);
}

/** Go on in the parent of fiber `self` with its effect handler applied to (effect, continuation, last fiber). */
function handleEffect(self: usize, eff: value, cont: value): void {
  const parent = load<usize>(self, FIBER_PARENT);
  store<usize>(self, 0, FIBER_PARENT);
  switchFiber(parent);
  const sp = load<usize>(CELL_SP) - 3 * WORD;
  store<value>(sp, eff);
  store<value>(sp + WORD, cont);
  store<value>(sp + 2 * WORD, <value>self | 1);
  store<usize>(CELL_SP, sp);
  store<value>(CELL_ACCU, load<value>(self, FIBER_HANDLE_EFFECT));
  store<i32>(CELL_EXTRA_ARGS, load<i32>(parent, FIBER_EXTRA_ARGS) + 2);
}

/** Effect.Unhandled of effect `eff`, as a value. */
function unhandled(eff: value): value {
  pushRoot(eff);
  const p = allocSmall(2, 0);
  initField(p, 0, exceptionNamed("Effect.Unhandled"));
  initField(p, 1, popRoot());
  return <value>p;
}

/** Raise Effect.Unhandled of effect `eff`. */
export function raiseUnhandled(eff: value): value {
  return raise(unhandled(eff));
}

export function raise_continuation_already_resumed(): value {
  return raise(exceptionNamed("Effect.Continuation_already_resumed"));
}

/**
 * PERFORM of effect CELL_ACCU; CELL_PC is where the continuation goes on. 0: there is no handler, Effect.Unhandled
 * is in CELL_EXN. 1: registers hold the call of the handler.
 */
export function fiber_perform(): i32 {
  if (!load<usize>(load<usize>(CELL_FIBER), FIBER_PARENT)) {
    raiseUnhandled(load<value>(CELL_ACCU));
    return 0;
  }
  const pc = load<usize>(CELL_PC);
  const sp = pushFrame(load<usize>(CELL_SP), pc, load<value>(CELL_ENV), load<i32>(CELL_EXTRA_ARGS));
  store<usize>(CELL_SP, sp);
  suspendFiber();
  return 1;
}

/**
 * REPERFORMTERM: effect CELL_ACCU, not handled by the running fiber, goes on to the next handler. The frame of the
 * function that reperforms has been dropped. Without a handler, Effect.Unhandled is raised where the effect was
 * performed. 0: the continuation was taken before, the exception is in CELL_EXN.
 */
export function fiber_reperform(cont: value, tail: value): i32 {
  const self = load<usize>(CELL_FIBER);
  const parent = load<usize>(self, FIBER_PARENT);
  store<i32>(self, load<i32>(CELL_EXTRA_ARGS), FIBER_EXTRA_ARGS);
  if (!parent) {
    pushRoot(cont);
    pushRoot(unhandled(load<value>(CELL_ACCU)));
    const raiser = <value>make_code_closure(STUB_RAISE_ARGUMENT);
    const exn = popRoot();
    const stack = caml_continuation_use_noexc(popRoot());
    if (!fiberOf(stack)) {
      raise_continuation_already_resumed();
      return 0;
    }
    fiber_resume(stack, raiser, exn, tail);
    return 1;
  }
  store<usize>(fiberOf(tail), self, FIBER_PARENT);
  store<value>(addr(cont), <value>self | 1, WORD);
  continuationExtended(addr(cont));
  handleEffect(self, load<value>(CELL_ACCU), cont);
  return 1;
}

/** The fiber of a continuation, which can be taken once (runtime/fiber.c: caml_continuation_use_noexc). */
export function caml_continuation_use_noexc(cont: value): value {
  const p = addr(cont);
  const stack = field(p, 0);
  continuationTaken(p);
  store<value>(p, 1);
  return stack;
}

/** As above, with the handlers of the fiber chain's last fiber replaced (Effect.Shallow). */
export function caml_continuation_use_and_update_handler_noexc(
  cont: value,
  handleValue: value,
  handleExn: value,
  handleEffect: value,
): value {
  const last = fiberOf(field(addr(cont), 1));
  const stack = caml_continuation_use_noexc(cont);
  if (!fiberOf(stack)) return stack;
  store<value>(last, handleValue, FIBER_HANDLE_VALUE);
  store<value>(last, handleExn, FIBER_HANDLE_EXN);
  store<value>(last, handleEffect, FIBER_HANDLE_EFFECT);
  return stack;
}

/** The bytecode calls this before functions with large frames; the loader replaces the call by ENSURE_STACK. */
export function caml_ensure_stack_capacity(words: value): value {
  return invalidArg("caml_ensure_stack_capacity: not at the start of a function");
}
