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
  CODE_BIAS,
  MAX_YOUNG_WOSIZE,
  TAG_CLOSURE,
  TAG_DOUBLE_ARRAY,
  TAG_INFIX,
  WORD,
} from "../layout";
import { raiseOutOfMemory, raiseStackOverflow, raiseZeroDivide } from "./fail";
import { allocLargeOrCollect, allocSmall, initialize, modify } from "./gc/alloc";
import { stack_grow } from "./stack";
import { makeHeader, value } from "./values";

const OPCODE_BYTES = 4;

// @ts-ignore: decorator
@inline function slot(i: i32): value {
  return load<value>(load<usize>(CELL_SP) + (<usize>i << 3));
}

/** caml_modify under a name that is not a primitive's. */
export function caml_modify_field(field: usize, v: value): void {
  modify(field, v);
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

/** GRAB of a function with very many arguments: the partial application of CELL_EXTRA_ARGS + 1 arguments. */
export function make_partial_application(): value {
  const nargs = load<i32>(CELL_EXTRA_ARGS) + 1;
  const size = nargs + 3;
  const young = size <= MAX_YOUNG_WOSIZE;
  const p = young ? allocSmall(size, TAG_CLOSURE) : allocLargeOrCollect(size, TAG_CLOSURE);
  if (!p) return raiseOutOfMemory();
  store<u64>(p, <u64>(load<usize>(CELL_PC) - OPCODE_BYTES));
  store<u64>(p + WORD, closinfo(2));
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
  const nfuncs = load<i32>(pc + CODE_BIAS, OPCODE_BYTES);
  const nvars = load<i32>(pc + CODE_BIAS, 2 * OPCODE_BYTES);
  let startOfEnv = nfuncs * 3 - 1;
  const size = startOfEnv + nvars;
  const young = size <= MAX_YOUNG_WOSIZE;
  const p = young ? allocSmall(size, TAG_CLOSURE) : allocLargeOrCollect(size, TAG_CLOSURE);
  if (!p) {
    raiseOutOfMemory();
    return 0;
  }
  const code = pc + 3 * OPCODE_BYTES;
  for (let i = 0; i < nfuncs; i++) {
    const f = p + <usize>(3 * i * WORD);
    if (i > 0) store<u64>(f - WORD, makeHeader(3 * i, TAG_INFIX, 0));
    const target = code + (<usize>load<i32>(code + CODE_BIAS + <usize>(i * OPCODE_BYTES)) << 2);
    store<u64>(f, <u64>target);
    store<u64>(f + WORD, closinfo(startOfEnv));
    startOfEnv -= 3;
  }
  const env = p + <usize>((nfuncs * 3 - 1) * WORD);
  for (let i = 0; i < nvars; i++) {
    const v = i == 0 ? load<value>(CELL_ACCU) : slot(i - 1);
    const f = env + (<usize>i << 3);
    if (young) store<value>(f, v);
    else initialize(f, v);
  }
  let sp = load<usize>(CELL_SP) + (<usize>max(nvars - 1, 0) << 3);
  for (let i = 0; i < nfuncs; i++) {
    sp -= WORD;
    store<value>(sp, <value>(p + <usize>(3 * i * WORD)));
  }
  store<usize>(CELL_SP, sp);
  store<value>(CELL_ACCU, <value>p);
  return code + <usize>(nfuncs * OPCODE_BYTES);
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
