/**
 * The host: everything outside of the VM that OCaml programs can reach (DESIGN D11). Nothing else in `runtime/` touches
 * files, clocks or processes. All calls are synchronous.
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

export interface FileStatus {
  readonly kind: FileKind;
  readonly size: number;
}

export interface Host {
  /** Bytes of a path are UTF-8 on both sides. All of these throw HostError. */
  open(path: string, flags: OpenFlags, permissions: number): number;
  close(fd: number): void;
  /** Number of bytes read, at least one unless the end is reached. */
  read(fd: number, buffer: Uint8Array): number;
  write(fd: number, bytes: Uint8Array): number;
  /** Write everything. */
  writeAll(fd: number, bytes: Uint8Array): void;
  /** Move to `offset` from the start; throws ESPIPE where there are no positions. */
  seek(fd: number, offset: number): void;
  /** Current position; throws ESPIPE. */
  position(fd: number): number;
  size(fd: number): number;
  isTerminal(fd: number): boolean;

  status(path: string): FileStatus;
  readDirectory(path: string): string[];
  makeDirectory(path: string, permissions: number): void;
  removeDirectory(path: string): void;
  remove(path: string): void;
  rename(from: string, to: string): void;
  changeDirectory(path: string): void;
  currentDirectory(): string;

  environment(name: string): string | undefined;
  /** Seconds since 1970. */
  time(): number;
  /** Seconds of processor time: user and system. */
  cpuTime(): number;
  random(bytes: number): Uint8Array;
  /** Run a command of the system's shell with the same standard streams. Its exit status. */
  system(command: string): number;
}
