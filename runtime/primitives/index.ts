/** All primitives of the host that need nothing of bytecode. */
import type { Primitive } from "../primitives.ts";
import { digestPrimitives } from "./digest.ts";
import { formatPrimitives } from "./format.ts";
import { Channels, ioPrimitives } from "./io.ts";
import { type ProgramIdentity, sysPrimitives } from "./sys.ts";
import { syncPrimitives } from "./sync.ts";
import { unsupportedPrimitives } from "./unsupported.ts";

export interface HostPrimitives {
  readonly primitives: readonly Primitive[];
  readonly channels: Channels;
}

/** A fresh set, with its own channels. */
export function hostPrimitives(identity: ProgramIdentity): HostPrimitives {
  const channels = new Channels();
  return {
    channels,
    primitives: [
      ...digestPrimitives(channels),
      ...formatPrimitives,
      ...ioPrimitives(channels),
      ...sysPrimitives(identity, channels),
      ...syncPrimitives,
      ...unsupportedPrimitives,
    ],
  };
}
