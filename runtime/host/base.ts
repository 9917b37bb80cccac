/** A host that refuses everything; other hosts override what they grant. */
import {
  type Clock,
  type Environment,
  type Files,
  type Host,
  HostError,
  type Network,
  type Processes,
  type ProcessorTimes,
  type SignalAction,
  type Signals,
  type Terminal,
  type TimerSetting,
} from "./host.ts";

const refuse = (): never => {
  throw new HostError("ENOSYS");
};

export class BaseFiles implements Files {
  open: Files["open"] = refuse;
  close: Files["close"] = refuse;
  read: Files["read"] = refuse;
  write: Files["write"] = refuse;
  seek: Files["seek"] = refuse;
  position: Files["position"] = refuse;
  sync: Files["sync"] = refuse;
  isTerminal: Files["isTerminal"] = () => false;
  setNonblock: Files["setNonblock"] = refuse;
  setCloseOnExec: Files["setCloseOnExec"] = refuse;
  duplicate: Files["duplicate"] = refuse;
  duplicateTo: Files["duplicateTo"] = refuse;
  mapped: Files["mapped"] = refuse;
  pipe: Files["pipe"] = refuse;
  select: Files["select"] = refuse;
  status: Files["status"] = refuse;
  linkStatus: Files["linkStatus"] = refuse;
  truncate: Files["truncate"] = refuse;
  changeMode: Files["changeMode"] = refuse;
  changeOwner: Files["changeOwner"] = refuse;
  setTimes: Files["setTimes"] = refuse;
  access: Files["access"] = refuse;
  remove: Files["remove"] = refuse;
  rename: Files["rename"] = refuse;
  link: Files["link"] = refuse;
  symbolicLink: Files["symbolicLink"] = refuse;
  readLink: Files["readLink"] = refuse;
  realPath: Files["realPath"] = refuse;
  makeFifo: Files["makeFifo"] = refuse;
  readDirectory: Files["readDirectory"] = refuse;
  makeDirectory: Files["makeDirectory"] = refuse;
  removeDirectory: Files["removeDirectory"] = refuse;
  changeDirectory: Files["changeDirectory"] = refuse;
  currentDirectory: Files["currentDirectory"] = refuse;
  setMask: Files["setMask"] = refuse;
}

export class BaseClock implements Clock {
  time(): number {
    return (performance.timeOrigin + performance.now()) / 1000;
  }
  processorTimes(): ProcessorTimes {
    return { user: performance.now() / 1000, system: 0, childrenUser: 0, childrenSystem: 0 };
  }
  sleepUntil: Clock["sleepUntil"] = refuse;
}

/** The environment that is given, for reading and writing. */
export class GivenEnvironment implements Environment {
  private readonly variables: Map<string, string>;

  constructor(variables: Readonly<Record<string, string>> = {}) {
    this.variables = new Map(Object.entries(variables));
  }
  get(name: string): string | undefined {
    return this.variables.get(name);
  }
  set(name: string, value: string): void {
    this.variables.set(name, value);
  }
  entries(): [string, string][] {
    return [...this.variables];
  }
}

export class BaseProcesses implements Processes {
  readonly pid: number = 1;
  parent: Processes["parent"] = () => 0;
  identity: Processes["identity"] = () => ({ user: 0, group: 0, effectiveUser: 0, effectiveGroup: 0, groups: [0] });
  setIdentity: Processes["setIdentity"] = refuse;
  hostName: Processes["hostName"] = () => "localhost";
  system: Processes["system"] = refuse;
  spawn: Processes["spawn"] = refuse;
  wait: Processes["wait"] = () => {
    throw new HostError("ECHILD");
  };
  kill: Processes["kill"] = refuse;
  nice: Processes["nice"] = refuse;
}

/** Actions are remembered, but no signal ever comes. */
export class BaseSignals implements Signals {
  protected readonly actions = new Map<string, SignalAction>();
  protected readonly blocked = new Set<string>();

  setAction(signal: string, action: SignalAction): SignalAction {
    const old = this.actions.get(signal) ?? "default";
    this.actions.set(signal, action);
    return old;
  }
  active(): boolean {
    return false;
  }
  take(): string[] {
    return [];
  }
  changeMask(how: "set" | "block" | "unblock", signals: readonly string[]): string[] {
    const old = [...this.blocked];
    if (how === "set") this.blocked.clear();
    for (const signal of signals) {
      if (how === "unblock") this.blocked.delete(signal);
      else this.blocked.add(signal);
    }
    return old;
  }
  mask(): string[] {
    return [...this.blocked];
  }
  pending(): string[] {
    return [];
  }
  accept(_signals: readonly string[]): string | undefined {
    return undefined;
  }
  onArrival: (() => void) | undefined;
  suspend: Signals["suspend"] = refuse;
  setTimer: Signals["setTimer"] = refuse;
  getTimer(): TimerSetting {
    return { interval: 0, value: 0 };
  }
}

export class BaseNetwork implements Network {
  socket: Network["socket"] = refuse;
  socketPair: Network["socketPair"] = refuse;
  bind: Network["bind"] = refuse;
  connect: Network["connect"] = refuse;
  listen: Network["listen"] = refuse;
  accept: Network["accept"] = refuse;
  shutdown: Network["shutdown"] = refuse;
  localAddress: Network["localAddress"] = refuse;
  remoteAddress: Network["remoteAddress"] = refuse;
  receive: Network["receive"] = refuse;
  send: Network["send"] = refuse;
  getOption: Network["getOption"] = refuse;
  setOption: Network["setOption"] = refuse;
  lookup: Network["lookup"] = () => [];
  reverse: Network["reverse"] = () => [];
}

export class BaseTerminal implements Terminal {
  rows: Terminal["rows"] = () => -1;
  attributes: Terminal["attributes"] = () => {
    throw new HostError("ENOTTY");
  };
  setAttributes: Terminal["setAttributes"] = refuse;
}

export class BaseHost implements Host {
  readonly files: Files = new BaseFiles();
  readonly clock: Clock = new BaseClock();
  readonly environment: Environment = new GivenEnvironment();
  readonly processes: Processes = new BaseProcesses();
  readonly signals: Signals = new BaseSignals();
  readonly network: Network = new BaseNetwork();
  readonly terminal: Terminal = new BaseTerminal();

  mayWait(_allowed: boolean): void {}

  turn(): Promise<void> {
    return new Promise((done) => setTimeout(done, 0));
  }

  random(bytes: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(bytes));
  }
}
