/** Local state and number of the running domain, which the scheduler changes (runtime/domain.c); prng.c. */
import { CELL_DLS, CELL_DOMAIN_ID } from "../layout";
import { copyInt64 } from "./ints";
import { ofInt32, UNIT, value } from "./values";

export function caml_domain_dls_set(state: value): value {
  store<value>(CELL_DLS, state);
  return UNIT;
}
export function caml_domain_dls_get(unit: value): value {
  return load<value>(CELL_DLS);
}
export function caml_domain_dls_compare_and_set(old: value, state: value): value {
  if (load<value>(CELL_DLS) != old) return 1;
  store<value>(CELL_DLS, state);
  return 3;
}
export function caml_ml_domain_id(unit: value): value {
  return ofInt32(load<i32>(CELL_DOMAIN_ID));
}
export function caml_recommended_domain_count(unit: value): value {
  return ofInt32(1);
}

/** The LXM generator L64X128 (runtime/prng.c): state in a bigarray of four int64. */
export function caml_lxm_next(state: value): value {
  const p = load<usize>(<usize>state, 8); // the bigarray's data
  const a = load<u64>(p);
  let s = load<u64>(p, 8);
  let x0 = load<u64>(p, 16);
  let x1 = load<u64>(p, 24);
  let z = s + x0;
  z = (z ^ (z >> 32)) * 0xdaba0b6eb09322e3;
  z = (z ^ (z >> 32)) * 0xdaba0b6eb09322e3;
  z ^= z >> 32;
  s = s * 0xd1342543de82ef95 + a;
  store<u64>(p, s, 8);
  x1 ^= x0;
  x0 = rotl<u64>(x0, 24);
  x0 = x0 ^ x1 ^ (x1 << 16);
  x1 = rotl<u64>(x1, 37);
  store<u64>(p, x0, 16);
  store<u64>(p, x1, 24);
  return copyInt64(<i64>z);
}
