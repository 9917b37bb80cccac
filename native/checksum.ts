/** SHA-256 of the large files of native code: Node's own, which is ten times as fast, where that is. */
import { sha256 as portable } from "@noble/hashes/sha2.js";

/** The 32 bytes of the digest. */
export function sha256(bytes: Uint8Array): Uint8Array {
  // In browsers, and in Node before 20.16, there is none.
  const crypto = typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:crypto");
  return crypto ? crypto.createHash("sha256").update(bytes).digest() : portable(bytes);
}
