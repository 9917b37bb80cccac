/**
 * Mathematical functions (runtime/floats.c, C's math.h), for native code, too. Most are AssemblyScript's port of musl's libm.
 */
export { erf as math_erf, erfc as math_erfc } from "./erf";

export function math_exp(x: f64): f64 { return NativeMath.exp(x); }
export function math_exp2(x: f64): f64 { return NativeMath.exp2(x); }
export function math_expm1(x: f64): f64 { return NativeMath.expm1(x); }
export function math_log(x: f64): f64 { return NativeMath.log(x); }
export function math_log10(x: f64): f64 { return NativeMath.log10(x); }
export function math_log2(x: f64): f64 { return NativeMath.log2(x); }
export function math_log1p(x: f64): f64 { return NativeMath.log1p(x); }
export function math_cbrt(x: f64): f64 { return NativeMath.cbrt(x); }
export function math_sin(x: f64): f64 { return NativeMath.sin(x); }
export function math_cos(x: f64): f64 { return NativeMath.cos(x); }
export function math_tan(x: f64): f64 { return NativeMath.tan(x); }
export function math_asin(x: f64): f64 { return NativeMath.asin(x); }
export function math_acos(x: f64): f64 { return NativeMath.acos(x); }
export function math_atan(x: f64): f64 { return NativeMath.atan(x); }
export function math_sinh(x: f64): f64 { return NativeMath.sinh(x); }
export function math_cosh(x: f64): f64 { return NativeMath.cosh(x); }
export function math_tanh(x: f64): f64 { return NativeMath.tanh(x); }
export function math_asinh(x: f64): f64 { return NativeMath.asinh(x); }
export function math_acosh(x: f64): f64 { return NativeMath.acosh(x); }
export function math_atanh(x: f64): f64 { return NativeMath.atanh(x); }
export function math_fmod(x: f64, y: f64): f64 { return NativeMath.mod(x, y); }
export function math_hypot(x: f64, y: f64): f64 { return NativeMath.hypot(x, y); }
export function math_atan2(x: f64, y: f64): f64 { return NativeMath.atan2(x, y); }

/** C's pow: 1 to any power and any number to the power 0 are 1, nan included; JavaScript's differ. */
export function math_power(x: f64, y: f64): f64 {
  if (x == 1 || y == 0) return 1;
  if (x == -1 && abs(y) == Infinity) return 1;
  return NativeMath.pow(x, y);
}

/** Half away from zero. */
export function math_round(x: f64): f64 {
  const t = trunc(x);
  return abs(x - t) >= 0.5 ? t + copysign(1.0, x) : copysign(t, x);
}
