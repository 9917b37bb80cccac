/**
 * Implementations that a unit or library needs, each by its digest: what ocamlopt writes into .cmx files, and ocamlc does not.
 * They follow the file's descriptor, and its checksum if there is one, as lines of text that loader/library/dynlink_bactrian.ml reads:
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

/** Where the requirements end that may begin at a byte; if there are none, that byte itself. */
export function endOfRequirements(bytes: Uint8Array, at: number): number {
  const footer = bytes.length - MAGIC.length - LENGTH_DIGITS;
  if (footer < at) return at;
  const text = new TextDecoder("latin1").decode(bytes.subarray(footer));
  return text.endsWith(MAGIC) && Number(text.slice(0, LENGTH_DIGITS)) === footer - at ? bytes.length : at;
}
