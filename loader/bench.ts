/** What a function of an OCaml program costs in each tier, measured in this process. `bactrian bench` measures whole programs. */
import { inspect, isDeepStrictEqual } from "node:util";
import type { CoreModule } from "../bytecode/engine.ts";
import { readExecutable } from "../bytecode/formats/executable.ts";
import type { FunctionType } from "./codecs.ts";
import { OcamlError, UsageError } from "./errors.ts";
import type { Runtime } from "./runtime.ts";
import { type Estimate, median, pairedRatio } from "./statistics.ts";

export interface CompareOptions {
  /** How many times each tier is measured. Default: 20. */
  readonly rounds?: number;
  /** Least processor time of a measurement: the function is called as often as that needs. Default: 0.05. */
  readonly seconds?: number;
}

/** What calls have taken in a tier. */
export interface TierMeasurement {
  /** In each round. */
  readonly calls: number;
  /** User time of a call in seconds, by rounds, with the conversion of its arguments and result. */
  readonly seconds: readonly number[];
  readonly median: number;
}

export interface TierComparison {
  readonly interpreted: TierMeasurement;
  readonly native: TierMeasurement;
  /** Median time of native calls over that of interpreted ones, with an interval of 95 %. */
  readonly ratio: Estimate;
}

/** A function in a tier. */
class Subject {
  readonly call: () => unknown;
  count = 1;
  readonly seconds: number[] = [];

  constructor(call: () => unknown) {
    this.call = call;
  }

  /** User time of so many calls. */
  time(): number {
    const before = process.cpuUsage();
    for (let i = 0; i < this.count; i++) this.call();
    return process.cpuUsage(before).user / 1e6;
  }

  /** Find out how many calls take that long, which lets the engine compile them, too. */
  warmUp(seconds: number): void {
    for (let taken = this.time(); taken < seconds; taken = this.time()) {
      const factor = taken > 0 ? Math.min(10, (1.2 * seconds) / taken) : 10;
      this.count = Math.max(this.count + 1, Math.floor(factor * this.count));
    }
  }

  measurement(): TierMeasurement {
    return { calls: this.count, seconds: this.seconds, median: median(this.seconds) };
  }
}

/** See compareTiers of node.ts. `create`: a runtime without a program. */
export async function compareRuntimes<A extends readonly unknown[], R>(
  create: () => Promise<Runtime>,
  core: CoreModule,
  program: Uint8Array,
  name: string,
  type: FunctionType<A, R>,
  args: A,
  { rounds = 20, seconds = 0.05 }: CompareOptions,
): Promise<TierComparison> {
  if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0)) throw new RangeError("rounds and seconds are positive numbers, rounds an integer");
  const { compileExecutable } = await import("../native/compile.ts");
  const { writeNativeFile } = await import("../native/file-write.ts");
  const native = writeNativeFile(compileExecutable(readExecutable(program, "program"), core));
  const runtimes = await Promise.all([create(), create()]);
  const subjects: Subject[] = [];
  try {
    for (const [i, runtime] of runtimes.entries()) {
      const status = await runtime.run(i === 0 ? program : native);
      if (status !== 0) throw new UsageError(`the program has ended with status ${status}; it has to end with 0, and its function is called then`);
      subjects.push(new Subject(() => runtime.call(name, type, ...args)));
    }
    const [interpreted, compiled] = subjects as [Subject, Subject];
    const [result, other] = [interpreted.call(), compiled.call()];
    if (!isDeepStrictEqual(result, other)) throw new OcamlError(`the results of ${name} differ: ${inspect(result)} interpreted, ${inspect(other)} as native code`, []);
    for (const subject of subjects) subject.warmUp(seconds);
    for (let i = 0; i < rounds; i++) for (const subject of subjects) subject.seconds.push(subject.time() / subject.count);
    return {
      interpreted: interpreted.measurement(),
      native: compiled.measurement(),
      ratio: pairedRatio({ samples: compiled.seconds, base: interpreted.seconds }),
    };
  } finally {
    for (const runtime of runtimes) runtime.dispose();
  }
}
