/** Sockets, through the helper thread: it reads ahead for us, up to a limit, and writes behind us. */
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { BaseNetwork } from "./base.ts";
import { HostError, HostWait, type SocketAddress, type SocketDomain, type SocketOption, type SocketType } from "./host.ts";
import type { NodeFiles } from "./node-files.ts";
import type { Notice } from "./node-helper.ts";
import { type Connection, NodeSocket } from "./node-sockets.ts";
import type { HelperThread } from "./node-thread.ts";
import { crypto } from "./node-modules.ts";

/** Options that Node passes on to the system. */
const NODE_OPTIONS: readonly SocketOption[] = ["SO_KEEPALIVE", "TCP_NODELAY", "SO_BROADCAST"];
/** Options that are settled when a socket is bound: Node lets addresses be used again in any case. */
const BIND_OPTIONS: readonly SocketOption[] = ["SO_REUSEADDR", "SO_REUSEPORT", "IPV6_ONLY"];
/** Milliseconds that the end of the process waits for bytes on their way. */
const LAST_WAIT = 5_000;

export class NodeNetwork extends BaseNetwork {
  readonly thread: HelperThread;
  private readonly files: Pick<NodeFiles, "descriptors" | "write">;
  private readonly at: (path: string) => string;
  private readonly sockets = new Map<number, NodeSocket>();
  private lastSocket = 0;
  private lingersAtExit = false;

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
        if (socket.references === 0 && socket.unsent === 0) this.sockets.delete(socket.id);
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
  }

  /** Something is being written: let it reach the system before the process ends, which ends the thread. */
  sending(): void {
    if (this.lingersAtExit) return;
    this.lingersAtExit = true;
    const written = (socket: NodeSocket): boolean => socket.unsent === 0 || socket.error !== undefined;
    process.once("exit", () => this.thread.linger(() => [...this.sockets.values()].every(written), LAST_WAIT));
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
    const path = join(os.tmpdir(), `bactrian-${process.pid}-${crypto().randomBytes(8).toString("hex")}`);
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
    if (!socket.awaited) this.startConnecting(socket, address);
    // When the wait is put off, this is called again, whatever has become of the connection.
    socket.awaited = true;
    try {
      socket.wait(() => (socket.state === "connected" ? true : undefined));
      socket.awaited = false;
    } catch (e) {
      socket.awaited = e instanceof HostWait;
      throw e;
    }
    if (address.kind === "unix") socket.remote = address;
  };

  private startConnecting(socket: NodeSocket, address: SocketAddress): void {
    if (socket.state === "connected") throw new HostError("EISCONN");
    if (socket.state === "listening") throw new HostError("EOPNOTSUPP");
    if (socket.state === "connecting") throw new HostError("EALREADY");
    socket.state = "connecting";
    const { bound, local } = socket;
    this.thread.command({ kind: "connect", socket: socket.id, address: this.outside(address), ...(bound && { local }) });
    if (socket.nonblock) throw new HostError("EINPROGRESS");
  }

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
