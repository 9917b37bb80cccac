/** The host that Node is: everything that the process may do. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import { type FileKind, type FileStatus, type Host, HostError, type OpenFlags } from "./host.ts";

/** Errno of an exception of node:fs. */
function translate(e: unknown): never {
  const code = (e as { code?: unknown }).code;
  if (typeof code === "string") throw new HostError(code, (e as Error).message);
  throw e;
}

function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (e) {
    translate(e);
  }
}

function kindOf(s: fs.Stats): FileKind {
  if (s.isFile()) return "file";
  if (s.isDirectory()) return "directory";
  if (s.isCharacterDevice()) return "character";
  if (s.isBlockDevice()) return "block";
  if (s.isFIFO()) return "fifo";
  if (s.isSocket()) return "socket";
  return "link";
}

/** How long to wait before reading again from a descriptor that has nothing yet, in ms. */
const RETRY_MS = 5;

export interface NodeHostOptions {
  /** Current directory, instead of the process's. */
  readonly directory?: string;
  /** Environment, instead of the process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Takes what is written to standard output and error, instead of the process's streams. */
  readonly output?: (fd: 1 | 2, bytes: Uint8Array) => void;
}

export class NodeHost implements Host {
  private directory: string | undefined;
  private readonly env: Readonly<Record<string, string | undefined>>;
  private readonly output: NodeHostOptions["output"];

  constructor(options: NodeHostOptions = {}) {
    this.directory = options.directory;
    this.env = options.environment ?? process.env;
    this.output = options.output;
  }

  /** A path as the process must see it. */
  private at(path: string): string {
    return this.directory === undefined ? path : resolve(this.directory, path);
  }

  /** Positions of files that can seek; Node has no lseek, so reads and writes name them. */
  private readonly positions = new Map<number, { at: number; append: boolean }>();
  private readonly pause = new Int32Array(new SharedArrayBuffer(4));

  open(path: string, flags: OpenFlags, permissions: number): number {
    const c = fs.constants;
    let bits = flags.read && flags.write ? c.O_RDWR : flags.write ? c.O_WRONLY : c.O_RDONLY;
    if (flags.append) bits |= c.O_APPEND;
    if (flags.create) bits |= c.O_CREAT;
    if (flags.truncate) bits |= c.O_TRUNC;
    if (flags.exclusive) bits |= c.O_EXCL;
    if (flags.nonblock) bits |= c.O_NONBLOCK ?? 0;
    const fd = attempt(() => fs.openSync(this.at(path), bits, permissions));
    if (fs.fstatSync(fd).isFile()) this.positions.set(fd, { at: 0, append: flags.append ?? false });
    return fd;
  }

  close(fd: number): void {
    this.positions.delete(fd);
    attempt(() => fs.closeSync(fd));
  }

  read(fd: number, buffer: Uint8Array): number {
    const position = this.positions.get(fd);
    for (;;) {
      try {
        const n = fs.readSync(fd, buffer, 0, buffer.length, position ? position.at : null);
        if (position) position.at += n;
        return n;
      } catch (e) {
        const code = (e as { code?: string }).code;
        if (code === "EOF") return 0;
        if (code !== "EAGAIN") translate(e);
        Atomics.wait(this.pause, 0, 0, RETRY_MS);
      }
    }
  }

  write(fd: number, bytes: Uint8Array): number {
    if (this.output && (fd === 1 || fd === 2)) {
      this.output(fd, bytes.slice());
      return bytes.length;
    }
    const position = this.positions.get(fd);
    for (;;) {
      try {
        const n = fs.writeSync(fd, bytes, 0, bytes.length, position && !position.append ? position.at : null);
        if (position) position.at += n;
        return n;
      } catch (e) {
        if ((e as { code?: string }).code !== "EAGAIN") translate(e);
        Atomics.wait(this.pause, 0, 0, RETRY_MS);
      }
    }
  }

  writeAll(fd: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += this.write(fd, bytes.subarray(at));
  }

  seek(fd: number, offset: number): void {
    const position = this.positions.get(fd);
    if (!position) throw new HostError("ESPIPE");
    position.at = offset;
  }

  position(fd: number): number {
    const position = this.positions.get(fd);
    if (!position) throw new HostError("ESPIPE");
    return position.at;
  }

  size(fd: number): number {
    if (!this.positions.has(fd)) throw new HostError("ESPIPE");
    return attempt(() => fs.fstatSync(fd).size);
  }

  isTerminal(fd: number): boolean {
    return isatty(fd);
  }

  status(path: string): FileStatus {
    const s = attempt(() => fs.statSync(this.at(path)));
    return { kind: kindOf(s), size: s.size };
  }

  readDirectory(path: string): string[] {
    return attempt(() => fs.readdirSync(this.at(path)));
  }

  makeDirectory(path: string, permissions: number): void {
    attempt(() => fs.mkdirSync(this.at(path), permissions));
  }

  removeDirectory(path: string): void {
    attempt(() => fs.rmdirSync(this.at(path)));
  }

  remove(path: string): void {
    attempt(() => fs.unlinkSync(this.at(path)));
  }

  rename(from: string, to: string): void {
    attempt(() => fs.renameSync(this.at(from), this.at(to)));
  }

  changeDirectory(path: string): void {
    if (this.directory === undefined) {
      attempt(() => process.chdir(path));
    } else {
      if (this.status(path).kind !== "directory") throw new HostError("ENOTDIR");
      this.directory = this.at(path);
    }
  }

  currentDirectory(): string {
    return this.directory ?? attempt(() => process.cwd());
  }

  environment(name: string): string | undefined {
    return this.env[name];
  }

  time(): number {
    return (performance.timeOrigin + performance.now()) / 1000;
  }

  cpuTime(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }

  random(bytes: number): Uint8Array {
    return randomBytes(bytes);
  }

  system(command: string): number {
    const { status, error } = spawnSync("/bin/sh", ["-c", command], {
      stdio: "inherit",
      cwd: this.directory,
      env: this.env as NodeJS.ProcessEnv,
    });
    if (error) translate(error);
    return status ?? 255;
  }
}
