/**
 * Running OCaml code from the runtime: callbacks, and the driver around the interpreter (runtime/callback.c, and
 * caml_process_pending_actions in runtime/signals.c).
 *
 * The interpreter is entered with its state on the stack: [pc, env, extra_args, accu] at CELL_SP. It comes back with
 * one of the EXIT_* codes; on EXIT_POLL and EXIT_SUSPEND it has pushed such a state again.
 */
import {
  ACTION_FINALISER,
  ACTION_MINOR_GC,
  ACTION_OUT_OF_MEMORY,
  APPLY_REST_BYTES,
  CELL_ACCU,
  CELL_ACTIONS,
  CELL_ENV,
  CELL_EXN,
  CELL_EXTRA_ARGS,
  CELL_FIBER,
  CELL_HOME,
  CELL_INTERPRETER_BASE,
  CELL_LEAVING_EXIT,
  CELL_NATIVE_BUDGET,
  CELL_NATIVE_FLOOR,
  CELL_NATIVE_LIMIT,
  CELL_PC,
  CELL_RESULT,
  CELL_SEGMENT,
  CELL_SP,
  CELL_STACK_LIMIT,
  CELL_TRAP_SP,
  CLOSURE_ARITY,
  CLOSURE_INDEX,
  EXIT_LEFT,
  EXIT_PERFORM,
  EXIT_POLL,
  EXIT_RAISE,
  EXIT_STOP,
  FIBER_PARENT,
  MAX_APPLY_REST,
  STUB_APPLY_REST,
  STUB_RAISE_ACCU,
  STUB_RESTORE,
  STUB_STOP,
  STUB_STOP_RAISE,
  WORD,
} from "../layout";
import { raiseOutOfMemory } from "./fail";
import { register_fiber, unregister_fiber } from "./gc/continuations";
import { collect } from "./gc/alloc";
import { clearReady, readyAt, readyCount, removeFirstReady } from "./gc/finalisers";
import { enter_native } from "./native";
import { finish_perform } from "./native-fibers";
import { dropRoots, popRoot, pushRoot, rootAddress } from "./roots";
import { pushFrame, pushTrap, returnAddress, stack_grow, unwindTo } from "./stack";
import { addr, UNIT, value } from "./values";

const INSTRUCTION_BYTES: usize = 4;

/** The generated interpreter (bytecode/interpreter/), put into this module when it is built. */
@external("bytecode", "interpret")
declare function interpretCode(): i32;
/** The interpreter is going to run for the first time. */
@external("host", "interpreter_starts")
declare function hostInterpreterStarts(): void;
/**
 * What the host has to do at a poll: signals, ticks, limits; `nested`: in a callback. 0: go on; 1: raise the exception
 * in CELL_EXN; 2 (not in a callback): give the control to the host.
 */
@external("host", "poll")
declare function hostPoll(nested: i32): i32;
/** A callback begins (1) or has ended (-1). In callbacks primitives are not suspended. */
@external("host", "nest")
declare function hostNest(change: i32): void;

/** Whether the interpreter has run. Programs of native code may do without it: the engine has not compiled it then. */
let interpreting: bool = false;

/** Run the interpreter on the state at CELL_SP. An EXIT_* code. */
export function interpret(): i32 {
  if (!interpreting) {
    interpreting = true;
    hostInterpreterStarts();
  }
  return interpretCode();
}

/**
 * The same; but if startCode has pushed the state for native code, which wants as many arguments as there are, that is called
 * at once.
 */
export function start(): i32 {
  const sp = load<usize>(CELL_SP);
  const f = load<value>(sp, 3 * WORD);
  const first = returnAddress(STUB_APPLY_REST);
  const at = load<value>(sp) - first;
  if (<u64>at >= <u64>(MAX_APPLY_REST * APPLY_REST_BYTES)) return interpret();
  const nargs = <i32>at / APPLY_REST_BYTES + 1;
  const argv = sp + 4 * WORD;
  const frame = argv + <usize>nargs * WORD;
  const trap = frame + 3 * WORD;
  if (<i32>load<u8>(addr(f), CLOSURE_ARITY) != nargs || load<value>(frame) != returnAddress(STUB_STOP)) return interpret();
  store<usize>(CELL_SP, argv);
  const result = enter_native(f, argv);
  if (!result) {
    if (!load<value>(CELL_EXN)) {
      const exit = load<i32>(CELL_LEAVING_EXIT);
      return exit < EXIT_PERFORM ? exit : finish_perform(exit);
    }
    store<usize>(CELL_TRAP_SP, load<usize>(trap, WORD) - 1);
    store<usize>(CELL_SP, trap + 4 * WORD);
    return EXIT_RAISE;
  }
  store<value>(CELL_ACCU, result);
  store<usize>(CELL_SP, trap);
  return EXIT_STOP;
}

/** Push an interpreter state below the stack pointer. */
export function pushState(pc: usize, env: value, extraArgs: i32, accu: value): void {
  const sp = load<usize>(CELL_SP) - 4 * WORD;
  store<value>(sp, returnAddress(pc));
  store<value>(sp + WORD, env);
  store<value>(sp + 2 * WORD, (<value>extraArgs << 1) | 1);
  store<value>(sp + 3 * WORD, accu);
  store<usize>(CELL_SP, sp);
}

/** Push the state that applies function f to the `nargs` arguments at CELL_SP, returning to the frame above them. */
export function pushApplication(f: value, nargs: i32): void {
  const native = load<i32>(addr(f), CLOSURE_INDEX) != 0 && nargs <= MAX_APPLY_REST;
  if (native) pushState(STUB_APPLY_REST + (nargs - 1) * APPLY_REST_BYTES, UNIT, 0, f);
  else pushInterpretation(f, nargs);
}

/** The same, but the function's bytecode is interpreted. */
export function pushInterpretation(f: value, nargs: i32): void {
  pushState(load<i32>(addr(f)), f, nargs - 1, f);
}

/** Push the words at argv and the state that applies f to them. */
function pushCall(f: value, argv: usize, nargs: i32): void {
  const sp = load<usize>(CELL_SP) - <usize>nargs * WORD;
  memory.copy(sp, argv, <usize>nargs * WORD);
  store<usize>(CELL_SP, sp);
  pushApplication(f, nargs);
}

/**
 * Arrange that the interpreter, when it goes on, first applies f to the `nargs` words at argv and then continues with the
 * state now at CELL_SP. An exception of f is raised where that state is. There are no interruptions without stack for them.
 */
export function pushInterruption(f: value, argv: usize, nargs: i32): void {
  store<usize>(CELL_SP, pushFrame(load<usize>(CELL_SP), STUB_RESTORE, UNIT, 0));
  if (load<usize>(CELL_SP) < load<usize>(CELL_STACK_LIMIT) && !stack_grow(0, 0)) {
    store<usize>(CELL_SP, load<usize>(CELL_SP) + 3 * WORD);
    return;
  }
  pushCall(f, argv, nargs);
}

/** Arrange that the interpreter, when it goes on, raises the exception in CELL_EXN. */
export function pushRaise(): void {
  pushState(STUB_RAISE_ACCU, UNIT, 0, load<value>(CELL_EXN));
}

/** Everything that waits for a poll. The interpreter's state is at CELL_SP. true: the host wants the control. */
export function processActions(nested: i32): bool {
  const actions = load<i32>(CELL_ACTIONS);
  store<i32>(CELL_ACTIONS, actions & ~(ACTION_FINALISER | ACTION_OUT_OF_MEMORY | ACTION_MINOR_GC));
  if (actions & ACTION_MINOR_GC) collect();
  if (actions & ACTION_OUT_OF_MEMORY) {
    raiseOutOfMemory();
    pushRaise();
    return false;
  }
  if (actions & ACTION_FINALISER && !finalising) {
    // The first one on top, so that it runs first.
    for (let i = readyCount() - 1; i >= 0; i--) {
      pushInterruption(load<value>(readyAt(i)), readyAt(i) + WORD, 1);
    }
    clearReady();
  }
  const answer = hostPoll(nested);
  if (answer == 1) pushRaise();
  return answer > 1;
}

/** Run the interpreter on a callback's state at CELL_SP until it stops: EXIT_STOP (result in CELL_ACCU) or EXIT_RAISE. */
function drive(): i32 {
  const floor = load<usize>(CELL_NATIVE_FLOOR);
  const limit = load<usize>(CELL_NATIVE_LIMIT);
  const budget = load<usize>(CELL_NATIVE_BUDGET);
  const base = load<usize>(CELL_INTERPRETER_BASE);
  const home = load<usize>(CELL_HOME);
  const sp = load<usize>(CELL_SP);
  if (floor) store<usize>(CELL_NATIVE_BUDGET, sp > floor ? sp - floor : 0);
  store<usize>(CELL_NATIVE_FLOOR, 0);
  store<usize>(CELL_INTERPRETER_BASE, 0);
  store<usize>(CELL_HOME, 0);
  hostNest(1);
  let exit = start();
  while (exit == EXIT_POLL || exit == EXIT_LEFT) {
    if (exit == EXIT_POLL) processActions(1);
    exit = interpret();
  }
  hostNest(-1);
  store<usize>(CELL_NATIVE_FLOOR, floor);
  store<usize>(CELL_NATIVE_LIMIT, limit);
  store<usize>(CELL_NATIVE_BUDGET, budget);
  store<usize>(CELL_INTERPRETER_BASE, base);
  store<usize>(CELL_HOME, home);
  return exit;
}

/** Make the running fiber ready to apply f to the `nargs` ≥ 1 values at argv and then to leave the interpreter. */
export function startCode(f: value, argv: usize, nargs: i32): void {
  const trap = pushTrap(load<usize>(CELL_SP), STUB_STOP_RAISE, load<usize>(CELL_TRAP_SP));
  store<usize>(CELL_TRAP_SP, trap);
  store<usize>(CELL_SP, pushFrame(trap, STUB_STOP, UNIT, 0));
  pushCall(f, argv, nargs);
}

/**
 * Apply function f to the `nargs` ≥ 1 values at argv (which need not be roots any more once this is entered). The
 * result, or 0 with the exception in CELL_EXN. Effects do not cross it.
 */
export function callback(f: value, argv: usize, nargs: i32): value {
  const fiber = load<usize>(CELL_FIBER);
  const parent = load<usize>(fiber, FIBER_PARENT);
  const segment = load<usize>(CELL_SEGMENT);
  const sp0 = load<usize>(CELL_SP);
  const trap0 = load<usize>(CELL_TRAP_SP);
  const pc0 = load<usize>(CELL_PC);
  const extra0 = load<i32>(CELL_EXTRA_ARGS);
  if (parent) register_fiber(parent);
  store<usize>(fiber, 0, FIBER_PARENT);
  pushRoot(load<value>(CELL_ACCU));
  pushRoot(load<value>(CELL_ENV));

  // A frame of the primitive that calls back, for Printexc.get_callstack.
  store<usize>(CELL_SP, pushFrame(sp0, pc0 + INSTRUCTION_BYTES, UNIT, 0));
  startCode(f, argv, nargs);
  const exit = drive();

  unwindTo(segment);
  store<usize>(CELL_SP, sp0);
  store<usize>(CELL_TRAP_SP, trap0);
  store<usize>(CELL_PC, pc0);
  store<i32>(CELL_EXTRA_ARGS, extra0);
  store<value>(CELL_ENV, popRoot());
  const result = load<value>(CELL_ACCU);
  store<value>(CELL_ACCU, popRoot());
  store<usize>(fiber, parent, FIBER_PARENT);
  if (parent) unregister_fiber(parent);
  return exit == EXIT_RAISE ? 0 : result;
}

/** Call the finalisation functions that are ready. The result is UNIT, or 0 with the exception of one in CELL_EXN. */
export function runFinalisers(): value {
  if (finalising) return UNIT;
  finalising = true;
  let result: value = UNIT;
  while (result && readyCount() > 0) {
    const f = load<value>(readyAt(0));
    pushRoot(load<value>(readyAt(0), 8));
    removeFirstReady();
    result = callback(f, rootAddress(0), 1);
    dropRoots(1);
  }
  finalising = false;
  if (readyCount() > 0) store<i32>(CELL_ACTIONS, load<i32>(CELL_ACTIONS) | ACTION_FINALISER);
  return result ? UNIT : 0;
}

/** Whether runFinalisers is at work: the functions that are ready wait for each other. */
let finalising: bool = false;

/** For TypeScript: callback(f, argv, nargs) with f the value at address `fp`. 1: result in CELL_RESULT. 0: raised. */
export function callback_from_host(fp: usize, argv: usize, nargs: i32): i32 {
  const result = callback(load<value>(fp), argv, nargs);
  if (!result) return 0;
  store<value>(CELL_RESULT, result);
  return 1;
}
