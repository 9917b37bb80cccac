/** What OCaml's compiler writes gets checksums, so that later damage is found (bytecode/formats/checksum.ts). */
import { appendFileSync, readFileSync, statSync, truncateSync } from "node:fs";
import { resolve } from "node:path";
import { checksumOf, endsWithChecksum } from "../bytecode/formats/checksum.ts";
import { unlessMalformed } from "../bytecode/formats/errors.ts";
import { identify } from "../bytecode/formats/magic.ts";
import { readLinkableUnits } from "../bytecode/relocations.ts";
import type { NodeHost } from "../runtime/host/node.ts";

/**
 * Remember the files that the program on a host opens to write them. To be called when it has ended: adds checksums to those that
 * are units and libraries that may be linked.
 */
export function rememberWritten({ files }: NodeHost): () => void {
  const written = new Set<string>();
  const { open } = files;
  files.open = (path, flags, permissions) => {
    if (flags.write) written.add(resolve(path));
    return open(path, flags, permissions);
  };
  return () => written.forEach(addChecksum);
}

function addChecksum(file: string): void {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  const bytes = readFileSync(file);
  if (!isWhole(bytes)) return;
  try {
    appendFileSync(file, checksumOf(bytes));
  } catch {
    truncateSync(file, bytes.length); // no room: the file is good without
  }
}

/** Whether this is a unit or library that may be linked and has no checksum. */
function isWhole(bytes: Uint8Array): boolean {
  const kind = identify(bytes)?.kind;
  if ((kind !== "cmo" && kind !== "cma") || endsWithChecksum(bytes)) return false;
  return unlessMalformed(() => readLinkableUnits(bytes)) !== undefined;
}
