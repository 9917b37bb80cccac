/** The automaton of ocamlyacc (runtime/parsing.c). */
import { modify } from "./gc/alloc";
import { field, initField, isInt, ofBool, ofInt32, tag, toInt32, value } from "./values";

// Fields of Parsing.parse_tables.
const TRANSL_CONST = 1;
const TRANSL_BLOCK = 2;
const LHS = 3;
const LEN = 4;
const DEFRED = 5;
const DGOTO = 6;
const SINDEX = 7;
const RINDEX = 8;
const GINDEX = 9;
const TABLESIZE = 10;
const TABLE = 11;
const CHECK = 12;

// Fields of Parsing.parser_env.
const S_STACK = 0;
const V_STACK = 1;
const SYMB_START_STACK = 2;
const SYMB_END_STACK = 3;
const STACKSIZE = 4;
const STACKBASE = 5;
const CURR_CHAR = 6;
const LVAL = 7;
const SYMB_START = 8;
const SYMB_END = 9;
const ASP = 10;
const RULE_LEN = 11;
const RULE_NUMBER = 12;
const ENV_SP = 13;
const ENV_STATE = 14;
const ENV_ERRFLAG = 15;

// Commands from OCaml (parser_input) …
const START: i32 = 0;
const TOKEN_READ: i32 = 1;
const STACKS_GROWN_1: i32 = 2;
const STACKS_GROWN_2: i32 = 3;
const SEMANTIC_ACTION_COMPUTED: i32 = 4;
const ERROR_DETECTED: i32 = 5;

// … and answers (parser_output).
const READ_TOKEN: i32 = 0;
const RAISE_PARSE_ERROR: i32 = 1;
const GROW_STACKS_1: i32 = 2;
const GROW_STACKS_2: i32 = 3;
const COMPUTE_SEMANTIC_ACTION: i32 = 4;
const CALL_ERROR_FUNCTION: i32 = 5;

const ERROR_TOKEN: i32 = 256;

// What the automaton does next.
const LOOP: i32 = 0;
const TEST_SHIFT: i32 = 1;
const SHIFT: i32 = 2;
const SHIFT_RECOVER: i32 = 3;
const PUSH: i32 = 4;
const REDUCE: i32 = 5;
const SEMANTIC_ACTION: i32 = 6;
const RECOVER: i32 = 7;

let tables: usize = 0;
let env: usize = 0;
let state: i32 = 0;
let sp: i32 = 0;
let errflag: i32 = 0;

// @ts-ignore: decorator
@inline function entry(t: i32, i: i32): i32 {
  return load<i16>(<usize>field(tables, t) + (<usize>i << 1));
}
// @ts-ignore: decorator
@inline function int(i: i32): i32 {
  return toInt32(field(env, i));
}
/** Index into `table` and `check` for row `base` and symbol, or -1. */
function find(base: i32, symbol: i32): i32 {
  const i = base + symbol;
  return base != 0 && i >= 0 && i <= toInt32(field(tables, TABLESIZE)) && entry(CHECK, i) == symbol ? i : -1;
}
// @ts-ignore: decorator
@inline function stackSlot(stack: i32, i: i32): usize {
  return <usize>field(env, stack) + (<usize>i << 3);
}

function answer(code: i32): value {
  initField(env, ENV_SP, ofInt32(sp));
  initField(env, ENV_STATE, ofInt32(state));
  initField(env, ENV_ERRFLAG, ofInt32(errflag));
  return ofInt32(code);
}

export function caml_parse_engine(vtables: value, venv: value, command: value, arg: value): value {
  tables = <usize>vtables;
  env = <usize>venv;
  let next = LOOP;
  let n = 0;
  const cmd = toInt32(command);
  if (cmd == START) {
    state = 0;
    sp = int(ENV_SP);
    errflag = 0;
  } else {
    sp = int(ENV_SP);
    state = int(ENV_STATE);
    errflag = int(ENV_ERRFLAG);
    switch (cmd) {
      case TOKEN_READ:
        if (isInt(arg)) {
          initField(env, CURR_CHAR, field(<usize>field(tables, TRANSL_CONST), toInt32(arg)));
          modify(env + (LVAL << 3), 1);
        } else {
          initField(env, CURR_CHAR, field(<usize>field(tables, TRANSL_BLOCK), tag(<usize>arg)));
          modify(env + (LVAL << 3), field(<usize>arg, 0));
        }
        next = TEST_SHIFT;
        break;
      case STACKS_GROWN_1:
        next = PUSH;
        break;
      case STACKS_GROWN_2:
        next = SEMANTIC_ACTION;
        break;
      case SEMANTIC_ACTION_COMPUTED: {
        initField(<usize>field(env, S_STACK), sp, ofInt32(state));
        modify(stackSlot(V_STACK, sp), arg);
        const asp = int(ASP);
        const end = load<value>(stackSlot(SYMB_END_STACK, asp));
        modify(stackSlot(SYMB_END_STACK, sp), end);
        if (sp > asp) modify(stackSlot(SYMB_START_STACK, sp), load<value>(stackSlot(SYMB_END_STACK, asp)));
        break;
      }
      case ERROR_DETECTED:
        next = RECOVER;
        break;
    }
  }
  while (true) {
    switch (next) {
      case LOOP:
        n = entry(DEFRED, state);
        if (n != 0) next = REDUCE;
        else if (int(CURR_CHAR) >= 0) next = TEST_SHIFT;
        else return answer(READ_TOKEN);
        break;
      case TEST_SHIFT: {
        const symbol = int(CURR_CHAR);
        n = find(entry(SINDEX, state), symbol);
        if (n >= 0) {
          next = SHIFT;
          break;
        }
        const reduction = find(entry(RINDEX, state), symbol);
        if (reduction >= 0) {
          n = entry(TABLE, reduction);
          next = REDUCE;
        } else if (errflag > 0) next = RECOVER;
        else return answer(CALL_ERROR_FUNCTION);
        break;
      }
      case RECOVER: {
        if (errflag >= 3) {
          if (int(CURR_CHAR) == 0) return ofInt32(RAISE_PARSE_ERROR);
          initField(env, CURR_CHAR, -1);
          next = LOOP;
          break;
        }
        errflag = 3;
        while (true) {
          const earlier = toInt32(field(<usize>field(env, S_STACK), sp));
          n = find(entry(SINDEX, earlier), ERROR_TOKEN);
          if (n >= 0) break;
          if (sp <= int(STACKBASE)) return ofInt32(RAISE_PARSE_ERROR);
          sp--;
        }
        next = SHIFT_RECOVER;
        break;
      }
      case SHIFT:
        initField(env, CURR_CHAR, -1);
        if (errflag > 0) errflag--;
        next = SHIFT_RECOVER;
        break;
      case SHIFT_RECOVER:
        state = entry(TABLE, n);
        sp++;
        if (sp >= int(STACKSIZE)) return answer(GROW_STACKS_1);
        next = PUSH;
        break;
      case PUSH:
        initField(<usize>field(env, S_STACK), sp, ofInt32(state));
        modify(stackSlot(V_STACK, sp), field(env, LVAL));
        modify(stackSlot(SYMB_START_STACK, sp), field(env, SYMB_START));
        modify(stackSlot(SYMB_END_STACK, sp), field(env, SYMB_END));
        next = LOOP;
        break;
      case REDUCE: {
        const length = entry(LEN, n);
        initField(env, ASP, ofInt32(sp));
        initField(env, RULE_NUMBER, ofInt32(n));
        initField(env, RULE_LEN, ofInt32(length));
        sp = sp - length + 1;
        const symbol = entry(LHS, n);
        const earlier = toInt32(field(<usize>field(env, S_STACK), sp - 1));
        const base = entry(GINDEX, symbol);
        const i = base + earlier;
        state =
          base != 0 && i >= 0 && i <= toInt32(field(tables, TABLESIZE)) && entry(CHECK, i) == earlier
            ? entry(TABLE, i)
            : entry(DGOTO, symbol);
        if (sp >= int(STACKSIZE)) return answer(GROW_STACKS_2);
        next = SEMANTIC_ACTION;
        break;
      }
      default:
        return answer(COMPUTE_SEMANTIC_ACTION);
    }
  }
  return 0;
}

let tracing: bool = false;

/** Whether the automata report their steps: remembered for programs that ask, but nothing is printed. */
export function caml_set_parser_trace(flag: value): value {
  const old = ofBool(tracing);
  tracing = flag != 1;
  return old;
}
