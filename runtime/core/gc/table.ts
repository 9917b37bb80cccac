/** Growing arrays of i32 in off-heap memory; a table is the address of [length, capacity, data]. */
import { vitalResize } from "./reserve";

/** Static room for table descriptors. */
const descriptors: usize = memory.data(12 * 32, 8);
let used: i32 = 0;

/** A new, empty table; only at start-up. */
export function Table_new(): usize {
  return descriptors + <usize>(12 * used++);
}
// @ts-ignore: decorator
@inline export function Table_length(t: usize): i32 {
  return load<i32>(t);
}
// @ts-ignore: decorator
@inline export function Table_data(t: usize): usize {
  return load<usize>(t, 8);
}
// @ts-ignore: decorator
@inline export function load32(t: usize, i: i32): i32 {
  return load<i32>(load<usize>(t, 8) + (<usize>i << 2));
}
// @ts-ignore: decorator
@inline export function Table_set(t: usize, i: i32, x: i32): void {
  store<i32>(load<usize>(t, 8) + (<usize>i << 2), x);
}
export function Table_truncate(t: usize, n: i32): void {
  store<i32>(t, n);
}
export function Table_add(t: usize, x: i32): void {
  const n = load<i32>(t);
  if (n == load<i32>(t, 4)) {
    const capacity = max(64, 2 * n);
    const data = vitalResize(load<usize>(t, 8), <usize>capacity << 2);
    store<usize>(t, data, 8);
    store<i32>(t, capacity, 4);
  }
  store<i32>(load<usize>(t, 8) + (<usize>n << 2), x);
  store<i32>(t, n + 1);
}
