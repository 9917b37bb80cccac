/** A socket as the program sees it; the helper thread has the real one. */
import { HostError, type SocketAddress, type SocketDomain, type SocketOption, type SocketType } from "./host.ts";
import type { OpenFile } from "./node-descriptors.ts";
import type { Notice } from "./node-helper.ts";
import type { HelperThread } from "./node-thread.ts";

/** Bytes on their way before a socket is not writable. */
const MAX_UNSENT = 1 << 18;
/** What sockets need around them. */
export interface SocketContext {
  readonly thread: HelperThread;
  /** Something is being written. */
  sending(): void;
  /** No descriptor is left of a socket. */
  forget(socket: NodeSocket): void;
}

export type Connection = Notice & { kind: "connection" };

export class NodeSocket implements OpenFile {
  readonly kind = "socket";
  readonly real = undefined;
  nonblock = false;
  references = 0;
  readonly domain: SocketDomain;
  readonly type: SocketType;
  readonly id: number;
  readonly options = new Map<SocketOption, number>();
  state: "new" | "connecting" | "connected" | "listening" = "new";
  /** Whether somebody waits for the connection. */
  awaited = false;
  local: SocketAddress;
  remote: SocketAddress | undefined;
  bound = false;
  /** Error that nobody has been told of. */
  error: string | undefined;
  ended = false;
  /** Sides that the program has shut down. */
  closed = { receive: false, send: false };
  /** Bytes that have come and not been read, with their senders. */
  incoming: { bytes: Uint8Array; from: SocketAddress | undefined }[] = [];
  readonly connections: Connection[] = [];
  /** Bytes that the thread has not written yet. */
  unsent = 0;
  private readonly context: SocketContext;

  constructor(context: SocketContext, domain: SocketDomain, type: SocketType, id: number) {
    this.context = context;
    this.domain = domain;
    this.type = type;
    this.id = id;
    this.local =
      domain === "unix"
        ? { kind: "unix", path: "" }
        : { kind: "inet", address: domain === "inet" ? "0.0.0.0" : "::", port: 0 };
  }

  /** Wait until `found` finds something. Throws the socket's error, EAGAIN, or HostWait. */
  wait<T>(found: () => T | undefined, wait = true): T {
    const checked = (): T | undefined => {
      const result = found();
      if (result === undefined && this.error !== undefined) throw new HostError(this.takeError()!);
      return result;
    };
    this.context.thread.drain();
    const now = checked();
    if (now !== undefined) return now;
    if (this.nonblock || !wait) throw new HostError("EAGAIN");
    return this.context.thread.waitFor(checked);
  }

  takeError(): string | undefined {
    const { error } = this;
    this.error = undefined;
    return error;
  }

  read(buffer: Uint8Array, wait: boolean): number {
    return this.receive(buffer, false, wait).length;
  }

  receive(buffer: Uint8Array, peek: boolean, wait = true): { length: number; address?: SocketAddress } {
    const stream = this.type === "stream";
    if (stream && this.state !== "connected") throw new HostError(this.domain === "unix" ? "EINVAL" : "ENOTCONN");
    if (this.closed.receive) return { length: 0 };
    const first = this.wait(() => this.incoming[0] ?? (this.ended ? null : undefined), wait);
    if (!first) return { length: 0 };
    const length = Math.min(buffer.length, first.bytes.length);
    buffer.set(first.bytes.subarray(0, length));
    if (!peek) this.consume(stream ? length : first.bytes.length);
    return { length, ...(first.from && { address: first.from }) };
  }

  private consume(length: number): void {
    const first = this.incoming[0]!;
    if (length < first.bytes.length) first.bytes = first.bytes.subarray(length);
    else this.incoming.shift();
    if (this.type === "stream") this.context.thread.command({ kind: "taken", socket: this.id, length });
  }

  write(bytes: Uint8Array, wait: boolean): number {
    return this.send(bytes, undefined, wait);
  }

  send(bytes: Uint8Array, to: SocketAddress | undefined, wait = true): number {
    const { thread } = this.context;
    if (this.closed.send) throw new HostError("EPIPE");
    if (this.type === "datagram") {
      const target = to ?? this.remote;
      if (!target) throw new HostError("EDESTADDRREQ");
      return thread.request({ kind: "datagram", socket: this.id, to: target, bytes: bytes.slice() }).value!;
    }
    if (this.state !== "connected") throw new HostError("ENOTCONN");
    this.wait(() => (this.error === undefined && this.unsent < MAX_UNSENT ? true : undefined), wait);
    this.unsent += bytes.length;
    this.context.sending();
    thread.command({ kind: "send", socket: this.id, bytes: bytes.slice() });
    return bytes.length;
  }

  readable(): boolean {
    this.context.thread.drain();
    if (this.state === "listening") return this.connections.length > 0;
    return this.incoming.length > 0 || this.ended || this.error !== undefined || this.closed.receive;
  }

  writable(): boolean {
    this.context.thread.drain();
    if (this.type === "datagram" || this.error !== undefined) return true;
    return this.state === "connected" && this.unsent < MAX_UNSENT;
  }

  release(): void {
    this.context.forget(this);
  }
}
