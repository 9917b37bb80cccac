/** Exceptions of Node's modules as HostErrors. */
import { HostError } from "./host.ts";

/** Throw the HostError that stands for an exception of Node; exceptions without an errno are passed on. */
export function translate(e: unknown): never {
  if (e instanceof HostError) throw e;
  const code = (e as { code?: unknown }).code;
  if (typeof code !== "string") throw e;
  if (code === "ERR_FS_FILE_TOO_LARGE") throw new HostError("EFBIG");
  if (code === "ERR_INVALID_ARG_VALUE" || code === "ERR_OUT_OF_RANGE") throw new HostError("EINVAL");
  throw new HostError(code, (e as Error).message);
}

/** Do something with Node's modules, whose errors become HostErrors. */
export function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (e) {
    translate(e);
  }
}
