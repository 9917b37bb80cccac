/** The host that Node is: everything that the process may do. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
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

export class NodeHost implements Host {
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
    const fd = attempt(() => fs.openSync(path, bits, permissions));
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
    const s = attempt(() => fs.statSync(path));
    return { kind: kindOf(s), size: s.size };
  }

  readDirectory(path: string): string[] {
    return attempt(() => fs.readdirSync(path));
  }

  makeDirectory(path: string, permissions: number): void {
    attempt(() => fs.mkdirSync(path, permissions));
  }

  removeDirectory(path: string): void {
    attempt(() => fs.rmdirSync(path));
  }

  remove(path: string): void {
    attempt(() => fs.unlinkSync(path));
  }

  rename(from: string, to: string): void {
    attempt(() => fs.renameSync(from, to));
  }

  changeDirectory(path: string): void {
    attempt(() => process.chdir(path));
  }

  currentDirectory(): string {
    return attempt(() => process.cwd());
  }

  environment(name: string): string | undefined {
    return process.env[name];
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
    const { status, error } = spawnSync("/bin/sh", ["-c", command], { stdio: "inherit" });
    if (error) translate(error);
    return status ?? 255;
  }
}
