/** What programs with damaged code run in: a host that grants next to nothing, and a limit of time. */
import type { Engine } from "../../bytecode/engine.ts";
import { BaseHost } from "../../runtime/host/base.ts";
import { type Files, type FileStatus, HostError } from "../../runtime/host/host.ts";

/** Milliseconds of the processor that a program may take. */
export const TIME = 250;
/** What a program may write, in bytes. */
const OUTPUT = 1 << 20;

const A_FILE: FileStatus = {
  ...{ kind: "file", size: 0, permissions: 0o644, device: 0, inode: 0, links: 1, user: 0, group: 0, specialDevice: 0 },
  ...{ accessed: 0, modified: 0, changed: 0 },
};

export class TimeIsOver extends Error {}

/** A host that takes what programs write to standard output and error, has one file to read, and grants nothing else. */
export class ListeningHost extends BaseHost {
  errors = "";
  /** What every path leads to. */
  input: Uint8Array = new Uint8Array(0);
  private position = 0;
  private written = 0;
  override readonly files: Files = Object.assign(new BaseHost().files, {
    write: (fd: number, bytes: Uint8Array): number => {
      this.written += bytes.length;
      if (this.written > OUTPUT) throw new HostError("ENOSPC");
      if (fd === 2) this.errors += new TextDecoder().decode(bytes);
      return bytes.length;
    },
    open: (): number => {
      this.position = 0;
      return 3;
    },
    read: (fd: number, buffer: Uint8Array): number => {
      if (fd !== 3) return 0;
      const part = this.input.subarray(this.position, this.position + buffer.length);
      buffer.set(part);
      this.position += part.length;
      return part.length;
    },
    position: (): number => this.position,
    seek: (_: number, position: number): void => void (this.position = position),
    status: (): FileStatus => ({ ...A_FILE, size: this.input.length }),
    close: (): void => undefined,
  });
}

/** Have what an engine runs end when it has taken its time of the processor, at the next poll. A function that starts the time. */
export function limitTime(engine: Engine, milliseconds = TIME): () => void {
  let end = Infinity;
  engine.onPoll = () => {
    if (processorTime() > end) throw new TimeIsOver();
  };
  return () => (end = processorTime() + milliseconds);
}

/** In milliseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
