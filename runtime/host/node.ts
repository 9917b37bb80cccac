/** The host that Node is: everything that the process may do. */
import fs from "node:fs";
import { resolve } from "node:path";
import { BaseClock, BaseHost, GivenEnvironment } from "./base.ts";
import { HostError, HostWait, type ProcessorTimes } from "./host.ts";
import { delay } from "./node-descriptors.ts";
import { NodeFiles } from "./node-files.ts";
import { NodeNetwork } from "./node-network.ts";
import { NodeProcesses } from "./node-processes.ts";
import { NodeSignals } from "./node-signals.ts";
import { NodeTerminal } from "./node-terminal.ts";
import { HelperThread } from "./node-thread.ts";
import { crypto } from "./node-modules.ts";

export interface NodeHostOptions {
  /** Current directory, instead of the process's. */
  readonly directory?: string;
  /** Environment, instead of the process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Takes what is written to standard output and error, instead of the process's streams. */
  readonly output?: (fd: 1 | 2, bytes: Uint8Array) => void;
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function sleepSync(milliseconds: number): void {
  Atomics.wait(sleeper, 0, 0, milliseconds);
}

function sleepTurning(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** Indices in what Linux tells of a process, after its name; times there are in hundredths of seconds. */
const CHILDREN_USER = 13;
const CHILDREN_SYSTEM = 14;

/** Seconds of processor time of the children that have been waited for; 0 where the system does not tell. */
function childTime(index: number): number {
  try {
    const fields = fs.readFileSync("/proc/self/stat", "latin1").replace(/^.*\) /s, "").split(" ");
    return Number(fields[index]) / 100;
  } catch {
    return 0;
  }
}

class NodeClock extends BaseClock {
  private readonly waiting: () => boolean;

  constructor(waiting: () => boolean) {
    super();
    this.waiting = waiting;
  }

  override processorTimes(): ProcessorTimes {
    const { user, system } = process.cpuUsage();
    return {
      user: user / 1e6,
      system: system / 1e6,
      get childrenUser() {
        return childTime(CHILDREN_USER);
      },
      get childrenSystem() {
        return childTime(CHILDREN_SYSTEM);
      },
    };
  }

  override sleepUntil = (deadline: number): void => {
    const left = deadline - performance.now();
    if (left <= 0) return;
    if (this.waiting()) throw new HostWait(sleepTurning(left));
    sleepSync(left);
  };
}

export class NodeHost extends BaseHost {
  override readonly files: NodeFiles;
  override readonly clock: NodeClock;
  override readonly environment: GivenEnvironment;
  override readonly processes: NodeProcesses;
  override readonly network: NodeNetwork;
  override readonly signals = new NodeSignals(() => this.waiting);
  override readonly terminal: NodeTerminal;
  private directory: string | undefined;
  private waiting = false;

  constructor(options: NodeHostOptions = {}) {
    super();
    this.directory = options.directory;
    this.environment = new GivenEnvironment(
      Object.fromEntries(
        Object.entries(options.environment ?? process.env).filter((e): e is [string, string] => e[1] !== undefined),
      ),
    );
    const { output } = options;
    const at = (path: string): string => (this.directory === undefined ? path : resolve(this.directory, path));
    this.files = new NodeFiles({
      waiting: () => this.waiting,
      pause: (tries) => this.pause(tries),
      cwd: () => this.directory ?? process.cwd(),
      at,
      chdir: (path) => this.changeDirectory(path),
      umask: (mask) => process.umask(mask),
      brokenPipe: () => {
        if (this.signals.action("SIGPIPE") !== "ignore") this.signals.raise("SIGPIPE");
      },
      ...(output && { output }),
    });
    this.clock = new NodeClock(() => this.waiting);
    const thread = new HelperThread(() => this.waiting);
    this.network = new NodeNetwork(thread, this.files, at);
    this.processes = new NodeProcesses(
      {
        directory: () => this.directory,
        environment: () => this.environment.entries(),
        streams: (standard) => this.files.childStreams(standard),
        checkExecutable: (path) => this.files.access(path, { read: false, write: false, execute: true }),
        raise: (signal) => this.signals.raise(signal),
      },
      thread,
    );
    this.terminal = new NodeTerminal((fd) => (this.files.isTerminal(fd) ? this.files.descriptors.get(fd).real : undefined));
  }

  /** Whether requests may throw HostWait now. */
  get isWaiting(): boolean {
    return this.waiting;
  }

  override mayWait(allowed: boolean): void {
    this.waiting = allowed;
  }

  override turn(): Promise<void> {
    return new Promise((done) => setImmediate(done));
  }

  /** Between two attempts at something that cannot be done yet. */
  private pause(tries: number): void {
    if (this.waiting) throw new HostWait(sleepTurning(delay(tries)));
    sleepSync(delay(tries));
  }

  /** A worker thread cannot change the directory of the process; a host with a directory of its own need not. */
  private changeDirectory(path: string): void {
    if (this.directory === undefined) {
      process.chdir(path);
      return;
    }
    if (this.files.status(path).kind !== "directory") throw new HostError("ENOTDIR");
    this.directory = resolve(this.directory, path);
  }

  override random(bytes: number): Uint8Array {
    return crypto().randomBytes(bytes);
  }
}
