/**
 * Runtime functions that only the interpreter calls: its slow paths. They take registers from their cells and leave
 * results there (bytecode/interpreter/transitions.ts is the other side).
 */
import {
  CELL_ACCU,
  CELL_ENV,
  CELL_EXTRA_ARGS,
  CELL_PC,
  CELL_SP,
  CLOSINFO_ARITY_SHIFT,
  CLOSURE_ARITY,
  CLOSURE_INDEX,
  CODE_BIAS,
  MAX_YOUNG_WOSIZE,
  PLAIN_ENVIRONMENT,
  TAG_CLOSURE,
  TAG_DOUBLE_ARRAY,
  TAG_INFIX,
  WORD,
} from "../layout";
import { raiseOutOfMemory, raiseStackOverflow, raiseZeroDivide } from "./fail";
import { allocLargeOrCollect, allocSmall, initialize, modifyOld } from "./gc/alloc";
import { stack_grow } from "./stack";
import { addr, makeHeader, partialIndex, value } from "./values";

const OPCODE_BYTES = 4;

// @ts-ignore: decorator
@inline function slot(i: i32): value {
  return load<value>(load<usize>(CELL_SP) + (<usize>i << 3));
}

/** caml_modify of a field of a block that is not in the minor heap. */
export function modify_old_field(field: usize, v: value): void {
  modifyOld(field, v);
}

export function raise_zero_divide(): value {
  return raiseZeroDivide();
}

/** stack_grow; 0 with Stack_overflow (or Out_of_memory) in CELL_EXN. */
export function grow_stack_or_raise(nargs: i32, need: i32): i32 {
  if (stack_grow(nargs, need)) return 1;
  raiseStackOverflow();
  return 0;
}

/** MAKEBLOCK of a size that may not fit the minor heap. */
export function make_large_block(size: i32, tag: i32): value {
  if (size <= MAX_YOUNG_WOSIZE) {
    const p = allocSmall(size, tag);
    store<value>(p, load<value>(CELL_ACCU));
    for (let i = 1; i < size; i++) store<value>(p + (<usize>i << 3), slot(i - 1));
    return <value>p;
  }
  const p = allocLargeOrCollect(size, tag);
  if (!p) return raiseOutOfMemory();
  initialize(p, load<value>(CELL_ACCU));
  for (let i = 1; i < size; i++) initialize(p + (<usize>i << 3), slot(i - 1));
  return <value>p;
}

/** MAKEFLOATBLOCK. */
export function make_float_block(size: i32): value {
  const p = size <= MAX_YOUNG_WOSIZE ? allocSmall(size, TAG_DOUBLE_ARRAY) : allocLargeOrCollect(size, TAG_DOUBLE_ARRAY);
  if (!p) return raiseOutOfMemory();
  store<f64>(p, load<f64>(<usize>load<value>(CELL_ACCU)));
  for (let i = 1; i < size; i++) store<f64>(p + (<usize>i << 3), load<f64>(<usize>slot(i - 1)));
  return <value>p;
}

/** CLOSURE over more values than fit the minor heap. */
export function make_large_closure(vars: i32, code: usize): value {
  const size = 2 + vars;
  const young = size <= MAX_YOUNG_WOSIZE;
  const p = young ? allocSmall(size, TAG_CLOSURE) : allocLargeOrCollect(size, TAG_CLOSURE);
  if (!p) return raiseOutOfMemory();
  store<u64>(p, <u64>code);
  store<u64>(p + WORD, closinfo(2));
  for (let i = 0; i < vars; i++) {
    const v = i == 0 ? load<value>(CELL_ACCU) : slot(i - 1);
    const f = p + (<usize>(2 + i) << 3);
    if (young) store<value>(f, v);
    else initialize(f, v);
  }
  return <value>p;
}

// @ts-ignore: decorator
@inline function closinfo(startOfEnv: i32): u64 {
  return (<u64>startOfEnv << 1) | 1;
}

/** GRAB of a function with very many arguments, or with native code: the partial application of CELL_EXTRA_ARGS + 1 arguments. */
export function make_partial_application(): value {
  const nargs = load<i32>(CELL_EXTRA_ARGS) + 1;
  const size = nargs + 3;
  const young = size <= MAX_YOUNG_WOSIZE;
  const p = young ? allocSmall(size, TAG_CLOSURE) : allocLargeOrCollect(size, TAG_CLOSURE);
  if (!p) return raiseOutOfMemory();
  const applied = addr(load<value>(CELL_ENV));
  const rest = load<i32>(applied, CLOSURE_INDEX) ? <i32>load<u8>(applied, CLOSURE_ARITY) - nargs : 0;
  const index = rest ? partialIndex(nargs, rest) : 0;
  store<u64>(p, <u64>(load<usize>(CELL_PC) - OPCODE_BYTES) | (<u64>index << 32));
  store<u64>(p + WORD, closinfo(PLAIN_ENVIRONMENT) | (<u64>rest << CLOSINFO_ARITY_SHIFT));
  for (let i = 0; i <= nargs; i++) {
    const v = i == 0 ? load<value>(CELL_ENV) : slot(i - 1);
    const f = p + (<usize>(2 + i) << 3);
    if (young) store<value>(f, v);
    else initialize(f, v);
  }
  return <value>p;
}

/**
 * CLOSUREREC at biased address pc: makes the block of closures, pushes each of them. The biased address of the next
 * instruction; 0: Out_of_memory was raised.
 */
export function make_recursive_closures(pc: usize): usize {
  return makeClosures(pc, false);
}

/** The same for NATIVE_CLOSUREREC. */
export function make_native_closures(pc: usize): usize {
  return makeClosures(pc, true);
}

/** The same for NATIVE_CLOSURE, which pushes nothing. */
export function make_native_closure(pc: usize): usize {
  const nvars = operandAt(pc, 0);
  const p = allocateClosures(1, nvars);
  if (!p) return 0;
  initialiseClosure(p, operandAt(pc, 1), PLAIN_ENVIRONMENT);
  return pc + 3 * OPCODE_BYTES;
}

function makeClosures(pc: usize, native: bool): usize {
  const nfuncs = operandAt(pc, 0);
  const p = allocateClosures(nfuncs, operandAt(pc, 1));
  if (!p) return 0;
  const code = pc + 3 * OPCODE_BYTES;
  let startOfEnv = nfuncs * 3 - 1;
  let sp = load<usize>(CELL_SP);
  for (let i = 0; i < nfuncs; i++) {
    const f = p + <usize>(3 * i * WORD);
    if (i > 0) store<u64>(f - WORD, makeHeader(3 * i, TAG_INFIX, 0));
    const operand = operandAt(pc, 2 + i);
    if (native) initialiseClosure(f, operand, startOfEnv);
    else {
      store<u64>(f, <u64>(code + (<usize>operand << 2)));
      store<u64>(f + WORD, closinfo(startOfEnv));
    }
    startOfEnv -= 3;
    sp -= WORD;
    store<value>(sp, <value>f);
  }
  store<usize>(CELL_SP, sp);
  return code + <usize>(nfuncs * OPCODE_BYTES);
}

/** The closure at f, of the function that the words at address `description` tell about (bytecode/native-closures.ts). */
function initialiseClosure(f: usize, description: usize, startOfEnv: i32): void {
  store<u64>(f, load<u64>(description));
  store<u64>(f + WORD, load<u64>(description, WORD) | closinfo(startOfEnv));
}

/** Operand i of the instruction at biased address pc. */
function operandAt(pc: usize, i: i32): i32 {
  return load<i32>(pc + CODE_BIAS + <usize>((1 + i) * OPCODE_BYTES));
}

/** A block for closures, which becomes accu, over accu and what is popped, `nvars` values; 0: Out_of_memory was raised. */
function allocateClosures(nfuncs: i32, nvars: i32): usize {
  const size = nfuncs * 3 - 1 + nvars;
  const young = size <= MAX_YOUNG_WOSIZE;
  const p = young ? allocSmall(size, TAG_CLOSURE) : allocLargeOrCollect(size, TAG_CLOSURE);
  if (!p) {
    raiseOutOfMemory();
    return 0;
  }
  const env = p + <usize>((nfuncs * 3 - 1) * WORD);
  for (let i = 0; i < nvars; i++) {
    const v = i == 0 ? load<value>(CELL_ACCU) : slot(i - 1);
    const f = env + (<usize>i << 3);
    if (young) store<value>(f, v);
    else initialize(f, v);
  }
  store<usize>(CELL_SP, load<usize>(CELL_SP) + (<usize>max(nvars - 1, 0) << 3));
  store<value>(CELL_ACCU, <value>p);
  return p;
}

/** Byte offset of method `tag` in the method table, by binary search (interp.c: GETDYNMET). */
function findMethod(methods: usize, tag: value): usize {
  let low = 3;
  let high = <i32>load<value>(methods);
  while (low < high) {
    const middle = ((low + high) >> 1) | 1;
    if (tag < load<value>(methods + (<usize>middle << 3))) high = middle - 2;
    else low = middle;
  }
  return <usize>low << 3;
}

/** The public method with this tag. */
export function find_method(methods: usize, tag: value): value {
  return load<value>(methods + findMethod(methods, tag) - WORD);
}

/** The same, remembering where it was found in the code word at `cache`. */
export function find_method_cached(methods: usize, tag: value, cache: usize): value {
  const offset = findMethod(methods, tag);
  store<i32>(cache, <i32>offset - 3 * WORD);
  return load<value>(methods + offset - WORD);
}

/** A closure without environment over the code at a biased address. */
export function make_code_closure(pc: usize): usize {
  const p = allocSmall(2, TAG_CLOSURE);
  store<u64>(p, <u64>pc);
  store<u64>(p + WORD, closinfo(2));
  return p;
}
