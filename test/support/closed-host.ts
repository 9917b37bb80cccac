/** A host that grants nothing, and the functions that core.wasm imports of it. */
export { BaseHost as ClosedHost } from "../../runtime/host/base.ts";

const names = ["read", "write", "position", "seek", "size", "close", "check", "warning"].map((name) => `channel_${name}`);

/** Imports of core.wasm that refuse. */
export const closedImports: Record<string, () => number> = Object.fromEntries(
  [...names, "custom_finalize", "missing_exception", "heap_damaged", "fatal_error"].map((name) => [name, () => -1]),
);
