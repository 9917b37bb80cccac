/**
 * The checksum of a .cmo or .cma, by which damage is found that leaves the file well-formed. The command `bactrian ocamlc` writes
 * it behind the descriptor of files whose units may be linked, where OCaml's own tools do not look. Files of other compilers have none.
 *
 *     … descriptor | SHA-256 of all before it | BactrianChecksum
 *
 * What the file requires may follow (requirements.ts).
 */
import { hashOf } from "../../runtime/hashes.ts";
import { FormatError } from "./errors.ts";
import { endOfRequirements } from "./requirements.ts";

const MAGIC = new TextEncoder().encode("BactrianChecksum");
const DIGEST_LENGTH = 32;
const LENGTH = DIGEST_LENGTH + MAGIC.length;

const isMagicAt = (bytes: Uint8Array, at: number): boolean => MAGIC.every((byte, i) => bytes[at + i] === byte);

/** Whether a .cmo or .cma, which requires nothing, ends with a checksum, be it right or wrong. */
export const endsWithChecksum = (bytes: Uint8Array): boolean => isMagicAt(bytes, bytes.length - MAGIC.length);

/** What is to follow all bytes of a .cmo or .cma. */
export function checksumOf(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(LENGTH);
  result.set(hashOf("sha256", bytes));
  result.set(MAGIC, DIGEST_LENGTH);
  return result;
}

/**
 * Whether there is a checksum. `end`: of the descriptor, behind which there may be that and requirements, nothing else. Throws
 * FormatError, also if the checksum is wrong.
 */
export function checkAfterDescriptor(bytes: Uint8Array, end: number): boolean {
  let next = end;
  const checked = isMagicAt(bytes, end + DIGEST_LENGTH);
  if (checked) {
    const sum = hashOf("sha256", bytes.subarray(0, end));
    if (sum.some((byte, i) => byte !== bytes[end + i])) throw new FormatError("corrupt", `byte ${end}`, "the file is damaged: its checksum is another");
    next += LENGTH;
  }
  if (endOfRequirements(bytes, next) === bytes.length) return checked;
  throw new FormatError("corrupt", `byte ${next}`, "something follows its descriptor that is no checksum");
}
