/** The primitives of core.wasm: every exported function called caml_…, unix_… or re_… */
export { caml_register_named_value } from "./named";
export {
  caml_alloc_stack,
  caml_continuation_use_and_update_handler_noexc,
  caml_continuation_use_noexc,
  caml_ensure_stack_capacity,
} from "./stack";
export * from "./array";
export * from "./bigarray";
export * from "./compare";
export * from "./domain";
export * from "./extern";
export * from "./floats";
export * from "./gc-ctrl";
export * from "./hash";
export * from "./intern";
export * from "./ints";
export * from "./io";
export * from "./lexing";
export * from "./obj";
export * from "./parsing";
export * from "./reachable";
export * from "./str";
export * from "./strings";
export * from "./weak";
