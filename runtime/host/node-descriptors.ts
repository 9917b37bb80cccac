/**
 * Descriptors of OCaml programs in Node. Node has neither lseek nor dup, so the numbers that programs see are our own:
 * each stands for an open file, which several numbers may share and which knows its position.
 */
import fs from "node:fs";
import { type FileKind, HostError, HostWait } from "./host.ts";
import { attempt, translate } from "./node-errors.ts";
import { tty } from "./node-modules.ts";

/** What can be read from and written to: a file of the system, or a socket. */
export interface OpenFile {
  readonly kind: FileKind;
  /** Descriptor of the process, for the programs that it starts; undefined: it has none. */
  readonly real: number | undefined;
  nonblock: boolean;
  references: number;
  /** Bytes into `buffer`; 0: the end. EAGAIN: there is nothing yet. */
  read(buffer: Uint8Array, wait: boolean): number;
  write(bytes: Uint8Array, wait: boolean): number;
  /** Whether a read would not wait, found out without waiting. */
  readable(): boolean;
  writable(): boolean;
  release(): void;
}

interface Descriptor {
  file: OpenFile;
  closeOnExec: boolean;
}

export class DescriptorTable {
  private readonly table = new Map<number, Descriptor>();

  /** The lowest free number, for a new reference to `file`. */
  add(file: OpenFile, closeOnExec: boolean): number {
    let fd = 0;
    while (this.table.has(fd)) fd++;
    this.put(fd, file, closeOnExec);
    return fd;
  }

  put(fd: number, file: OpenFile, closeOnExec: boolean): void {
    file.references++;
    this.table.set(fd, { file, closeOnExec });
  }

  /** Make a number stand for another file, whatever it stood for. */
  replace(fd: number, file: OpenFile): void {
    file.references++; // it may be the same file
    if (this.has(fd)) this.remove(fd);
    file.references--;
    this.put(fd, file, false);
  }

  get(fd: number): OpenFile {
    return this.descriptor(fd).file;
  }

  has(fd: number): boolean {
    return this.table.has(fd);
  }

  setCloseOnExec(fd: number, on: boolean): void {
    this.descriptor(fd).closeOnExec = on;
  }

  remove(fd: number): void {
    const { file } = this.descriptor(fd);
    this.table.delete(fd);
    if (--file.references === 0) file.release();
  }

  /** Descriptors that programs started from here are to have, besides the three standard ones. */
  inherited(): number[] {
    return [...this.table].filter(([fd, d]) => fd > 2 && !d.closeOnExec && d.file.real !== undefined).map(([fd]) => fd);
  }

  private descriptor(fd: number): Descriptor {
    const found = this.table.get(fd);
    if (!found) throw new HostError("EBADF");
    return found;
  }
}

export function kindOf(s: fs.Stats | fs.BigIntStats): FileKind {
  if (s.isFile()) return "file";
  if (s.isDirectory()) return "directory";
  if (s.isCharacterDevice()) return "character";
  if (s.isBlockDevice()) return "block";
  if (s.isFIFO()) return "fifo";
  if (s.isSocket()) return "socket";
  return "link";
}

/** Waits a little, longer each time, or throws HostWait. */
export type Pause = (attempt: number) => void;

/** How to wait. */
export interface Waiting {
  /** Whether requests that cannot be answered yet throw HostWait; otherwise they block. */
  waiting(): boolean;
  readonly pause: Pause;
}

/** Bytes to read before the program asks for them. */
const READ_AHEAD = 4096;

/** Whether a descriptor is of /dev/null, as those of programs that run unattended are: found out without the module that knows terminals. */
function isNullDevice(real: number): boolean {
  try {
    return fs.fstatSync(real).rdev === fs.statSync("/dev/null").rdev;
  } catch {
    return false;
  }
}

/** A file of the system. */
export class SystemFile implements OpenFile {
  readonly kind: FileKind;
  readonly real: number;
  nonblock = false;
  references = 0;
  private readonly context: Waiting;
  /** Attempts at the request that is being made. */
  private tries = 0;
  /** A name that opens the file again. */
  private readonly path: string;
  /** Position; only files and block devices have one. */
  private at = 0;
  /**
   * Whether reads and writes name their position. Until the program seeks they do not, so that the system's own position
   * moves too, which is what other processes see that have the same open file.
   */
  private explicit = false;
  /** Whether others may move the system's position. */
  private shared: boolean;
  private readonly append: boolean;
  /** The same file opened again so that it does not block, by access mode; -1: impossible. */
  private readonly twins = new Map<number, number>();
  /** What was read from the twin while looking whether there is something. */
  private ahead: Uint8Array | undefined;
  private ended = false;
  /** The read that goes on in the background. */
  private reading: Promise<void> | undefined;
  /** What it has failed with. */
  private failure: Error | undefined;

  /** `shared`: the descriptor was inherited. */
  constructor(real: number, context: Waiting, options: { append?: boolean; shared?: boolean; nonblock?: boolean }) {
    this.real = real;
    this.kind = kindOf(attempt(() => fs.fstatSync(real)));
    this.append = options.append ?? false;
    this.shared = options.shared ?? false;
    this.nonblock = options.nonblock ?? false;
    this.context = context;
    this.path = process.platform === "linux" ? `/proc/self/fd/${real}` : `/dev/fd/${real}`;
  }

  private isTerminal: boolean | undefined;

  get terminal(): boolean {
    this.isTerminal ??= this.kind === "character" && !isNullDevice(this.real) && tty().isatty(this.real);
    return this.isTerminal;
  }

  private get seekable(): boolean {
    return this.kind === "file" || this.kind === "block";
  }

  /** Whether a read may have to wait for somebody. */
  private get waits(): boolean {
    return this.kind === "fifo" || this.kind === "socket" || this.terminal;
  }

  read(buffer: Uint8Array, wait: boolean): number {
    if (buffer.length === 0) return 0;
    if (!this.waits) {
      const n = attempt(() => fs.readSync(this.real, buffer, 0, buffer.length, this.explicit ? this.at : null));
      this.at += n;
      return n;
    }
    if (this.ahead) return this.takeAhead(buffer);
    if (this.ended) {
      this.ended = false;
      return 0;
    }
    const { failure } = this;
    this.failure = undefined;
    if (failure) translate(failure);
    const blocking = wait && !this.nonblock;
    for (;;) {
      const mustNotBlock = !blocking || this.context.waiting();
      const fd = mustNotBlock ? this.twinFor(fs.constants.O_RDONLY) : this.real;
      if (blocking && mustNotBlock && fd === this.real) throw new HostWait(this.readAhead());
      try {
        const n = fs.readSync(fd, buffer, 0, buffer.length, null);
        this.tries = 0;
        return n;
      } catch (e) {
        const { code } = e as { code?: string };
        if (code === "EOF") return 0;
        if (code !== "EAGAIN" || !blocking) translate(e);
      }
      this.context.pause(this.tries++);
    }
  }

  /** Read from a file that cannot be opened again, such as a socket that was inherited, in the background. */
  private readAhead(): Promise<void> {
    this.reading ??= new Promise((done) => {
      fs.read(this.real, new Uint8Array(READ_AHEAD), 0, READ_AHEAD, null, (error, n, buffer) => {
        this.reading = undefined;
        if (error) this.failure = error;
        else if (n > 0) this.ahead = buffer.subarray(0, n);
        else this.ended = true;
        done();
      });
    });
    return this.reading;
  }

  private takeAhead(buffer: Uint8Array): number {
    const ahead = this.ahead!;
    const n = Math.min(buffer.length, ahead.length);
    buffer.set(ahead.subarray(0, n));
    this.ahead = n < ahead.length ? ahead.subarray(n) : undefined;
    return n;
  }

  write(bytes: Uint8Array, wait: boolean): number {
    const blocking = wait && !this.nonblock;
    const position = this.seekable && this.explicit && !this.append ? this.at : null;
    for (;;) {
      const mustNotBlock = this.waits && (!blocking || this.context.waiting());
      const fd = mustNotBlock ? this.twinFor(fs.constants.O_WRONLY) : this.real;
      try {
        const n = fs.writeSync(fd, bytes, 0, bytes.length, position);
        this.at += n;
        this.tries = 0;
        return n;
      } catch (e) {
        if ((e as { code?: string }).code !== "EAGAIN" || !blocking) translate(e);
      }
      this.context.pause(this.tries++);
    }
  }

  readable(): boolean {
    if (!this.waits || this.ahead || this.ended) return true;
    const fd = this.twinFor(fs.constants.O_RDONLY);
    if (fd === this.real) return true; // there is no way to tell
    const buffer = new Uint8Array(READ_AHEAD);
    try {
      const n = fs.readSync(fd, buffer, 0, buffer.length, null);
      if (n > 0) this.ahead = buffer.subarray(0, n);
      else this.ended = true;
      return true;
    } catch (e) {
      return (e as { code?: string }).code !== "EAGAIN";
    }
  }

  writable(): boolean {
    return true;
  }

  /** A descriptor on the same file that does not block, or the file's own where that cannot be had. */
  private twinFor(access: number): number {
    let twin = this.twins.get(access);
    if (twin === undefined) {
      try {
        twin = fs.openSync(this.path, access | fs.constants.O_NONBLOCK);
      } catch {
        twin = -1;
      }
      this.twins.set(access, twin);
    }
    return twin < 0 ? this.real : twin;
  }

  position(): number {
    if (this.kind === "character" && !this.terminal) return 0;
    if (!this.seekable) throw new HostError("ESPIPE");
    if (!this.explicit && this.shared) this.at = this.systemPosition() ?? this.at;
    return this.at;
  }

  private systemPosition(): number | undefined {
    try {
      const match = /^pos:\s*(\d+)/.exec(fs.readFileSync(`/proc/self/fdinfo/${this.real}`, "latin1"));
      return match ? Number(match[1]) : undefined;
    } catch {
      return undefined;
    }
  }

  seek(offset: number): void {
    if (this.kind === "character" && !this.terminal) return;
    if (!this.seekable) throw new HostError("ESPIPE");
    if (offset < 0) throw new HostError("EINVAL");
    if (this.position() === offset) return;
    this.explicit = true;
    this.at = offset;
  }

  /** Other processes have this open file from now on. */
  share(): void {
    this.shared = true;
  }

  release(): void {
    for (const twin of this.twins.values()) if (twin >= 0) fs.closeSync(twin);
    attempt(() => fs.closeSync(this.real));
  }
}

/** Milliseconds to wait before trying again for the n-th time. */
export function delay(attempt: number): number {
  return attempt < 4 ? 0.1 : attempt < 40 ? 1 : 5;
}
