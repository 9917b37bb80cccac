/** A buffered channel (runtime/io.c: struct channel). It knows nothing of OCaml values. */
import type { Host } from "../host/host.ts";

export const BUFFER_SIZE = 65536;
const NEWLINE = 10;

export class Channel {
  readonly fd: number;
  readonly output: boolean;
  readonly buffer = new Uint8Array(BUFFER_SIZE);
  /** Input: next byte to be delivered. Output: end of what is to be written. */
  curr = 0;
  /** Input: end of what has been read. */
  max = 0;
  /** Position in the file of the end of the buffer's contents (input) or of its start (output). */
  offset: number;
  open = true;
  buffered = true;
  name: string | undefined;
  private readonly host: Host;

  constructor(host: Host, fd: number, output: boolean) {
    this.host = host;
    this.fd = fd;
    this.output = output;
    this.offset = positionOrZero(host, fd);
  }

  // ---- Output ----

  flush(): void {
    for (let at = 0; at < this.curr; ) {
      const n = this.host.write(this.fd, this.buffer.subarray(at, this.curr));
      at += n;
      this.offset += n;
    }
    this.curr = 0;
  }

  putByte(byte: number): void {
    if (this.curr >= BUFFER_SIZE) this.flush();
    this.buffer[this.curr++] = byte;
  }

  put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.curr >= BUFFER_SIZE) this.flush();
      const n = Math.min(bytes.length - at, BUFFER_SIZE - this.curr);
      this.buffer.set(bytes.subarray(at, at + n), this.curr);
      this.curr += n;
      at += n;
    }
  }

  // ---- Input ----

  /** Fill the empty buffer. false: end of the file. */
  private refill(): boolean {
    const n = this.host.read(this.fd, this.buffer);
    this.offset += n;
    this.curr = 0;
    this.max = n;
    return n > 0;
  }

  /** The next byte, or -1 at the end. */
  getByte(): number {
    if (this.curr >= this.max && !this.refill()) return -1;
    return this.buffer[this.curr++]!;
  }

  /** At most `into.length` bytes; 0 only at the end. */
  get(into: Uint8Array): number {
    if (into.length === 0) return 0;
    if (this.curr >= this.max && !this.refill()) return 0;
    const n = Math.min(into.length, this.max - this.curr);
    into.set(this.buffer.subarray(this.curr, this.curr + n));
    this.curr += n;
    return n;
  }

  /** Exactly `n` bytes, or fewer at the end of the file. */
  getExactly(n: number): Uint8Array {
    const bytes = new Uint8Array(n);
    let at = 0;
    while (at < n) {
      const read = this.get(bytes.subarray(at));
      if (read === 0) return bytes.subarray(0, at);
      at += read;
    }
    return bytes;
  }

  /**
   * Length of the next line with its newline, which is then in the buffer; or minus the number of bytes buffered, when
   * the buffer is full or the file ends before a newline.
   */
  scanLine(): number {
    let from = this.curr;
    for (;;) {
      const at = this.buffer.subarray(0, this.max).indexOf(NEWLINE, from);
      if (at >= 0) return at + 1 - this.curr;
      if (this.curr > 0) {
        this.buffer.copyWithin(0, this.curr, this.max);
        this.max -= this.curr;
        this.curr = 0;
      }
      if (this.max >= BUFFER_SIZE) return -this.max;
      from = this.max;
      const n = this.host.read(this.fd, this.buffer.subarray(this.max));
      if (n === 0) return -this.max;
      this.offset += n;
      this.max += n;
    }
  }

  // ---- Both ----

  position(): number {
    return this.output ? this.offset + this.curr : this.offset - (this.max - this.curr);
  }

  seek(position: number): void {
    if (this.output) {
      this.flush();
      this.host.seek(this.fd, position);
      this.offset = position;
      return;
    }
    const start = this.offset - this.max;
    if (position >= start && position <= this.offset && this.max > 0) {
      this.curr = position - start;
    } else {
      this.host.seek(this.fd, position);
      this.offset = position;
      this.curr = this.max = 0;
    }
  }

  size(): number {
    return this.host.size(this.fd);
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    // Nothing fits any more: the next access goes to the closed descriptor and fails.
    this.curr = this.max = 0;
    this.host.close(this.fd);
  }
}

function positionOrZero(host: Host, fd: number): number {
  try {
    return host.position(fd);
  } catch {
    return 0;
  }
}
