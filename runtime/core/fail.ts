/**
 * Raising OCaml exceptions from the runtime (runtime/fail_byt.c). Each function leaves the exception in CELL_EXN and
 * returns 0, so that a primitive writes `return failwith("int_of_string")`.
 */
import {
  CELL_EXN,
  CELL_GLOBAL_DATA,
  EXN_END_OF_FILE,
  EXN_FAILURE,
  EXN_INVALID_ARGUMENT,
  EXN_NOT_FOUND,
  EXN_OUT_OF_MEMORY,
  EXN_STACK_OVERFLOW,
  EXN_SYS_ERROR,
  EXN_ZERO_DIVIDE,
} from "../layout";
import { addr, field, initField, value } from "./values";
import { popRoot, pushRoot } from "./roots";
import { allocSmall } from "./gc/alloc";
import { allocString, stringOfLiteral } from "./strings";

/** Raise exception value v. */
export function raise(v: value): value {
  store<value>(CELL_EXN, v);
  return 0;
}

function predefined(index: i32): value {
  return field(addr(load<value>(CELL_GLOBAL_DATA)), index);
}

/** Raise a predefined exception without argument (EXN_*). */
export function raiseConstant(index: i32): value {
  return raise(predefined(index));
}

/** Raise a predefined exception (EXN_*) with argument v. */
export function raiseWithArg(index: i32, v: value): value {
  pushRoot(v);
  const p = allocSmall(2, 0);
  initField(p, 0, predefined(index));
  initField(p, 1, popRoot());
  return raise(<value>p);
}

export function failwith(message: string): value {
  return raiseWithArg(EXN_FAILURE, stringOfLiteral(message));
}
/** Failure of both texts and the n bytes at p (off the heap). */
export function failwithParts(a: string, b: string, p: usize, n: usize): value {
  const first = <usize>a.length;
  const second = <usize>b.length;
  const s = allocString(<i32>(first + second + n));
  if (!s) return raiseOutOfMemory();
  for (let i: usize = 0; i < first; i++) store<u8>(s + i, <u8>a.charCodeAt(<i32>i));
  for (let i: usize = 0; i < second; i++) store<u8>(s + first + i, <u8>b.charCodeAt(<i32>i));
  memory.copy(s + first + second, p, n);
  return raiseWithArg(EXN_FAILURE, <value>s);
}
export function invalidArg(message: string): value {
  return raiseWithArg(EXN_INVALID_ARGUMENT, stringOfLiteral(message));
}
export function sysError(message: string): value {
  return raiseWithArg(EXN_SYS_ERROR, stringOfLiteral(message));
}
export function boundError(): value {
  return invalidArg("index out of bounds");
}
export function raiseNotFound(): value {
  return raiseConstant(EXN_NOT_FOUND);
}
export function raiseZeroDivide(): value {
  return raiseConstant(EXN_ZERO_DIVIDE);
}
export function raiseOutOfMemory(): value {
  return raiseConstant(EXN_OUT_OF_MEMORY);
}
export function raiseStackOverflow(): value {
  return raiseConstant(EXN_STACK_OVERFLOW);
}
export function raiseEndOfFile(): value {
  return raiseConstant(EXN_END_OF_FILE);
}
