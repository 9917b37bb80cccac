/** What the command tells its user when something is wrong: one line, exit status 2. */
import { FormatError } from "../bytecode/formats/errors.ts";
import { BuildError } from "../loader/bootstrap/build.ts";
import { CrashError, LinkError, UsageError } from "../loader/errors.ts";

export const ERROR_STATUS = 2;

/** Report an error of the user's input on standard error, and set the exit status. Other errors are thrown again. */
export function reportError(e: unknown): void {
  const known =
    e instanceof FormatError || e instanceof LinkError || e instanceof CrashError || e instanceof UsageError || e instanceof BuildError;
  if (!known) throw e;
  process.stderr.write(`bactrian: ${e.message}\n`);
  process.exitCode = ERROR_STATUS;
}
