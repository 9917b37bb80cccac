/**
 * The host: everything outside of the VM that OCaml programs can reach (DESIGN D11). Nothing else in `runtime/` touches
 * files, clocks or processes. All calls are synchronous, and fail with HostError.
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

/** The program has asked to end. */
export class ExitRequest extends Error {
  override readonly name = "ExitRequest";
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

export interface OpenFlags {
  readonly read: boolean;
  readonly write: boolean;
  readonly append?: boolean;
  readonly create?: boolean;
  readonly truncate?: boolean;
  readonly exclusive?: boolean;
  readonly nonblock?: boolean;
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
  readonly accessTime: number;
  readonly modificationTime: number;
  readonly changeTime: number;
}

export interface Host {
  // ---- Descriptors: 0, 1 and 2 are open from the start; the lowest free number is given out ----

  /** Bytes of a path are UTF-8 on both sides. */
  open(path: string, flags: OpenFlags, permissions: number): number;
  close(fd: number): void;
  /** Number of bytes read, at least one unless the end is reached. */
  read(fd: number, buffer: Uint8Array): number;
  /** Number of bytes written, at least one. */
  write(fd: number, bytes: Uint8Array): number;
  /** Write everything. */
  writeAll(fd: number, bytes: Uint8Array): void;
  /** Move to `offset` ≥ 0 from the start; throws ESPIPE where there are no positions. */
  seek(fd: number, offset: number): void;
  /** Current position; throws ESPIPE. */
  position(fd: number): number;
  /** Where the end is; throws ESPIPE. */
  size(fd: number): number;
  isTerminal(fd: number): boolean;
  /** Rows of the terminal; -1: unknown. */
  terminalRows(fd: number): number;

  // ---- Paths, relative to the current directory ----

  status(path: string): FileStatus;
  /** Names in a directory, without `.` and `..`, in no order. */
  readDirectory(path: string): string[];
  makeDirectory(path: string, permissions: number): void;
  removeDirectory(path: string): void;
  remove(path: string): void;
  rename(from: string, to: string): void;
  changeDirectory(path: string): void;
  currentDirectory(): string;

  // ---- The process ----

  environment(name: string): string | undefined;
  /** Seconds since 1970. */
  time(): number;
  /** Seconds of processor time: user and system. */
  cpuTime(): number;
  random(bytes: number): Uint8Array;
  /** Run a command of the system's shell with the same standard streams. Its exit status, 255 after a signal. */
  system(command: string): number;
}
