/** The one error of the format readers: what is wrong with a file, where, and what to do about it. */

/**
 * - `empty`: no bytes at all;
 * - `truncated`: the file ends before what it announces;
 * - `wrong-kind`: a good file of another kind (an interface, a native object, text…);
 * - `wrong-version`: the right kind, but another OCaml wrote it;
 * - `corrupt`: contradicts its own format;
 * - `unsupported`: legal for OCaml, outside what these readers accept;
 * - `invalid-code`: instructions that no compiler emits and the VM must not run (verifier.ts);
 * - `limit`: announces more data than we are willing to allocate.
 */
export type FormatErrorKind =
  | "empty"
  | "truncated"
  | "wrong-kind"
  | "wrong-version"
  | "corrupt"
  | "unsupported"
  | "invalid-code"
  | "limit";

const REMEDY: Record<FormatErrorKind, string> = {
  empty: "Build it again",
  truncated: "Build it again, or repeat the copy or download it came from",
  "wrong-kind": "Give a .cmo, .cma or bytecode executable written by ocamlc 5.3",
  "wrong-version": "Compile the sources again with OCaml 5.3",
  corrupt: "Build it again, or repeat the copy or download it came from",
  unsupported: "Compile the sources again with ocamlc 5.3 and default options",
  "invalid-code": "Build it again with ocamlc 5.3, or do not trust where it came from",
  limit: "Build it again, or repeat the copy or download it came from",
};

/** Text that may hold anything, such as the names in a damaged file, without what would end the line. */
export const oneLine = (text: string): string => text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, "?");

/** A malformed, foreign or oversized input. `message` is one line: file, problem, place, remedy. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly kind: FormatErrorKind;
  /** What is wrong, as a phrase: "ends inside a string". */
  readonly problem: string;
  /** Where in the file: "SYMB section, byte 17". */
  readonly place: string;
  readonly remedy: string;
  readonly file: string | undefined;

  constructor(kind: FormatErrorKind, place: string, problem: string, remedy = REMEDY[kind], file?: string) {
    super(`${file === undefined ? "" : `${file}: `}${oneLine(`${problem} (${place}). ${remedy}`)}.`);
    this.kind = kind;
    this.place = place;
    this.problem = problem;
    this.remedy = remedy;
    this.file = file;
  }

  /** The same error, naming the file it is about. */
  inFile(file: string): FormatError {
    return new FormatError(this.kind, this.place, this.problem, this.remedy, file);
  }
}

/** Runs `read`; a FormatError it throws without a file name gets `file`. */
export function readingFile<T>(file: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (file !== undefined && error instanceof FormatError && error.file === undefined)
      throw error.inFile(file);
    throw error;
  }
}

/** What `read` reads; undefined if it throws a FormatError. */
export function unlessMalformed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
