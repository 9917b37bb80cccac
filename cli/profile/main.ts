/** `bactrian profile`: where the time of a program goes, by function. */
import { Session, type Profiler } from "node:inspector";
import { basename } from "node:path";
import type { BytecodeExecutable } from "../../bytecode/formats/executable.ts";
import { ExitRequest } from "../../runtime/host/host.ts";
import { NodeHost } from "../../runtime/host/node.ts";
import { loadCore } from "../../loader/installation.ts";
import { type LoadedProgram, prepareProgram, runPreparedAsync } from "../../loader/program.ts";
import { runtimeParameters } from "../execute.ts";
import { writeOutput } from "../files.ts";
import { loadSubject, type RunOptions } from "../run.ts";
import { Functions } from "./functions.ts";
import { cpuProfile, profileTable } from "./report.ts";
import { now, StackSampler } from "./sampler.ts";
import { weighedStacks, type Weighed } from "./stacks.ts";

export interface ProfileOptions extends RunOptions {
  /** Where the profile goes. */
  readonly output?: string;
  /** Functions in the table. */
  readonly top: number;
  /** Milliseconds between two samples. */
  readonly interval: number;
  /** Seconds after which the program is ended. */
  readonly timeout?: number;
}

/** Status of a program that is ended. */
const TIMEOUT_STATUS = 124;

/** Run a program, and tell on standard error where its time has gone. Throws FormatError, UsageError, CrashError. */
export async function profile(file: string, args: readonly string[], options: ProfileOptions): Promise<never> {
  const core = loadCore();
  const subject = await loadSubject(core, file, options);
  if (typeof subject === "number") process.exit(subject);
  const { program, native, verify } = subject;
  const parameters = runtimeParameters();
  const loaded = prepareProgram(program, { core, host: new NodeHost(), argv: [file, ...args], parameters, verify, ...(native && { native }) });
  const { status, samples, startTime } = await sampled(loaded, program, options);
  const output = options.output ?? `${basename(file).replace(/\.[^.]*$/, "")}.cpuprofile`;
  writeOutput(output, Buffer.from(JSON.stringify(cpuProfile(samples, startTime))));
  const seconds = samples.reduce((sum, { micros }) => sum + micros, 0) / 1e6;
  process.stderr.write(`\n${profileTable(samples, options.top)}\n`);
  process.stderr.write(`${samples.length} samples in ${seconds.toFixed(2)} s. Flame graph: open ${output} in Chrome's developer tools, VS Code or https://www.speedscope.app\n`);
  process.exit(status);
}

interface Sampled {
  readonly status: number;
  readonly samples: readonly Weighed[];
  /** Microseconds. */
  readonly startTime: number;
}

/** Run a program with both samplers. */
async function sampled(loaded: LoadedProgram, program: BytecodeExecutable, { interval, timeout }: ProfileOptions): Promise<Sampled> {
  const { engine } = loaded;
  const sampler = new StackSampler(engine, (1000 * interval) / 2);
  const session = new Session();
  session.connect();
  const post = <T>(method: string, parameters?: object): T => posted<T>(session, method, parameters);
  post("Profiler.enable");
  post("Profiler.setSamplingInterval", { interval: 1000 * interval });
  post("Profiler.start");
  const end = timeout === undefined ? Infinity : now() + 1e6 * timeout;
  engine.onPoll = () => {
    sampler.sample();
    if (now() > end) throw new ExitRequest(TIMEOUT_STATUS);
  };
  try {
    const status = await runPreparedAsync(loaded);
    const { profile } = post<{ profile: Profiler.Profile }>("Profiler.stop");
    const functions = new Functions(program, loaded);
    return { status, ...weighedStacks(profile, sampler.samples(functions), (entry) => functions.ofEntry(entry)) };
  } finally {
    session.disconnect();
  }
}

/** What the engine answers; it does so at once in the process's own session. */
function posted<T>(session: Session, method: string, parameters?: object): T {
  let answer: { error: Error | null; result: T } | undefined;
  session.post(method, parameters, (error, result) => (answer = { error, result: result as T }));
  if (!answer) throw new Error(`${method} is not answered`);
  if (answer.error) throw answer.error;
  return answer.result;
}
