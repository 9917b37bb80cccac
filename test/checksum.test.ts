/** The checksum of native code's files, against its definition written in another way. */
import t from "tap";
import { checksum } from "../runtime/checksum.ts";

/** FxHash over words of 64 bits, the last one filled up with zeros, starting with the length. */
function expected(bytes: Uint8Array): bigint {
  let sum = BigInt(bytes.length);
  for (let at = 0; at < bytes.length; at += 8) {
    let word = 0n;
    bytes.subarray(at, at + 8).forEach((byte, i) => (word |= BigInt(byte) << BigInt(8 * i)));
    const rotated = ((sum << 5n) | (sum >> 59n)) & 0xffffffffffffffffn;
    sum = ((rotated ^ word) * 0x517cc1b727220a95n) & 0xffffffffffffffffn;
  }
  return sum;
}

t.test("is what it is defined as, for all lengths up to some words and around the size of a page", async (t) => {
  const all = Uint8Array.from({ length: 3 * 65536 }, (_, i) => (i * 2654435761) >>> 24);
  const lengths = [...Array(40).keys(), 65535, 65536, 65537, 131072, 131073, 196608];
  for (const length of lengths) {
    // Not at a multiple of 8.
    const bytes = all.subarray(3).slice(0, length);
    const sum = checksum(bytes);
    t.equal(new DataView(sum.buffer, sum.byteOffset).getBigUint64(0, true), expected(bytes), `${bytes.length} bytes`);
  }
});

t.test("is another one after any change of a byte", async (t) => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  const sum = checksum(bytes);
  const same = [...bytes].flatMap((byte, at) =>
    [1, 2, 128, 255].filter((change) => {
      bytes[at] = byte ^ change;
      const other = checksum(bytes);
      bytes[at] = byte;
      return other.every((x, i) => x === sum[i]);
    }),
  );
  t.same(same, []);
});
