/**
 * Implementations that a unit or library needs, each by its digest: what ocamlopt writes into .cmx files, and ocamlc does not.
 * They follow the file's descriptor, where nothing else is, as lines of text that loader/library/dynlink_bactrian.ml reads:
 *
 *     … descriptor | UNIT DIGEST\n … | length of the lines, eight digits | BactrianRequires
 */

/** The unit of a file, as Dynlink tells it from others. */
export interface Requirement {
  readonly unit: string;
  /** unitDigest, in hexadecimal. */
  readonly digest: string;
}

const MAGIC = "BactrianRequires";
const LENGTH_DIGITS = 8;

/** The bytes of a .cmo or .cma, with what it requires. */
export function withRequirements(bytes: Uint8Array, requirements: readonly Requirement[]): Uint8Array {
  if (requirements.length === 0) return bytes;
  const lines = new TextEncoder().encode(requirements.map(({ unit, digest }) => `${unit} ${digest}\n`).join(""));
  const footer = new TextEncoder().encode(`${String(lines.length).padStart(LENGTH_DIGITS, "0")}${MAGIC}`);
  const result = new Uint8Array(bytes.length + lines.length + footer.length);
  result.set(bytes);
  result.set(lines, bytes.length);
  result.set(footer, bytes.length + lines.length);
  return result;
}
