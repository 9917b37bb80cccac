/**
 * The digest of what native code takes for granted: core.wasm (which of its functions collect or raise, what they leave in
 * memory), the layout of memory, and the numbers of instructions.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import * as layout from "../../runtime/layout.ts";
import { instructions } from "../instructions/table.ts";

/** `core`: core.wasm without the digest. */
export function abiDigest(core: Uint8Array): string {
  const constants = Object.entries(layout).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([constants, instructions.map(({ name }) => name)]);
  return bytesToHex(sha256.create().update(core).update(new TextEncoder().encode(text)).digest());
}
