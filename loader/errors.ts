/** Errors of loading and running: what, where, and what to do about it, in one line. */

/** A unit cannot be linked. */
export class LinkError extends Error {
  override readonly name = "LinkError";

  readonly file: string;
  readonly unit: string;

  constructor(file: string, unit: string, problem: string, remedy: string) {
    super(`${file}: unit ${unit} ${problem}. ${remedy}.`);
    this.file = file;
    this.unit = unit;
  }
}
