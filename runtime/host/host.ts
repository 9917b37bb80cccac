/**
 * The host: everything outside of the VM that OCaml programs can reach (DESIGN D11). Nothing else in `runtime/` touches
 * files, clocks or processes. Calls are synchronous and fail with HostError; those that may have to wait for somebody
 * can throw HostWait instead, and are then to be made again.
 */

/** A failed request; `code` is an errno name such as ENOENT. */
export class HostError extends Error {
  override readonly name = "HostError";
  readonly code: string;

  constructor(code: string, message = code) {
    super(message);
    this.code = code;
  }
}

/**
 * A request cannot be answered yet. Whoever can let JavaScript's event loop turn does so until `ready`, then makes the
 * request again. Thrown only between `mayWait(true)` and `mayWait(false)`.
 */
export class HostWait extends Error {
  override readonly name = "HostWait";
  readonly ready: Promise<unknown>;
  /** Raises what the program's request fails with when a signal interrupts it; undefined: it is made again. */
  interrupted: (() => never) | undefined;

  constructor(ready: Promise<unknown>) {
    super("the request has to wait");
    this.ready = ready;
  }
}

/** The program has asked to end. */
export class ExitRequest extends Error {
  override readonly name = "ExitRequest";
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** A string of the system: UTF-8, with bytes that are not valid UTF-8 escaped as text.ts says. */
export type SystemString = string;

// ---- Files --------------------------------------------------------------------------------------------------------------

export interface OpenFlags {
  readonly read: boolean;
  readonly write: boolean;
  readonly append?: boolean;
  readonly create?: boolean;
  readonly truncate?: boolean;
  readonly exclusive?: boolean;
  readonly nonblock?: boolean;
  readonly closeOnExec?: boolean;
  /** Writes wait until the device has the contents, or all that is known of the file. */
  readonly sync?: "data" | "all";
}

export type FileKind = "file" | "directory" | "character" | "block" | "link" | "fifo" | "socket";

/** What stat tells; times are in seconds since 1970. */
export interface FileStatus {
  readonly kind: FileKind;
  readonly size: number;
  /** The low twelve bits of the mode. */
  readonly permissions: number;
  readonly device: number;
  readonly inode: number;
  readonly links: number;
  readonly user: number;
  readonly group: number;
  /** Device number of a special file. */
  readonly specialDevice: number;
  readonly accessed: number;
  readonly modified: number;
  readonly changed: number;
}

/** A path, or a descriptor. */
export type FileReference = SystemString | number;

/** The descriptors that are ready. */
export interface Selection {
  readonly read: readonly number[];
  readonly write: readonly number[];
  readonly except: readonly number[];
}

/** An open file, accessed without regard to its position, until it is released. */
export interface MappedFile {
  /** Number of bytes read, 0 at the end. */
  read(position: number, buffer: Uint8Array): number;
  write(position: number, bytes: Uint8Array): number;
  release(): void;
}

export interface Files {
  // Descriptors: 0, 1 and 2 are open from the start; the lowest free number is given out.
  open(path: SystemString, flags: OpenFlags, permissions: number): number;
  close(fd: number): void;
  /** Number of bytes read, at least one unless the end is reached. */
  read(fd: number, buffer: Uint8Array): number;
  /** Number of bytes written, at least one. */
  write(fd: number, bytes: Uint8Array): number;
  /** Move to `offset` from the start; throws ESPIPE where there are no positions. */
  seek(fd: number, offset: number): void;
  /** Current position; throws ESPIPE. */
  position(fd: number): number;
  sync(fd: number): void;
  isTerminal(fd: number): boolean;
  setNonblock(fd: number, on: boolean): void;
  setCloseOnExec(fd: number, on: boolean): void;
  duplicate(fd: number): number;
  duplicateTo(fd: number, to: number): void;
  /** The file that a descriptor stands for, whatever becomes of the descriptor. */
  mapped(fd: number): MappedFile;
  /** A pipe: the end to read from, the end to write to. */
  pipe(): [number, number];
  /** Wait until a descriptor is ready, or until `deadline`, in milliseconds of performance.now(). */
  select(read: readonly number[], write: readonly number[], except: readonly number[], deadline: number): Selection;

  // Files by path (relative to the current directory) or descriptor.
  status(file: FileReference): FileStatus;
  /** Of a symbolic link itself. */
  linkStatus(path: SystemString): FileStatus;
  truncate(file: FileReference, length: number): void;
  changeMode(file: FileReference, permissions: number): void;
  changeOwner(file: FileReference, user: number, group: number): void;
  setTimes(path: SystemString, accessed: number, modified: number): void;
  access(path: SystemString, want: { read: boolean; write: boolean; execute: boolean }): void;
  remove(path: SystemString): void;
  rename(from: SystemString, to: SystemString): void;
  link(from: SystemString, to: SystemString): void;
  symbolicLink(target: SystemString, path: SystemString): void;
  readLink(path: SystemString): SystemString;
  realPath(path: SystemString): SystemString;
  makeFifo(path: SystemString, permissions: number): void;
  /** Names in a directory, without `.` and `..`, in no order. */
  readDirectory(path: SystemString): SystemString[];
  makeDirectory(path: SystemString, permissions: number): void;
  removeDirectory(path: SystemString): void;
  changeDirectory(path: SystemString): void;
  currentDirectory(): SystemString;
  /** Set the mode bits that new files do not get; the former ones. */
  setMask(mask: number): number;
}

// ---- Time and processes -------------------------------------------------------------------------------------------------

/** Seconds. */
export interface ProcessorTimes {
  readonly user: number;
  readonly system: number;
  readonly childrenUser: number;
  readonly childrenSystem: number;
}

export interface Clock {
  /** Seconds since 1970. */
  time(): number;
  processorTimes(): ProcessorTimes;
  /** Wait until `deadline`, in milliseconds of performance.now(). */
  sleepUntil(deadline: number): void;
}

export interface Environment {
  get(name: string): SystemString | undefined;
  set(name: string, value: SystemString): void;
  entries(): [name: string, value: SystemString][];
}

export interface SpawnOptions {
  /** Program: a path, or a name to be looked up in PATH. */
  readonly program: SystemString;
  readonly argv: readonly SystemString[];
  /** Absent: the environment of this process. */
  readonly environment?: readonly SystemString[] | undefined;
  /** Descriptors that become 0, 1 and 2. */
  readonly streams: readonly [number, number, number];
}

/** How a process has ended, with its exit status or the name of the signal. */
export interface ProcessEnd {
  readonly pid: number;
  readonly exited?: number;
  readonly signal?: string;
}

export interface Processes {
  readonly pid: number;
  parent(): number;
  identity(): { user: number; group: number; effectiveUser: number; effectiveGroup: number; groups: readonly number[] };
  /** Change users and groups, as setuid, setgid and setgroups do. */
  setIdentity(change: { user?: number; group?: number; groups?: readonly number[] }): void;
  hostName(): string;
  /** Run a command of the system's shell with the same standard streams. */
  system(command: SystemString): ProcessEnd;
  /** Start a program. Its process number. */
  spawn(options: SpawnOptions): number;
  /** Wait for a child, any when `pid` is -1; undefined: none has ended, and `hang` is false. Throws ECHILD. */
  wait(pid: number, hang: boolean): ProcessEnd | undefined;
  /** `signal`: a name such as SIGTERM, undefined to check only. */
  kill(pid: number, signal: string | undefined): void;
  nice(increment: number): number;
}

// ---- Signals ------------------------------------------------------------------------------------------------------------

export type SignalAction = "default" | "ignore" | "catch";

/** Seconds. */
export interface TimerSetting {
  readonly interval: number;
  readonly value: number;
}

/** Signals by name (SIGINT). */
export interface Signals {
  /** Say what a signal does from now on; what it did. Throws EINVAL for signals that cannot be caught. */
  setAction(signal: string, action: SignalAction): SignalAction;
  /** Whether signals can come at all, so that the event loop must turn now and then. */
  active(): boolean;
  /** The signals that have come since the last call, are caught and not blocked. */
  take(): string[];
  /** Block signals, unblock them, or block just them. Those that were blocked. */
  changeMask(how: "set" | "block" | "unblock", signals: readonly string[]): string[];
  /** The signals that are blocked. */
  mask(): string[];
  /** The signals that have come and have not been given out. */
  pending(): string[];
  /** Take a pending signal of these, blocked or not. */
  accept(signals: readonly string[]): string | undefined;
  /** Told when a signal has come, or one that has come is not blocked any more. */
  onArrival: (() => void) | undefined;
  /** Wait until a signal comes that is caught and not among `blocked`; take gives it out once it is not blocked. */
  suspend(blocked: readonly string[]): void;
  /** The real-time interval timer, which sends SIGALRM. The former setting. */
  setTimer(setting: TimerSetting): TimerSetting;
  getTimer(): TimerSetting;
}

// ---- Network ------------------------------------------------------------------------------------------------------------

export type SocketDomain = "unix" | "inet" | "inet6";
export type SocketType = "stream" | "datagram";
export type SocketAddress =
  | { readonly kind: "unix"; readonly path: SystemString }
  | { readonly kind: "inet"; readonly address: string; readonly port: number };

/** Options of sockets by their names in C. */
export type SocketOption =
  | "SO_DEBUG"
  | "SO_BROADCAST"
  | "SO_REUSEADDR"
  | "SO_KEEPALIVE"
  | "SO_DONTROUTE"
  | "SO_OOBINLINE"
  | "SO_ACCEPTCONN"
  | "TCP_NODELAY"
  | "IPV6_ONLY"
  | "SO_REUSEPORT"
  | "SO_SNDBUF"
  | "SO_RCVBUF"
  | "SO_ERROR"
  | "SO_TYPE"
  | "SO_RCVLOWAT"
  | "SO_SNDLOWAT"
  | "SO_LINGER"
  | "SO_RCVTIMEO"
  | "SO_SNDTIMEO";

export interface Network {
  /** A descriptor. Throws ENOSYS for kinds that the host does not have. */
  socket(domain: SocketDomain, type: SocketType): number;
  /** Two sockets that are connected with each other. */
  socketPair(domain: SocketDomain, type: SocketType): [number, number];
  bind(fd: number, address: SocketAddress): void;
  connect(fd: number, address: SocketAddress): void;
  listen(fd: number, backlog: number): void;
  accept(fd: number): { fd: number; address: SocketAddress };
  shutdown(fd: number, side: "receive" | "send" | "all"): void;
  localAddress(fd: number): SocketAddress;
  remoteAddress(fd: number): SocketAddress;
  /** Bytes into `buffer`; `peek`: they are received again by the next call. A datagram's address is its sender's. */
  receive(fd: number, buffer: Uint8Array, peek: boolean): { length: number; address?: SocketAddress };
  /** Number of bytes sent. */
  send(fd: number, bytes: Uint8Array, to: SocketAddress | undefined): number;
  /** A number, an errno name (SO_ERROR), or nothing (SO_LINGER). */
  getOption(fd: number, option: SocketOption): number | string | undefined;
  setOption(fd: number, option: SocketOption, value: number | undefined): void;
  /** Addresses of a name; empty: unknown. */
  lookup(name: string): string[];
  /** Names of an address; empty: unknown. */
  reverse(address: string): string[];
}

// ---- Terminal -----------------------------------------------------------------------------------------------------------

/** Settings of terminals by their names in POSIX. */
export type TerminalFlag =
  | "ignbrk"
  | "brkint"
  | "ignpar"
  | "parmrk"
  | "inpck"
  | "istrip"
  | "inlcr"
  | "igncr"
  | "icrnl"
  | "ixon"
  | "ixoff"
  | "opost"
  | "cread"
  | "parenb"
  | "parodd"
  | "hupcl"
  | "clocal"
  | "isig"
  | "icanon"
  | "noflsh"
  | "echo"
  | "echoe"
  | "echok"
  | "echonl";
export type TerminalCharacter = "intr" | "quit" | "erase" | "kill" | "eof" | "eol" | "min" | "time" | "start" | "stop";

export interface TerminalAttributes {
  readonly flags: Readonly<Record<TerminalFlag, boolean>>;
  /** Bytes; 0: none. */
  readonly characters: Readonly<Record<TerminalCharacter, number>>;
  /** Bits per second. */
  readonly outputSpeed: number;
  readonly inputSpeed: number;
  /** Bits of a character. */
  readonly bits: number;
  readonly stopBits: number;
}

export interface Terminal {
  /** Rows of the terminal that a descriptor is, -1 when it is none. */
  rows(fd: number): number;
  /** Throws ENOTTY for descriptors that are no terminals. */
  attributes(fd: number): TerminalAttributes;
  /** Takes effect when what has been written is out. */
  setAttributes(fd: number, attributes: TerminalAttributes): void;
}

export interface Host {
  readonly files: Files;
  readonly clock: Clock;
  readonly environment: Environment;
  readonly processes: Processes;
  readonly signals: Signals;
  readonly network: Network;
  readonly terminal: Terminal;
  /** Allow or forbid HostWait. Forbidden (at first), requests block until they are answered. */
  mayWait(allowed: boolean): void;
  /** Let JavaScript's event loop turn, so that it hears of signals and of what has become ready. */
  turn(): Promise<void>;
  random(bytes: number): Uint8Array;
}

/** Write everything to a descriptor. */
export function writeAll(files: Files, fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += files.write(fd, bytes.subarray(at));
}
