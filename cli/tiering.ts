/** When V8 compiles native code for speed. */
import v8 from "node:v8";

/**
 * How much a function of native code runs in V8's baseline code before V8 compiles it for speed, in bytes of jumps backwards
 * and of bodies that are left; the same gains for all values of 1 to 13 million (docs/performance.md). main.ts sets more for
 * the interpreter, whose module is there already and keeps that.
 */
const TIERING_BUDGET = 4_000_000;

/** To be called before native code that is to run is read. */
export function prepareEngine(): void {
  v8.setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
}
