/** Fused multiply-add. */
import { compose, decompose } from "./binary.ts";

/** x · y + z, rounded once. */
export function fusedMultiplyAdd(x: number, y: number, z: number): number {
  // With a zero factor, an infinity or a NaN nothing is rounded before the addition.
  if (x === 0 || y === 0 || !Number.isFinite(x) || !Number.isFinite(y) || !Number.isFinite(z)) return specialCase(x, y, z);
  const a = decompose(x);
  const b = decompose(y);
  const c = decompose(z);
  const product = a.exponent + b.exponent;
  const low = Math.min(product, c.exponent);
  const sum =
    ((x < 0 !== y < 0 ? -1n : 1n) * a.mantissa * b.mantissa << BigInt(product - low)) +
    ((z < 0 ? -c.mantissa : c.mantissa) << BigInt(c.exponent - low));
  // An exact 0 needs z = -(x · y), or z = ±0 with a product that is not 0, which is no exact 0.
  if (sum === 0n) return 0;
  return sum < 0n ? -compose(-sum, low) : compose(sum, low);
}

/** Where x · y is exact or not finite: only a finite product of finite factors is ever rounded. */
function specialCase(x: number, y: number, z: number): number {
  // The factors are finite, so their product must not overflow to an infinity that would meet z's.
  if (Number.isFinite(x) && Number.isFinite(y) && !Number.isFinite(z)) return z;
  return x * y + z;
}
