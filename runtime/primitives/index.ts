/** All primitives of the host that need nothing of bytecode. */
import type { Primitive } from "../primitives.ts";
import { CUSTOM_HOST } from "../layout.ts";
import type { Machine } from "../machine.ts";
import { channelImports, channelPrimitives } from "./channels.ts";
import { digestPrimitives } from "./digest.ts";
import { formatPrimitives } from "./format.ts";
import { signalPrimitives } from "./signals.ts";
import { runtimeEventsPrimitives } from "./runtime-events.ts";
import { type ProgramIdentity, sysImports, sysPrimitives } from "./sys.ts";
import { unixPrimitives } from "./unix/index.ts";
import { unsupportedPrimitives } from "./unsupported.ts";

export interface HostPrimitives {
  readonly primitives: readonly Primitive[];
  /** What core.wasm imports from the host besides the engine's own functions. */
  readonly imports: (m: Machine) => Record<string, (...args: number[]) => number | void>;
}

/** A fresh set for one machine. */
export function hostPrimitives(identity: ProgramIdentity): HostPrimitives {
  const digests = digestPrimitives();
  const channelNames = new Map<number, string>();
  return {
    imports: (m) => ({
      ...channelImports(m, channelNames),
      ...sysImports(m),
      custom_finalize: (kind, data) => {
        if (kind === CUSTOM_HOST) digests.forget(data!);
      },
    }),
    primitives: [
      ...digests.primitives,
      ...formatPrimitives,
      ...channelPrimitives(channelNames),
      ...sysPrimitives(identity),
      ...signalPrimitives,
      ...runtimeEventsPrimitives(),
      ...unsupportedPrimitives,
      ...unixPrimitives(),
    ],
  };
}
