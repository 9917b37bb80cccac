/** Samples of the VM's own stack, taken where code polls: what the interpreter was doing, which the engine does not know. */
import { CODE_BIAS } from "../../runtime/layout.ts";
import type { Engine } from "../../bytecode/engine.ts";
import { stackAtPoll } from "../../bytecode/primitives/backtrace.ts";
import type { Functions, OcamlFunction } from "./functions.ts";

/** Innermost frames that are looked at. */
const DEEPEST = 200;

export interface StackSample {
  /** Microseconds, on the engine's clock. */
  readonly at: number;
  /** From the outermost. */
  readonly stack: readonly OcamlFunction[];
}

/** Microseconds on the clock of the engine's profiler. */
export const now = (): number => Number(process.hrtime.bigint() / 1000n);

export class StackSampler {
  /** Times, and addresses of code from the innermost: names are looked up when the program has ended. */
  private readonly taken: { readonly at: number; readonly addresses: readonly number[] }[] = [];
  private readonly engine: Engine;
  private readonly interval: number;
  private last = 0;

  /** `interval`: least microseconds between two samples. */
  constructor(engine: Engine, interval: number) {
    this.engine = engine;
    this.interval = interval;
  }

  /** Take a sample, if it is time. */
  sample(): void {
    const at = now();
    if (at - this.last < this.interval) return;
    this.last = at;
    this.taken.push({ at, addresses: stackAtPoll(this.engine.machine, this.engine.debugInfo, DEEPEST) });
  }

  samples(functions: Functions): StackSample[] {
    const found = new Map<number, OcamlFunction>();
    const functionAt = (pc: number): OcamlFunction => {
      let of = found.get(pc);
      if (!of) found.set(pc, (of = functions.at(pc + CODE_BIAS)));
      return of;
    };
    return this.taken.map(({ at, addresses }) => ({ at, stack: addresses.map(functionAt).reverse() }));
  }
}
