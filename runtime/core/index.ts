export { allocSmall } from "./gc/alloc";
export { failwith } from "./fail";
export function caml_test(a: i64): i64 { return a; }
