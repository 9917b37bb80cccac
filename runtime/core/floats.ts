/** Floating-point numbers (runtime/floats.c). */
import { TAG_DOUBLE } from "../layout";
import { erf, erfc } from "./erf";
import { allocSmall } from "./gc/alloc";
import { truncate } from "./ints";
import {
  math_acos,
  math_acosh,
  math_asin,
  math_asinh,
  math_atan,
  math_atan2,
  math_atanh,
  math_cbrt,
  math_cos,
  math_cosh,
  math_exp,
  math_exp2,
  math_expm1,
  math_fmod,
  math_hypot,
  math_log,
  math_log10,
  math_log1p,
  math_log2,
  math_power,
  math_round,
  math_sin,
  math_sinh,
  math_tan,
  math_tanh,
} from "./math";
import { popRoot, pushRoot } from "./roots";
import { initField, ofBool, ofInt, ofInt32, toInt, toInt32, value } from "./values";

export function copyDouble(x: f64): value {
  const p = allocSmall(1, TAG_DOUBLE);
  store<f64>(p, x);
  return <value>p;
}
// @ts-ignore: decorator
@inline function d(v: value): f64 {
  return load<f64>(<usize>v);
}

export function caml_float_of_int(n: value): value { return copyDouble(<f64>toInt(n)); }
export function caml_int_of_float(x: value): value { return ofInt(truncate(d(x))); }
export function caml_neg_float(x: value): value { return copyDouble(-d(x)); }
export function caml_abs_float(x: value): value { return copyDouble(abs(d(x))); }
export function caml_add_float(x: value, y: value): value { return copyDouble(d(x) + d(y)); }
export function caml_sub_float(x: value, y: value): value { return copyDouble(d(x) - d(y)); }
export function caml_mul_float(x: value, y: value): value { return copyDouble(d(x) * d(y)); }
export function caml_div_float(x: value, y: value): value { return copyDouble(d(x) / d(y)); }
export function caml_sqrt_float(x: value): value { return copyDouble(sqrt(d(x))); }
export function caml_ceil_float(x: value): value { return copyDouble(ceil(d(x))); }
export function caml_floor_float(x: value): value { return copyDouble(floor(d(x))); }
export function caml_trunc_float(x: value): value { return copyDouble(trunc(d(x))); }
export function caml_copysign_float(x: value, y: value): value { return copyDouble(copysign(d(x), d(y))); }
export function caml_round_float(x: value): value { return copyDouble(math_round(d(x))); }
export function caml_fmod_float(x: value, y: value): value { return copyDouble(math_fmod(d(x), d(y))); }
export function caml_exp_float(x: value): value { return copyDouble(math_exp(d(x))); }
export function caml_exp2_float(x: value): value { return copyDouble(math_exp2(d(x))); }
export function caml_expm1_float(x: value): value { return copyDouble(math_expm1(d(x))); }
export function caml_log_float(x: value): value { return copyDouble(math_log(d(x))); }
export function caml_log10_float(x: value): value { return copyDouble(math_log10(d(x))); }
export function caml_log2_float(x: value): value { return copyDouble(math_log2(d(x))); }
export function caml_log1p_float(x: value): value { return copyDouble(math_log1p(d(x))); }
export function caml_cbrt_float(x: value): value { return copyDouble(math_cbrt(d(x))); }
export function caml_power_float(x: value, y: value): value { return copyDouble(math_power(d(x), d(y))); }
export function caml_hypot_float(x: value, y: value): value { return copyDouble(math_hypot(d(x), d(y))); }
export function caml_sin_float(x: value): value { return copyDouble(math_sin(d(x))); }
export function caml_cos_float(x: value): value { return copyDouble(math_cos(d(x))); }
export function caml_tan_float(x: value): value { return copyDouble(math_tan(d(x))); }
export function caml_asin_float(x: value): value { return copyDouble(math_asin(d(x))); }
export function caml_acos_float(x: value): value { return copyDouble(math_acos(d(x))); }
export function caml_atan_float(x: value): value { return copyDouble(math_atan(d(x))); }
export function caml_atan2_float(x: value, y: value): value { return copyDouble(math_atan2(d(x), d(y))); }
export function caml_sinh_float(x: value): value { return copyDouble(math_sinh(d(x))); }
export function caml_cosh_float(x: value): value { return copyDouble(math_cosh(d(x))); }
export function caml_tanh_float(x: value): value { return copyDouble(math_tanh(d(x))); }
export function caml_asinh_float(x: value): value { return copyDouble(math_asinh(d(x))); }
export function caml_acosh_float(x: value): value { return copyDouble(math_acosh(d(x))); }
export function caml_atanh_float(x: value): value { return copyDouble(math_atanh(d(x))); }
export function caml_erf_float(x: value): value { return copyDouble(erf(d(x))); }
export function caml_erfc_float(x: value): value { return copyDouble(erfc(d(x))); }

export function caml_eq_float(x: value, y: value): value { return ofBool(d(x) == d(y)); }
export function caml_neq_float(x: value, y: value): value { return ofBool(d(x) != d(y)); }
export function caml_lt_float(x: value, y: value): value { return ofBool(d(x) < d(y)); }
export function caml_le_float(x: value, y: value): value { return ofBool(d(x) <= d(y)); }
export function caml_gt_float(x: value, y: value): value { return ofBool(d(x) > d(y)); }
export function caml_ge_float(x: value, y: value): value { return ofBool(d(x) >= d(y)); }
export function caml_float_compare(a: value, b: value): value {
  const x = d(a);
  const y = d(b);
  return ofInt32(<i32>(x > y) - <i32>(x < y) + (<i32>(x == x) - <i32>(y == y)));
}

export function caml_signbit_float(x: value): value {
  return ofBool(reinterpret<i64>(d(x)) < 0);
}
export { caml_signbit_float as caml_signbit };

/** FP_normal, FP_subnormal, FP_zero, FP_infinite, FP_nan. */
export function caml_classify_float(v: value): value {
  const bits = reinterpret<u64>(d(v)) & ~(<u64>1 << 63);
  const exponent = bits >> 52;
  if (bits == 0) return ofInt32(2);
  if (exponent == 0) return ofInt32(1);
  if (exponent < 0x7ff) return ofInt32(0);
  return ofInt32(bits << 12 == 0 ? 3 : 4);
}

export function caml_nextafter_float(a: value, b: value): value {
  const x = d(a);
  const y = d(b);
  if (x != x || y != y) return copyDouble(x + y);
  if (x == y) return copyDouble(y);
  if (x == 0) return copyDouble(copysign(reinterpret<f64>(<u64>1), y));
  const bits = reinterpret<i64>(x);
  return copyDouble(reinterpret<f64>(x < y == x > 0 ? bits + 1 : bits - 1));
}

/** Mantissa of the last frexp. */
let mantissa: f64 = 0;
function exponentOf(x: f64): i32 {
  if (x == 0 || x != x || abs(x) == Infinity) {
    mantissa = x;
    return 0;
  }
  let adjust = 0;
  if (abs(x) < 2.2250738585072014e-308) {
    x *= 18014398509481984.0; // 2^54
    adjust = -54;
  }
  const bits = reinterpret<u64>(x);
  mantissa = reinterpret<f64>((bits & 0x800fffffffffffff) | 0x3fe0000000000000);
  return <i32>((bits >> 52) & 0x7ff) - 1022 + adjust;
}

/** A pair of a float and a value that is not a young block. */
function pairWithFloat(x: f64, v: value): value {
  const first = copyDouble(x);
  pushRoot(first);
  const p = allocSmall(2, 0);
  initField(p, 0, popRoot());
  initField(p, 1, v);
  return <value>p;
}

export function caml_frexp_float(v: value): value {
  const e = exponentOf(d(v));
  return pairWithFloat(mantissa, ofInt32(e));
}
export function caml_ldexp_float(v: value, n: value): value {
  const e = toInt32(n); // C's int
  return copyDouble(NativeMath.scalbn(d(v), min(max(e, -5000), 5000)));
}
export function caml_modf_float(v: value): value {
  const x = d(v);
  const whole = abs(x) == Infinity ? x : trunc(x);
  const fraction = abs(x) == Infinity ? copysign(0.0, x) : copysign(x - whole, x);
  pushRoot(copyDouble(fraction));
  pushRoot(copyDouble(whole));
  const p = allocSmall(2, 0);
  initField(p, 1, popRoot());
  initField(p, 0, popRoot());
  return <value>p;
}
