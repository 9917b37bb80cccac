/** Bytes that are written one after the other, with the encodings of WebAssembly (core specification, 5.2). */
export class ByteWriter {
  private bytes: Uint8Array;
  private used = 0;

  /** `room`: bytes that it has room for at first. */
  constructor(room = 256) {
    this.bytes = new Uint8Array(room);
  }

  get length(): number {
    return this.used;
  }

  /** All that is written. It changes when more is. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }

  /** Forget what is written. */
  clear(): void {
    this.used = 0;
  }

  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.used++] = byte;
  }

  /** A part of other bytes. */
  copy(from: Uint8Array, start = 0, end = from.length): void {
    this.reserve(end - start);
    // Most parts are a few bytes.
    if (end - start < 32) for (let i = start; i < end; i++) this.bytes[this.used++] = from[i]!;
    else {
      this.bytes.set(from.subarray(start, end), this.used);
      this.used += end - start;
    }
  }

  /** An unsigned number of at most 32 bits. */
  size(n: number): void {
    for (; n >= 0x80; n = Math.floor(n / 0x80)) this.byte((n & 0x7f) | 0x80);
    this.byte(n);
  }

  /** A signed number of 64 bits. */
  signed(n: bigint): void {
    for (; n < -0x40n || n >= 0x40n; n >>= 7n) this.byte(Number(n & 0x7fn) | 0x80);
    this.byte(Number(n & 0x7fn));
  }

  /** Bytes after their number. */
  sized(bytes: Uint8Array): void {
    this.size(bytes.length);
    this.copy(bytes);
  }

  name(text: string): void {
    this.sized(new TextEncoder().encode(text));
  }

  private reserve(n: number): void {
    if (this.used + n <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.used + n));
    larger.set(this.written);
    this.bytes = larger;
  }
}
