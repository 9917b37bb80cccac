/** The ways to run a program that must not make a difference. Tests that need one only do without binaryen (programs.ts). */
import type { CoreModule } from "../../bytecode/engine.ts";
import type { BytecodeExecutable } from "../../bytecode/formats/executable.ts";
import type { NativeCode } from "../../native/code.ts";
import { compileProgram } from "../../native/program.ts";
import { DEBUG_CHECK_HEAP, DEBUG_STRESS } from "../../runtime/layout.ts";
import type { RunOptions } from "./programs.ts";

const compiled = new WeakMap<BytecodeExecutable, NativeCode>();

function native(program: BytecodeExecutable, core: CoreModule): NativeCode {
  const code = compiled.get(program) ?? compileProgram(program, core);
  compiled.set(program, code);
  return code;
}

/** A way to run programs. */
export interface Mix {
  readonly name: "plain" | "checked" | "stressed" | "stressed and checked" | "native" | "native, stressed and checked";
  readonly options: RunOptions;
}

/** As they are; collecting often, and at every allocation, with the collector's invariants checked and without. */
export const mixes: readonly Mix[] = [
  { name: "plain", options: {} },
  { name: "checked", options: { debug: DEBUG_CHECK_HEAP, parameters: "s=4k" } },
  { name: "stressed", options: { debug: DEBUG_STRESS } },
  { name: "stressed and checked", options: { debug: DEBUG_STRESS | DEBUG_CHECK_HEAP } },
  { name: "native", options: { native } },
  { name: "native, stressed and checked", options: { native, debug: DEBUG_STRESS | DEBUG_CHECK_HEAP } },
];
