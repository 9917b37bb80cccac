/** Files of the system, through node:fs. */
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { BaseFiles } from "./base.ts";
import {
  type FileReference,
  type FileStatus,
  HostError,
  type MappedFile,
  type OpenFlags,
  type Selection,
  type SystemString,
} from "./host.ts";
import { DescriptorTable, type OpenFile, type Pause, SystemFile } from "./node-descriptors.ts";
import { attempt } from "./node-errors.ts";
import type { ChildStream } from "./node-helper.ts";
import { BIG, NO_STATUS, statusOf } from "./node-status.ts";
import { decodeText, encodeText, isPlainText } from "./text.ts";
import { childProcess, crypto, tty } from "./node-modules.ts";

/** What files need of the process around them. */
export interface FilesContext {
  /** Whether requests that cannot be answered yet throw HostWait; otherwise they block. */
  waiting(): boolean;
  /** Between two attempts: waits a little, longer each time, or throws HostWait. */
  readonly pause: Pause;
  /** Takes what is written to standard output and error, instead of the process's streams. */
  readonly output?: (fd: 1 | 2, bytes: Uint8Array) => void;
  chdir(path: string): void;
  /** The current directory. */
  cwd(): string;
  /** A path as the process must see it. */
  at(path: string): string;
  umask(mask: number): number;
  /** Someone has written to a pipe that nobody reads. Ends the program unless SIGPIPE is caught or ignored. */
  brokenPipe(): void;
}

/** A path as node:fs takes it. */
function toNode(path: SystemString): string | Buffer {
  if (path.includes("\0") || path === "") throw new HostError("ENOENT");
  return isPlainText(path) ? path : Buffer.from(encodeText(path));
}

/** In milliseconds. */
const HALF_MICROSECOND = 0.0005;

/** Descriptors of a program that is started. */
export interface ChildStreams {
  readonly stdio: ChildStream[];
  /** What takes the output of those that are "pipe". */
  readonly pipes: ReadonlyMap<number, (bytes: Uint8Array) => void>;
}

export class NodeFiles extends BaseFiles {
  readonly descriptors = new DescriptorTable();
  private readonly context: FilesContext;

  constructor(context: FilesContext) {
    super();
    this.context = context;
    for (const fd of [0, 1, 2]) {
      try {
        this.descriptors.put(fd, this.standardStream(fd), false);
      } catch {
        // That stream was closed when the process began.
      }
    }
  }

  private standardStream(fd: number): OpenFile {
    const { context } = this;
    if (fd !== 0 && context.output) return new Sink(fd as 1 | 2, context.output);
    return new SystemFile(fd, context, { shared: true });
  }

  // ---- Descriptors ----

  override open = (path: SystemString, flags: OpenFlags, permissions: number): number => {
    const c = fs.constants;
    let bits = flags.read && flags.write ? c.O_RDWR : flags.write ? c.O_WRONLY : c.O_RDONLY;
    if (flags.append) bits |= c.O_APPEND;
    if (flags.create) bits |= c.O_CREAT;
    if (flags.truncate) bits |= c.O_TRUNC;
    if (flags.exclusive) bits |= c.O_EXCL;
    if (flags.nonblock) bits |= c.O_NONBLOCK ?? 0;
    if (flags.sync) bits |= (flags.sync === "all" ? c.O_SYNC : c.O_DSYNC) ?? 0;
    const real = attempt(() => fs.openSync(this.native(path), bits, permissions & 0o7777));
    return this.adopt(real, flags);
  };

  /** A descriptor for an open file of the process. */
  private adopt(real: number, flags: { append?: boolean; nonblock?: boolean; closeOnExec?: boolean }): number {
    const file = new SystemFile(real, this.context, {
      append: flags.append ?? false,
      nonblock: flags.nonblock ?? false,
    });
    return this.descriptors.add(file, flags.closeOnExec ?? false);
  }

  override close = (fd: number): void => this.descriptors.remove(fd);

  override read = (fd: number, buffer: Uint8Array): number => this.descriptors.get(fd).read(buffer, true);

  override write = (fd: number, bytes: Uint8Array): number => {
    try {
      return this.descriptors.get(fd).write(bytes, true);
    } catch (e) {
      if (e instanceof HostError && e.code === "EPIPE") this.context.brokenPipe();
      throw e;
    }
  };

  /** A path for node:fs. */
  private native(path: SystemString): string | Buffer {
    return toNode(path === "" ? "" : this.context.at(path));
  }

  private systemFile(fd: number): SystemFile {
    const file = this.descriptors.get(fd);
    if (!(file instanceof SystemFile)) throw new HostError("ESPIPE");
    return file;
  }

  override seek = (fd: number, offset: number): void => this.systemFile(fd).seek(offset);
  override position = (fd: number): number => this.systemFile(fd).position();
  override sync = (fd: number): void => attempt(() => fs.fsyncSync(this.systemFile(fd).real));

  override isTerminal = (fd: number): boolean => {
    if (!this.descriptors.has(fd)) return false;
    const { real } = this.descriptors.get(fd);
    return real !== undefined && tty().isatty(real);
  };

  override setNonblock = (fd: number, on: boolean): void => {
    this.descriptors.get(fd).nonblock = on;
  };
  override setCloseOnExec = (fd: number, on: boolean): void => this.descriptors.setCloseOnExec(fd, on);
  override duplicate = (fd: number): number => this.descriptors.add(this.descriptors.get(fd), false);

  override duplicateTo = (fd: number, to: number): void => {
    const file = this.descriptors.get(fd);
    if (to !== fd) this.descriptors.replace(to, file);
  };

  override mapped = (fd: number): MappedFile => {
    const file = this.descriptors.get(fd);
    const real = this.realOf(fd);
    file.references++;
    return {
      read: (position, buffer) => attempt(() => fs.readSync(real, buffer, 0, buffer.length, position)),
      write: (position, bytes) => attempt(() => fs.writeSync(real, bytes, 0, bytes.length, position)),
      release: () => {
        if (--file.references === 0) file.release();
      },
    };
  };

  /** Node cannot make a pipe: this is a FIFO without a name. */
  override pipe = (): [number, number] => {
    const path = join(os.tmpdir(), `bactrian-${process.pid}-${crypto().randomBytes(8).toString("hex")}`);
    this.makeFifo(path, 0o600);
    try {
      // With both ends held, opening either of them does not wait.
      const both = attempt(() => fs.openSync(path, fs.constants.O_RDWR));
      const reading = attempt(() => fs.openSync(path, fs.constants.O_RDONLY));
      const writing = attempt(() => fs.openSync(path, fs.constants.O_WRONLY));
      fs.closeSync(both);
      return [this.adopt(reading, {}), this.adopt(writing, {})];
    } finally {
      fs.unlinkSync(path);
    }
  };

  override select = (
    read: readonly number[],
    write: readonly number[],
    except: readonly number[],
    deadline: number,
  ): Selection => {
    const files = new Map<number, OpenFile>();
    for (const fd of [...read, ...write, ...except]) files.set(fd, this.descriptors.get(fd));
    for (let tries = 0; ; tries++) {
      const result = {
        read: read.filter((fd) => files.get(fd)!.readable()),
        write: write.filter((fd) => files.get(fd)!.writable()),
        except: [],
      };
      const left = deadline - performance.now();
      if (result.read.length > 0 || result.write.length > 0 || left <= 0) return result;
      this.context.pause(tries);
    }
  };

  /** The descriptors of a program that is started: those that become 0, 1 and 2, and those that it inherits. */
  childStreams(standard: readonly [number, number, number]): ChildStreams {
    const stdio: ChildStream[] = [];
    const pipes = new Map<number, (bytes: Uint8Array) => void>();
    const set = (i: number, fd: number): void => {
      while (stdio.length < i) stdio.push("ignore");
      const file = i === fd && !this.descriptors.has(fd) ? undefined : this.descriptors.get(fd);
      if (file instanceof Sink) pipes.set(i, (bytes) => void file.write(bytes));
      if (file instanceof SystemFile) file.share();
      stdio[i] = file instanceof Sink ? "pipe" : (file?.real ?? "ignore");
    };
    standard.forEach((fd, i) => set(i, fd));
    for (const fd of this.descriptors.inherited().sort((a, b) => a - b)) set(fd, fd);
    return { stdio, pipes };
  }

  // ---- Names ----

  private realOf(fd: number): number {
    const { real } = this.descriptors.get(fd);
    if (real === undefined) throw new HostError("EINVAL");
    return real;
  }

  override status = (file: FileReference): FileStatus => {
    if (typeof file === "string") return statusOf(attempt(() => fs.statSync(this.native(file), BIG)));
    const { real, kind } = this.descriptors.get(file);
    return real === undefined ? { ...NO_STATUS, kind } : statusOf(attempt(() => fs.fstatSync(real, BIG)));
  };
  override linkStatus = (path: SystemString): FileStatus =>
    statusOf(attempt(() => fs.lstatSync(this.native(path), BIG)));

  override truncate = (file: FileReference, length: number): void => {
    if (length < 0) throw new HostError("EINVAL");
    attempt(() =>
      typeof file === "number" ? fs.ftruncateSync(this.realOf(file), length) : fs.truncateSync(this.native(file), length),
    );
  };
  override changeMode = (file: FileReference, permissions: number): void =>
    attempt(() =>
      typeof file === "number" ? fs.fchmodSync(this.realOf(file), permissions) : fs.chmodSync(this.native(file), permissions),
    );
  override changeOwner = (file: FileReference, user: number, group: number): void =>
    attempt(() =>
      typeof file === "number"
        ? fs.fchownSync(this.realOf(file), user, group)
        : fs.chownSync(this.native(file), user, group),
    );
  override setTimes = (path: SystemString, accessed: number, modified: number): void => {
    const name = this.native(path);
    // Node takes negative numbers for the present, but not negative dates.
    const nodeTime = (time: number): number | Date => (time < 0 ? new Date(time * 1000) : time);
    attempt(() => {
      fs.utimesSync(name, nodeTime(accessed), nodeTime(modified));
      // Versions of Node that cut the times to microseconds may be one short.
      const { atimeMs, mtimeMs } = fs.statSync(name);
      const missing = (time: number, is: number): number => (time > 0 && time * 1000 - is > HALF_MICROSECOND ? 2.5e-7 : 0);
      const [a, m] = [missing(accessed, atimeMs), missing(modified, mtimeMs)];
      if (a > 0 || m > 0) fs.utimesSync(name, nodeTime(accessed + a), nodeTime(modified + m));
    });
  };
  override access = (path: SystemString, want: { read: boolean; write: boolean; execute: boolean }): void => {
    const c = fs.constants;
    const mode = (want.read ? c.R_OK : 0) | (want.write ? c.W_OK : 0) | (want.execute ? c.X_OK : 0);
    attempt(() => fs.accessSync(this.native(path), mode || c.F_OK));
  };
  override remove = (path: SystemString): void => attempt(() => fs.unlinkSync(this.native(path)));
  override rename = (from: SystemString, to: SystemString): void =>
    attempt(() => fs.renameSync(this.native(from), this.native(to)));
  override link = (from: SystemString, to: SystemString): void => attempt(() => fs.linkSync(this.native(from), this.native(to)));
  override symbolicLink = (target: SystemString, path: SystemString): void =>
    attempt(() => fs.symlinkSync(toNode(target), this.native(path)));
  override readLink = (path: SystemString): SystemString =>
    decodeText(attempt(() => fs.readlinkSync(this.native(path), { encoding: "buffer" })));
  override realPath = (path: SystemString): SystemString =>
    decodeText(attempt(() => fs.realpathSync.native(this.native(path), { encoding: "buffer" })));

  override makeFifo = (path: SystemString, permissions: number): void => {
    const name = this.native(path);
    if (fs.existsSync(name)) throw new HostError("EEXIST");
    if (typeof name !== "string") throw new HostError("EINVAL");
    const { status, error } = childProcess().spawnSync("mkfifo", ["-m", permissions.toString(8), "--", name], { stdio: "ignore" });
    if (error) throw new HostError("ENOSYS");
    if (status !== 0) {
      attempt(() => fs.accessSync(join(name, ".."), fs.constants.W_OK));
      throw new HostError("EPERM");
    }
  };

  override readDirectory = (path: SystemString): SystemString[] =>
    attempt(() => fs.readdirSync(this.native(path), { encoding: "buffer" })).map(decodeText);
  override makeDirectory = (path: SystemString, permissions: number): void => {
    attempt(() => fs.mkdirSync(this.native(path), permissions));
  };
  override removeDirectory = (path: SystemString): void => attempt(() => fs.rmdirSync(this.native(path)));
  override changeDirectory = (path: SystemString): void => {
    toNode(path);
    attempt(() => this.context.chdir(path));
  };
  override currentDirectory = (): SystemString => attempt(() => this.context.cwd());
  override setMask = (mask: number): number => this.context.umask(mask);
}

/** A stream whose bytes go to a function. */
class Sink implements OpenFile {
  readonly kind = "fifo";
  readonly real = undefined;
  nonblock = false;
  references = 0;
  private readonly fd: 1 | 2;
  private readonly take: (fd: 1 | 2, bytes: Uint8Array) => void;

  constructor(fd: 1 | 2, take: (fd: 1 | 2, bytes: Uint8Array) => void) {
    this.fd = fd;
    this.take = take;
  }
  read(): number {
    throw new HostError("EBADF");
  }
  write(bytes: Uint8Array): number {
    this.take(this.fd, bytes.slice());
    return bytes.length;
  }
  readable(): boolean {
    return false;
  }
  writable(): boolean {
    return true;
  }
  release(): void {}
}
