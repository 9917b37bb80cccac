/** What the command tells its user when something is wrong: one line, exit status 2. */
import { FormatError } from "../bytecode/formats/errors.ts";
import { BuildError, CrashError, LinkError, ThreadError, UsageError } from "../loader/errors.ts";

export const ERROR_STATUS = 2;

const INPUT_ERRORS = [BuildError, CrashError, FormatError, LinkError, ThreadError, UsageError];

/** Report an error of the user's input on standard error, and set the exit status. Other errors are thrown again. */
export function reportError(e: unknown): void {
  if (!(e instanceof Error) || !INPUT_ERRORS.some((kind) => e instanceof kind)) throw e;
  process.stderr.write(`bactrian: ${e.message}\n`);
  process.exitCode = ERROR_STATUS;
}
