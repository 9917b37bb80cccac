/** The primitives of the library unix (otherlibs/unix); docs/unix.md tells what they do not do. */
import type { Primitive } from "../../primitives.ts";
import { addressPrimitives } from "./addresses.ts";
import { directoryPrimitives } from "./directories.ts";
import { errorPrimitives } from "./errors.ts";
import { filePrimitives } from "./files.ts";
import { hostPrimitives } from "./hosts.ts";
import { mapFilePrimitives } from "./map-file.ts";
import { processPrimitives } from "./processes.ts";
import { socketPrimitives } from "./sockets.ts";
import { statusPrimitives } from "./status.ts";
import { terminalPrimitives } from "./terminal.ts";
import { timePrimitives } from "./time.ts";
import { userPrimitives } from "./users.ts";

/** Before these others may look at files. */
const SETTLING = (
  "caml_unix_open caml_unix_close caml_unix_fsync caml_unix_spawn caml_unix_execv caml_unix_execve caml_unix_execvp " +
  "caml_unix_execvpe caml_unix_kill"
).split(" ");

/** The primitive, after settling. */
function settling({ name, arity, call }: Primitive): Primitive {
  return {
    name,
    arity,
    call: (m, a) => {
      m.settle();
      return call(m, a);
    },
  };
}

/** A fresh set for one machine. */
export function unixPrimitives(): Primitive[] {
  const primitives = [
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
    ...mapFilePrimitives(),
  ];
  return primitives.map((primitive) => (SETTLING.includes(primitive.name) ? settling(primitive) : primitive));
}
