/** The primitives of the library unix (otherlibs/unix); docs/unix.md tells what they do not do. */
import type { Primitive } from "../../primitives.ts";
import { addressPrimitives } from "./addresses.ts";
import { directoryPrimitives } from "./directories.ts";
import { errorPrimitives } from "./errors.ts";
import { filePrimitives } from "./files.ts";
import { hostPrimitives } from "./hosts.ts";
import { mapFile } from "./map-file.ts";
import { processPrimitives } from "./processes.ts";
import { socketPrimitives } from "./sockets.ts";
import { statusPrimitives } from "./status.ts";
import { terminalPrimitives } from "./terminal.ts";
import { timePrimitives } from "./time.ts";
import { userPrimitives } from "./users.ts";

/** A fresh set for one machine. */
export function unixPrimitives(): Primitive[] {
  return [
    ...errorPrimitives,
    ...filePrimitives,
    ...statusPrimitives,
    ...directoryPrimitives,
    ...processPrimitives,
    ...timePrimitives(),
    ...userPrimitives,
    ...addressPrimitives,
    ...hostPrimitives,
    ...socketPrimitives,
    ...terminalPrimitives,
    ...mapFile().primitives,
  ];
}
