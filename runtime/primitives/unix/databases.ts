/** The system's small databases: files of text. */
import { type Files, HostError } from "../../host/host.ts";
import { decodeText } from "../../host/text.ts";

/** The bytes of all of them, one after the other. */
export function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** The bytes of a file; undefined: it cannot be read. */
export function readWholeFile(files: Files, path: string): Uint8Array | undefined {
  try {
    if (files.status(path).kind !== "file") return undefined;
    const fd = files.open(path, { read: true, write: false }, 0);
    try {
      const chunks: Uint8Array[] = [];
      const buffer = new Uint8Array(65536);
      for (let n = files.read(fd, buffer); n > 0; n = files.read(fd, buffer)) chunks.push(buffer.slice(0, n));
      return concatenate(chunks);
    } finally {
      files.close(fd);
    }
  } catch (e) {
    if (e instanceof HostError) return undefined;
    throw e;
  }
}

/** The text of a file, empty when it cannot be read. */
export function readTextFile(files: Files, path: string): string {
  return decodeText(readWholeFile(files, path) ?? new Uint8Array());
}
