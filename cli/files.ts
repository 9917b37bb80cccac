/** The files that users name. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { UsageError } from "../loader/errors.ts";

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; check its name",
  ENOTDIR: "there is no such file: a part of its path is no directory; check its name",
  EISDIR: "is a directory; give a file",
  EACCES: "may not be read; check its permissions",
};

const WRITE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist; make it first",
  ENOTDIR: "a part of its path is no directory; check its name",
  EISDIR: "is a directory; give a file",
  EACCES: "may not be written; check the permissions of its folder",
  EROFS: "is on a file system that may not be written; give another place with -o",
};

function problem(file: string, e: unknown, known: Readonly<Record<string, string>>): UsageError {
  const { code = "", message } = e as NodeJS.ErrnoException;
  return new UsageError(`${file}: ${known[code] ?? message}`);
}

/** The bytes of a file, or of a pipe. Throws UsageError. */
export function readInput(file: string): Uint8Array {
  try {
    if (statSync(file).isCharacterDevice()) throw new UsageError("is a device; give a file"); // some of them never end
    return readFileSync(file);
  } catch (e) {
    throw problem(file, e, PROBLEMS);
  }
}

/** Write a file at once: others see the one that was there before, or all of the new one. Throws UsageError. */
export function writeOutput(file: string, bytes: Uint8Array): void {
  try {
    writeAtomically(file, bytes);
  } catch (e) {
    throw problem(file, e, WRITE_PROBLEMS);
  }
}

/** The same, with the system's errors. */
export function writeAtomically(file: string, bytes: Uint8Array): void {
  const unfinished = `${file}.${process.pid}`;
  try {
    writeFileSync(unfinished, bytes);
    renameSync(unfinished, file);
  } catch (e) {
    rmSync(unfinished, { force: true });
    throw e;
  }
}
