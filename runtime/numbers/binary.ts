/** Doubles taken apart into integers and put together again. */

const scratch = new DataView(new ArrayBuffer(8));

/** The 64 bits of x. */
export function bitsOfFloat(x: number): bigint {
  scratch.setFloat64(0, x);
  return scratch.getBigUint64(0);
}

/** The double with these 64 bits. */
export function floatOfBits(bits: bigint): number {
  scratch.setBigUint64(0, bits);
  return scratch.getFloat64(0);
}

/** Whether the sign bit of x is set, of NaNs and zeros too. */
export function signBit(x: number): boolean {
  scratch.setFloat64(0, x);
  return scratch.getInt8(0) < 0;
}

/** |x| = mantissa · 2^exponent for finite x. */
export function decompose(x: number): { mantissa: bigint; exponent: number } {
  const bits = bitsOfFloat(x);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return field === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: field - 1075 };
}

/** The double nearest to mantissa · 2^exponent (mantissa ≥ 0), ties to even. */
export function compose(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const hex = mantissa.toString(16);
  const length = 4 * hex.length - (Math.clz32(parseInt(hex[0]!, 16)) - 28);
  if (exponent + length > 1024) return Infinity;
  if (exponent + length < -1074) return 0;
  // Weight of the last bit that the result has room for.
  const last = Math.max(exponent + length - 53, -1074);
  const dropped = last - exponent;
  let significand = mantissa;
  if (dropped > 0) {
    const unit = 1n << BigInt(dropped);
    const rest = mantissa & (unit - 1n);
    significand >>= BigInt(dropped);
    if (rest * 2n > unit || (rest * 2n === unit && (significand & 1n) === 1n)) significand++;
  } else {
    significand <<= BigInt(-dropped);
  }
  // In two steps, both exact, because 2^last may be too small and the product too large for one.
  const low = Math.max(last, -1022);
  return Number(significand) * 2 ** (last - low) * 2 ** low;
}
