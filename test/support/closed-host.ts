/** A host that grants nothing. */
export { BaseHost as ClosedHost } from "../../runtime/host/base.ts";
