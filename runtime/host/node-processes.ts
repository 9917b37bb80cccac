/** Processes, through node:child_process. */
import fs from "node:fs";
import os from "node:os";
import { BaseProcesses } from "./base.ts";
import { HostError, type ProcessEnd, type SpawnOptions, type SystemString } from "./host.ts";
import { attempt, translate } from "./node-errors.ts";
import type { ChildStreams } from "./node-files.ts";
import type { Notice } from "./node-helper.ts";
import type { HelperThread } from "./node-thread.ts";
import { isPlainText } from "./text.ts";
import { childProcess } from "./node-modules.ts";

/** What processes need of the host around them. */
export interface ProcessesContext {
  /** Directory in which programs start; undefined: the process's. */
  directory(): string | undefined;
  environment(): [name: string, value: string][];
  /** The descriptors of a program: those that become 0, 1 and 2, and the others that it inherits. */
  streams(standard: readonly [number, number, number]): ChildStreams;
  /** Whether a file can be executed. Throws. */
  checkExecutable(path: SystemString): void;
  /** Send a signal to this process. */
  raise(signal: string): void;
}

/** Directories to look for programs in, when PATH is not set (execvp(3)). */
const DEFAULT_PATH = "/bin:/usr/bin";

export class NodeProcesses extends BaseProcesses {
  override readonly pid = process.pid;
  private readonly context: ProcessesContext;
  private readonly thread: HelperThread;
  /** Numbers of the children that have not been waited for, with how those that have ended have ended. */
  private readonly children = new Map<number, ProcessEnd | undefined>();
  /** Where the output of the running children goes that Node has piped to us. */
  private readonly pipes = new Map<number, ChildStreams["pipes"]>();
  private lastToken = 0;

  constructor(context: ProcessesContext, thread: HelperThread) {
    super();
    this.context = context;
    this.thread = thread;
    thread.onNotice((notice) => this.receive(notice));
  }

  private receive(notice: Notice): void {
    if (notice.kind === "output") this.pipes.get(notice.token)!.get(notice.stream)!(notice.bytes);
    if (notice.kind !== "end") return;
    const { token, pid, exited, signal } = notice;
    this.pipes.delete(token);
    this.children.set(pid, endOf(pid, exited, signal));
  }

  override parent = (): number => process.ppid;
  override identity = () => ({
    user: process.getuid?.() ?? 0,
    group: process.getgid?.() ?? 0,
    effectiveUser: process.geteuid?.() ?? 0,
    effectiveGroup: process.getegid?.() ?? 0,
    groups: supplementaryGroups(),
  });

  override setIdentity = (change: { user?: number; group?: number; groups?: readonly number[] }): void =>
    attempt(() => {
      if (!process.setuid || !process.setgid || !process.setgroups) throw new HostError("ENOSYS");
      if (change.groups) process.setgroups([...change.groups]);
      if (change.group !== undefined) process.setgid(change.group);
      if (change.user !== undefined) process.setuid(change.user);
    });

  override hostName = (): string => os.hostname();

  override system = (command: SystemString): ProcessEnd => {
    checkPlain([command]);
    const { stdio, pipes } = this.context.streams([0, 1, 2]);
    const { pid, status, signal, error, output } = childProcess().spawnSync("/bin/sh", ["-c", command], {
      stdio,
      maxBuffer: Infinity,
      cwd: this.context.directory(),
      env: Object.fromEntries(this.context.environment()),
    });
    if (error) translate(error);
    for (const [i, take] of pipes) if (output[i]) take(output[i]);
    return endOf(pid, status, signal);
  };

  override spawn = (options: SpawnOptions): number => {
    const { program, argv, streams } = options;
    const environment = options.environment?.map(entry) ?? this.context.environment();
    checkPlain([program, ...argv, ...environment.flat()]);
    const file = this.findProgram(program);
    const { stdio, pipes } = this.context.streams(streams);
    const token = ++this.lastToken;
    this.pipes.set(token, pipes);
    const { value: pid } = this.thread.request({
      kind: "spawn",
      token,
      file,
      argv,
      environment: Object.fromEntries(environment),
      directory: this.context.directory(),
      streams: stdio,
    });
    if (!this.children.has(pid!)) this.children.set(pid!, undefined);
    return pid!;
  };

  /** Where a program is: names without a slash are looked up in this process's PATH. */
  private findProgram(program: string): string {
    if (program.includes("/")) {
      this.context.checkExecutable(program);
      return program;
    }
    const path = this.context.environment().find(([name]) => name === "PATH")?.[1] ?? DEFAULT_PATH;
    let failure = new HostError("ENOENT");
    for (const directory of program === "" ? [] : path.split(":")) {
      const candidate = `${directory === "" ? "." : directory}/${program}`;
      try {
        this.context.checkExecutable(candidate);
        return candidate;
      } catch (e) {
        if (!(e instanceof HostError)) throw e;
        if (e.code === "EACCES") failure = e;
      }
    }
    throw failure;
  }

  override wait = (pid: number, hang: boolean): ProcessEnd | undefined => {
    const ended = (): ProcessEnd | undefined =>
      pid > 0 ? this.children.get(pid) : [...this.children.values()].find((end) => end !== undefined);
    this.thread.drain();
    if (pid > 0 ? !this.children.has(pid) : this.children.size === 0) throw new HostError("ECHILD");
    const end = hang ? this.thread.waitFor(ended) : ended();
    if (end) this.children.delete(end.pid);
    return end;
  };

  override kill = (pid: number, signal: string | undefined): void => {
    this.thread.drain();
    if (pid === this.pid && signal !== undefined) this.context.raise(signal);
    // What has ended but not been waited for still has its number.
    else if (!this.children.get(pid)) attempt(() => process.kill(pid, signal ?? 0));
  };

  override nice = (increment: number): number => {
    const priority = os.getPriority() + increment;
    try {
      os.setPriority(Math.min(Math.max(priority, -20), 19));
    } catch {
      throw new HostError("EPERM");
    }
    return os.getPriority();
  };
}

/** Node's own list has the effective group besides; Linux tells the list itself. */
function supplementaryGroups(): number[] {
  try {
    const line = /^Groups:[ \t]*(.*)$/m.exec(fs.readFileSync("/proc/self/status", "latin1"));
    if (line) return line[1]!.split(/\s+/).filter((word) => word !== "").map(Number);
  } catch {
    // There is no such file.
  }
  return process.getgroups?.() ?? [];
}

function endOf(pid: number, exited: number | null, signal: string | null): ProcessEnd {
  return signal === null ? { pid, exited: exited ?? 255 } : { pid, signal };
}

/** A string of an environment as name and value. */
function entry(text: string): [string, string] {
  const equals = text.indexOf("=", 1);
  return equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** Node hands valid Unicode to programs only. */
function checkPlain(texts: readonly string[]): void {
  if (!texts.every(isPlainText)) throw new HostError("EILSEQ");
}
