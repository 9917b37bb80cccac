/** The automata of ocamllex (runtime/lexing.c). */
import { VAL_FALSE } from "../layout";
import { failwith } from "./fail";
import { field, initField, ofInt32, toInt32, value } from "./values";

// Fields of Lexing.lexbuf.
const LEX_BUFFER = 1;
const LEX_BUFFER_LEN = 2;
const LEX_START_POS = 4;
const LEX_CURR_POS = 5;
const LEX_LAST_POS = 6;
const LEX_LAST_ACTION = 7;
const LEX_EOF_REACHED = 8;
const LEX_MEM = 9;

// Fields of Lexing.lex_tables.
const LEX_BASE = 0;
const LEX_BACKTRK = 1;
const LEX_DEFAULT = 2;
const LEX_TRANS = 3;
const LEX_CHECK = 4;
const LEX_BASE_CODE = 5;
const LEX_BACKTRK_CODE = 6;
const LEX_DEFAULT_CODE = 7;
const LEX_TRANS_CODE = 8;
const LEX_CHECK_CODE = 9;
const LEX_CODE = 10;

const END_OF_INPUT: i32 = 256;
const NO_ACTION: value = -1;
/** In code: the current position, or end of the code. */
const CODE_END: u8 = 255;

/** Entry i of table number t. */
// @ts-ignore: decorator
@inline function entry(tables: usize, t: i32, i: i32): i32 {
  return load<i16>(<usize>field(tables, t) + (<usize>i << 1));
}
// @ts-ignore: decorator
@inline function unsignedEntry(tables: usize, t: i32, i: i32): i32 {
  return load<u16>(<usize>field(tables, t) + (<usize>i << 1));
}

/** Run memory moves of the code at offset `pc`: register := register or `position`. */
function runCode(tables: usize, pc: i32, lexbuf: usize, position: value): void {
  let p = <usize>field(tables, LEX_CODE) + pc;
  const mem = <usize>field(lexbuf, LEX_MEM);
  while (load<u8>(p) != CODE_END) {
    const to = <i32>load<u8>(p);
    const from = load<u8>(p, 1);
    initField(mem, to, from == CODE_END ? position : field(mem, from));
    p += 2;
  }
}

/** The automaton; with memory for `as` bindings when `withMemory`. */
function run(tables: usize, start: value, lexbuf: usize, withMemory: bool): value {
  let state = toInt32(start);
  if (state >= 0) {
    const position = field(lexbuf, LEX_CURR_POS);
    initField(lexbuf, LEX_LAST_POS, position);
    initField(lexbuf, LEX_START_POS, position);
    initField(lexbuf, LEX_LAST_ACTION, NO_ACTION);
  } else {
    state = -state - 1;
  }
  while (true) {
    const base = entry(tables, LEX_BASE, state);
    if (base < 0) {
      if (withMemory) runCode(tables, unsignedEntry(tables, LEX_BASE_CODE, state), lexbuf, NO_ACTION);
      return ofInt32(-base - 1);
    }
    const backtrack = entry(tables, LEX_BACKTRK, state);
    if (backtrack >= 0) {
      if (withMemory) runCode(tables, unsignedEntry(tables, LEX_BACKTRK_CODE, state), lexbuf, NO_ACTION);
      initField(lexbuf, LEX_LAST_POS, field(lexbuf, LEX_CURR_POS));
      initField(lexbuf, LEX_LAST_ACTION, ofInt32(backtrack));
    }
    let c: i32;
    const position = field(lexbuf, LEX_CURR_POS);
    if (position >= field(lexbuf, LEX_BUFFER_LEN)) {
      if (field(lexbuf, LEX_EOF_REACHED) == <value>VAL_FALSE) return ofInt32(-state - 1);
      c = END_OF_INPUT;
    } else {
      c = <i32>load<u8>(<usize>field(lexbuf, LEX_BUFFER) + toInt32(position));
      initField(lexbuf, LEX_CURR_POS, position + 2);
    }
    const previous = state;
    if (entry(tables, LEX_CHECK, base + c) == state) state = entry(tables, LEX_TRANS, base + c);
    else state = entry(tables, LEX_DEFAULT, state);
    if (state < 0) {
      initField(lexbuf, LEX_CURR_POS, field(lexbuf, LEX_LAST_POS));
      const action = field(lexbuf, LEX_LAST_ACTION);
      return action == NO_ACTION ? failwith("lexing: empty token") : action;
    }
    if (withMemory) {
      const baseCode = unsignedEntry(tables, LEX_BASE_CODE, previous);
      const pc =
        entry(tables, LEX_CHECK_CODE, baseCode + c) == previous
          ? unsignedEntry(tables, LEX_TRANS_CODE, baseCode + c)
          : unsignedEntry(tables, LEX_DEFAULT_CODE, previous);
      if (pc > 0) runCode(tables, pc, lexbuf, field(lexbuf, LEX_CURR_POS));
    }
    if (c == END_OF_INPUT) initField(lexbuf, LEX_EOF_REACHED, VAL_FALSE);
  }
  return 0;
}

export function caml_lex_engine(tables: value, start: value, lexbuf: value): value {
  return run(<usize>tables, start, <usize>lexbuf, false);
}
export function caml_new_lex_engine(tables: value, start: value, lexbuf: value): value {
  return run(<usize>tables, start, <usize>lexbuf, true);
}
