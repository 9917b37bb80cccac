/** What happens when a custom block dies (runtime/custom.c). */
import { CUSTOM_BIGARRAY, CUSTOM_CHANNEL, CUSTOM_CONDITION, CUSTOM_HOST, CUSTOM_MUTEX } from "../../layout";
import { finalizeBigarray } from "../bigarray";
import { finalizeChannel } from "../io";
import { customData, customKind } from "../values";

/** The host's part of a custom block, its first data word, is not used any more. */
@external("host", "custom_finalize")
declare function hostFinalize(kind: i32, data: i32): void;

export function finalizeCustom(p: usize): void {
  const kind = customKind(p);
  if (kind == CUSTOM_BIGARRAY) finalizeBigarray(p);
  else if (kind == CUSTOM_CHANNEL) finalizeChannel(p);
  else if (kind == CUSTOM_HOST || kind == CUSTOM_MUTEX || kind == CUSTOM_CONDITION) {
    hostFinalize(kind, load<i32>(customData(p)));
  }
}
