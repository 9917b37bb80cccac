/** The ways to run a program that must not make a difference. Tests that need one only do without binaryen (programs.ts). */
import type { CoreModule } from "../../bytecode/engine.ts";
import type { BytecodeExecutable } from "../../bytecode/formats/executable.ts";
import type { NativeCode } from "../../native/code.ts";
import { compileProgram } from "../../native/compile.ts";
import { DEBUG_CHECK_HEAP, DEBUG_STRESS } from "../../runtime/layout.ts";
import type { RunOptions } from "./programs.ts";

type Compile = (program: BytecodeExecutable, core: CoreModule) => NativeCode;

function remembering(compile: Compile): Compile {
  const compiled = new WeakMap<BytecodeExecutable, NativeCode>();
  return (program, core) => {
    const code = compiled.get(program) ?? compile(program, core);
    compiled.set(program, code);
    return code;
  };
}

const native = remembering((program, core) => compileProgram(program, core));
/** Every second function, not the code itself: all kinds of calls go from tier to tier. */
const mixed = remembering((program, core) => compileProgram(program, core, { chosen: (i) => i % 2 === 1 }));

/** A way to run programs. */
export interface Mix {
  readonly name: "plain" | "checked" | "stressed" | "stressed and checked" | "native" | "mixed" | "native, stressed and checked" | "mixed, stressed and checked";
  readonly options: RunOptions;
}

/** As they are; collecting often, and at every allocation, with the collector's invariants checked and without. */
export const mixes: readonly Mix[] = [
  { name: "plain", options: {} },
  { name: "checked", options: { debug: DEBUG_CHECK_HEAP, parameters: "s=4k" } },
  { name: "stressed", options: { debug: DEBUG_STRESS } },
  { name: "stressed and checked", options: { debug: DEBUG_STRESS | DEBUG_CHECK_HEAP } },
  { name: "native", options: { native } },
  { name: "mixed", options: { native: mixed } },
  { name: "native, stressed and checked", options: { native, debug: DEBUG_STRESS | DEBUG_CHECK_HEAP } },
  { name: "mixed, stressed and checked", options: { native: mixed, debug: DEBUG_STRESS | DEBUG_CHECK_HEAP } },
];
