/** CRC-32, as of ZIP and PNG: against damage, where a cryptographic digest would have a program's start wait for Node's modules. */
import CRC32 from "crc-32";

/** Bytes of the checksum. */
export const CRC32_LENGTH = 4;

/** zlib's, in Node from 20.16 on. */
const platformCrc32 = (bytes: Uint8Array): number | undefined =>
  typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:zlib").crc32?.(bytes);

/** The checksum of some bytes, little-endian. */
export function crc32(bytes: Uint8Array): Uint8Array {
  const checksum = new Uint8Array(CRC32_LENGTH);
  new DataView(checksum.buffer).setUint32(0, (platformCrc32(bytes) ?? CRC32.buf(bytes)) >>> 0, true);
  return checksum;
}
