/**
 * Checksums against damage, where cryptographic ones would take too long: a program's start would wait 10 ms for Node to load its
 * own, and as long for JavaScript that the engine has not compiled yet. So this is a small function of WebAssembly:
 * FxHash, which Firefox and rustc use for their tables, over words of 64 bits. A change of one word always gives another sum.
 */

/** Bytes of a checksum. */
export const CHECKSUM_LENGTH = 8;

const FACTOR = 0x517cc1b727220a95n;

/** (func (param $at i32) (param $end i32) (param $sum i64) (param $factor i64) (result i64) …), and memory of one page. */
const BODY = [
  0x00, // no locals
  0x03, 0x40, // loop
  0x20, 2, 0x42, 5, 0x89, // local.get $sum; i64.const 5; i64.rotl
  0x20, 0, 0x29, 3, 0, 0x85, // local.get $at; i64.load; i64.xor
  0x20, 3, 0x7e, 0x21, 2, // local.get $factor; i64.mul; local.set $sum
  0x20, 0, 0x41, 8, 0x6a, 0x22, 0, // local.get $at; i32.const 8; i32.add; local.tee $at
  0x20, 1, 0x49, 0x0d, 0, // local.get $end; i32.lt_u; br_if 0
  0x0b, // end
  0x20, 2, 0x0b, // local.get $sum; end
];
const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 9, 1, 0x60, 4, 0x7f, 0x7f, 0x7e, 0x7e, 1, 0x7e], // type
  ...[0x03, 2, 1, 0], // function
  ...[0x05, 3, 1, 0x00, 1], // memory
  ...[0x07, 9, 2, 1, 0x6d, 0x02, 0, 1, 0x66, 0x00, 0], // exports m: the memory, f: the function
  ...[0x0a, BODY.length + 2, 1, BODY.length, ...BODY], // code
]);
const PAGE = 0x10000;

interface Exports {
  readonly m: WebAssembly.Memory;
  readonly f: (at: number, end: number, sum: bigint, factor: bigint) => bigint;
}

/** The checksum of some bytes. */
export function checksum(bytes: Uint8Array): Uint8Array {
  const { m, f } = new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports as unknown as Exports;
  const page = new Uint8Array(m.buffer);
  let sum = BigInt(bytes.length);
  for (let at = 0; at < bytes.length; at += PAGE) {
    const part = bytes.subarray(at, at + PAGE);
    page.set(part);
    // The last word is filled up with zeros.
    const end = Math.ceil(part.length / 8) * 8;
    page.fill(0, part.length, end);
    sum = f(0, end, sum, FACTOR);
  }
  const result = new Uint8Array(CHECKSUM_LENGTH);
  new DataView(result.buffer).setBigUint64(0, BigInt.asUintN(64, sum), true);
  return result;
}
