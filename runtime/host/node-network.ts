/** Sockets, through the helper thread: it reads ahead for us, up to a limit, and writes behind us. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { BaseNetwork } from "./base.ts";
import { HostError, type SocketAddress, type SocketDomain, type SocketOption, type SocketType } from "./host.ts";
import type { OpenFile } from "./node-descriptors.ts";
import type { NodeFiles } from "./node-files.ts";
import type { Notice } from "./node-helper.ts";
import type { HelperThread } from "./node-thread.ts";

/** Options that Node passes on to the system. */
const NODE_OPTIONS: readonly SocketOption[] = ["SO_KEEPALIVE", "TCP_NODELAY", "SO_BROADCAST"];
/** Options that are settled when a socket is bound: Node lets addresses be used again in any case. */
const BIND_OPTIONS: readonly SocketOption[] = ["SO_REUSEADDR", "SO_REUSEPORT", "IPV6_ONLY"];
/** Bytes on their way before a socket is not writable. */
const MAX_UNSENT = 1 << 18;
/** Milliseconds that the end of the process waits for bytes on their way. */
const LAST_WAIT = 10_000;

type Connection = Notice & { kind: "connection" };

class NodeSocket implements OpenFile {
  readonly kind = "socket";
  readonly real = undefined;
  nonblock = false;
  references = 0;
  readonly domain: SocketDomain;
  readonly type: SocketType;
  readonly id: number;
  readonly options = new Map<SocketOption, number>();
  state: "new" | "connecting" | "connected" | "listening" = "new";
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
  private readonly network: NodeNetwork;

  constructor(network: NodeNetwork, domain: SocketDomain, type: SocketType, id: number) {
    this.network = network;
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
    this.network.thread.drain();
    const now = checked();
    if (now !== undefined) return now;
    if (this.nonblock || !wait) throw new HostError("EAGAIN");
    return this.network.thread.waitFor(checked);
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
    if (this.type === "stream") this.network.thread.command({ kind: "taken", socket: this.id, length });
  }

  write(bytes: Uint8Array, wait: boolean): number {
    return this.send(bytes, undefined, wait);
  }

  send(bytes: Uint8Array, to: SocketAddress | undefined, wait = true): number {
    const { thread } = this.network;
    if (this.closed.send) throw new HostError("EPIPE");
    if (this.type === "datagram") {
      const target = to ?? this.remote;
      if (!target) throw new HostError("EDESTADDRREQ");
      return thread.request({ kind: "datagram", socket: this.id, to: target, bytes: bytes.slice() }).value!;
    }
    if (this.state !== "connected") throw new HostError("ENOTCONN");
    this.wait(() => (this.error === undefined && this.unsent < MAX_UNSENT ? true : undefined), wait);
    this.unsent += bytes.length;
    thread.command({ kind: "send", socket: this.id, bytes: bytes.slice() });
    return bytes.length;
  }

  readable(): boolean {
    this.network.thread.drain();
    if (this.state === "listening") return this.connections.length > 0;
    return this.incoming.length > 0 || this.ended || this.error !== undefined || this.closed.receive;
  }

  writable(): boolean {
    this.network.thread.drain();
    if (this.type === "datagram" || this.error !== undefined) return true;
    return this.state === "connected" && this.unsent < MAX_UNSENT;
  }

  release(): void {
    this.network.forget(this);
  }
}

export class NodeNetwork extends BaseNetwork {
  readonly thread: HelperThread;
  private readonly files: Pick<NodeFiles, "descriptors" | "write">;
  private readonly at: (path: string) => string;
  private readonly sockets = new Map<number, NodeSocket>();
  private lastSocket = 0;
  private waitsAtExit = false;

  /** `at`: a path as the process must see it. */
  constructor(thread: HelperThread, files: Pick<NodeFiles, "descriptors" | "write">, at: (path: string) => string) {
    super();
    this.thread = thread;
    this.files = files;
    this.at = at;
    thread.onNotice((notice) => this.take(notice));
  }

  private take(notice: Notice): void {
    if (notice.kind === "connection") {
      this.sockets.get(notice.server)?.connections.push(notice);
      // What it receives is told before it is accepted.
      this.adopt(notice);
      return;
    }
    const socket = "socket" in notice ? this.sockets.get(notice.socket) : undefined;
    if (!socket) return;
    switch (notice.kind) {
      case "connected":
        [socket.state, socket.local, socket.remote] = ["connected", notice.local, notice.remote];
        break;
      case "data":
        if (!(socket.type === "datagram" && socket.remote && !sameAddress(socket.remote, notice.from))) {
          socket.incoming.push({ bytes: notice.bytes, from: notice.from });
        }
        break;
      case "ended":
        socket.ended = true;
        break;
      case "sent":
        socket.unsent -= notice.length;
        break;
      case "failed":
        socket.error = notice.error;
        if (socket.state === "connecting") socket.state = "new";
        else socket.ended = true;
    }
  }

  private adopt({ server, socket: id, local, remote }: Connection): void {
    const listening = this.sockets.get(server);
    const socket = new NodeSocket(this, listening?.domain ?? "inet", "stream", id);
    [socket.state, socket.local, socket.remote] = ["connected", local, remote];
    this.sockets.set(id, socket);
    if (!listening) this.forget(socket);
  }

  /** No descriptor is left of a socket. */
  forget(socket: NodeSocket): void {
    for (const connection of socket.connections) this.thread.command({ kind: "close", socket: connection.socket });
    this.thread.command({ kind: "close", socket: socket.id });
    if (socket.unsent === 0) this.sockets.delete(socket.id);
    else if (!this.waitsAtExit) this.waitAtExit();
  }

  /** Let what has been written reach the system before the process ends, which would end the thread. */
  private waitAtExit(): void {
    this.waitsAtExit = true;
    process.once("exit", () => {
      const end = performance.now() + LAST_WAIT;
      const done = (): true | undefined =>
        performance.now() > end || [...this.sockets.values()].every((s) => s.unsent === 0 || s.error !== undefined)
          ? true
          : undefined;
      this.thread.blocking(() => this.thread.waitFor(done));
    });
  }

  private get(fd: number): NodeSocket {
    const file = this.files.descriptors.get(fd);
    if (!(file instanceof NodeSocket)) throw new HostError("ENOTSOCK");
    return file;
  }

  /** An address as the thread must see it. */
  private outside(address: SocketAddress): SocketAddress {
    if (address.kind !== "unix" || address.path === "" || address.path.startsWith("\0")) return address;
    return { kind: "unix", path: this.at(address.path) };
  }

  override socket = (domain: SocketDomain, type: SocketType): number => {
    if (domain === "unix" && type === "datagram") throw new HostError("ENOSYS");
    const socket = new NodeSocket(this, domain, type, ++this.lastSocket);
    this.sockets.set(socket.id, socket);
    return this.files.descriptors.add(socket, false);
  };

  override socketPair = (domain: SocketDomain, type: SocketType): [number, number] => {
    if (domain !== "unix") throw new HostError("EOPNOTSUPP");
    const path = join(os.tmpdir(), `bactrian-${process.pid}-${randomBytes(8).toString("hex")}`);
    return this.thread.blocking(() => {
      const one = this.socket(domain, type);
      const server = this.socket(domain, type);
      this.bind(server, { kind: "unix", path });
      this.listen(server);
      this.connect(one, { kind: "unix", path });
      const other = this.accept(server).fd;
      const file = this.files.descriptors.get(other);
      this.files.descriptors.replace(server, file);
      this.files.descriptors.remove(other);
      fs.rmSync(path, { force: true });
      return [one, server];
    });
  };

  override bind = (fd: number, address: SocketAddress): void => {
    const socket = this.get(fd);
    if (socket.bound || (address.kind === "unix") !== (socket.domain === "unix")) throw new HostError("EINVAL");
    const { address: local } = this.thread.request({
      kind: "bind",
      socket: socket.id,
      address: this.outside(address),
      datagrams: socket.type === "datagram",
      ipv6Only: socket.options.get("IPV6_ONLY") === 1,
    });
    socket.local = address.kind === "unix" ? address : local!;
    socket.bound = true;
  };

  override listen = (fd: number): void => {
    const socket = this.get(fd);
    if (socket.type !== "stream") throw new HostError("EOPNOTSUPP");
    if (socket.state !== "new" && socket.state !== "listening") throw new HostError("EINVAL");
    if (!socket.bound) this.bind(fd, socket.local);
    socket.state = "listening";
  };

  override connect = (fd: number, address: SocketAddress): void => {
    const socket = this.get(fd);
    if (socket.type === "datagram") {
      socket.remote = address;
      return;
    }
    if (socket.state === "connected") throw new HostError("EISCONN");
    if (socket.state === "listening") throw new HostError("EOPNOTSUPP");
    if (socket.state === "new") {
      socket.state = "connecting";
      const { bound, local } = socket;
      this.thread.command({ kind: "connect", socket: socket.id, address: this.outside(address), ...(bound && { local }) });
      if (socket.nonblock) throw new HostError("EINPROGRESS");
    } else if (socket.nonblock) {
      throw new HostError("EALREADY");
    }
    socket.wait(() => (socket.state === "connected" ? true : undefined));
    if (address.kind === "unix") socket.remote = address;
  };

  override accept = (fd: number): { fd: number; address: SocketAddress } => {
    const server = this.get(fd);
    if (server.state !== "listening") throw new HostError("EINVAL");
    const { socket, remote } = server.wait(() => server.connections.shift());
    const accepted = this.sockets.get(socket)!;
    accepted.local = server.domain === "unix" ? server.local : accepted.local;
    return { fd: this.files.descriptors.add(accepted, false), address: remote };
  };

  override shutdown = (fd: number, side: "receive" | "send" | "all"): void => {
    const socket = this.get(fd);
    if (socket.state !== "connected") throw new HostError("ENOTCONN");
    if (side !== "send") socket.closed.receive = true;
    if (side !== "receive" && !socket.closed.send) {
      socket.closed.send = true;
      this.thread.command({ kind: "shutdown", socket: socket.id });
    }
  };

  override localAddress = (fd: number): SocketAddress => this.get(fd).local;
  override remoteAddress = (fd: number): SocketAddress => {
    const { state, type, remote } = this.get(fd);
    if (!remote || (type === "stream" && state !== "connected")) throw new HostError("ENOTCONN");
    return remote;
  };

  override receive = (fd: number, buffer: Uint8Array, peek: boolean): { length: number; address?: SocketAddress } =>
    this.get(fd).receive(buffer, peek);
  override send = (fd: number, bytes: Uint8Array, to: SocketAddress | undefined): number =>
    this.get(fd).type === "stream" ? this.files.write(fd, bytes) : this.get(fd).send(bytes, to);

  override getOption = (fd: number, option: SocketOption): number | string | undefined => {
    const socket = this.get(fd);
    this.thread.drain();
    if (option === "SO_ERROR") return socket.takeError() ?? 0;
    if (option === "SO_TYPE") return socket.type === "stream" ? 1 : 2;
    if (option === "SO_ACCEPTCONN") return socket.state === "listening" ? 1 : 0;
    if (!NODE_OPTIONS.includes(option) && !BIND_OPTIONS.includes(option)) throw new HostError("ENOPROTOOPT");
    return socket.options.get(option) ?? 0;
  };

  override setOption = (fd: number, option: SocketOption, value: number | undefined): void => {
    const socket = this.get(fd);
    if (!NODE_OPTIONS.includes(option) && !BIND_OPTIONS.includes(option)) throw new HostError("ENOPROTOOPT");
    socket.options.set(option, value ?? 0);
    if (NODE_OPTIONS.includes(option)) this.thread.command({ kind: "option", socket: socket.id, option, value: value ?? 0 });
  };

  override lookup = (name: string): string[] => this.thread.request({ kind: "lookup", name }).texts!;
  override reverse = (address: string): string[] => this.thread.request({ kind: "reverse", address }).texts!;
}

function sameAddress(a: SocketAddress, b: SocketAddress | undefined): boolean {
  return a.kind === "inet" && b?.kind === "inet" && a.address === b.address && a.port === b.port;
}
