/** The helper thread's part for sockets (node-thread.ts). */
import dgram, { type Socket as DatagramSocket } from "node:dgram";
import dns from "node:dns";
import fs from "node:fs";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import type { SocketAddress } from "./host.ts";
import { type Answer, type Command, errorCode, type Part, type Request, type Send } from "./node-helper.ts";

/** Bytes that the program may leave waiting before the other side has to. */
const MAX_WAITING = 1 << 20;

export function networkPart(send: Send): Part {
  const servers = new Map<number, Server>();
  const streams = new Map<number, { socket: Socket; waiting: number }>();
  const datagrams = new Map<number, DatagramSocket>();
  let lastSocket = 0;

  const inet = (address: string | undefined, port: number | undefined): SocketAddress => ({
    kind: "inet",
    address: address ?? "0.0.0.0",
    port: port ?? 0,
  });
  const unnamed: SocketAddress = { kind: "unix", path: "" };
  const addressOf = (address: AddressInfo | string | null | undefined): SocketAddress =>
    typeof address === "string" ? { kind: "unix", path: address } : inet(address?.address, address?.port);
  const ends = (socket: Socket, path: string | undefined): { local: SocketAddress; remote: SocketAddress } =>
    path === undefined
      ? { local: inet(socket.localAddress, socket.localPort), remote: inet(socket.remoteAddress, socket.remotePort) }
      : { local: unnamed, remote: { kind: "unix", path } };

  /** Tell what happens to a stream from now on. */
  const follow = (id: number, socket: Socket): void => {
    const entry = { socket, waiting: 0 };
    streams.set(id, entry);
    socket.on("data", (bytes: Uint8Array) => {
      entry.waiting += bytes.length;
      if (entry.waiting > MAX_WAITING) socket.pause();
      send({ kind: "data", socket: id, bytes });
    });
    socket.on("end", () => send({ kind: "ended", socket: id }));
    socket.on("error", (e) => send({ kind: "failed", socket: id, error: errorCode(e) }));
  };

  const bindStream = (id: number, socket: number, address: SocketAddress, ipv6Only: boolean): void => {
    const server = net.createServer({ allowHalfOpen: true }, (connection) => {
      const stream = --lastSocket;
      const path = address.kind === "unix" ? address.path : undefined;
      const { local, remote } = ends(connection, path);
      send({ kind: "connection", server: socket, socket: stream, ...(path === undefined ? { local, remote } : { local: remote, remote: local }) });
      follow(stream, connection);
    });
    server.once("error", (e) => send({ id, error: errorCode(e) }));
    const place = address.kind === "unix" ? { path: address.path } : { host: address.address, port: address.port, ipv6Only };
    server.listen({ ...place, backlog: 128 }, () => {
      servers.set(socket, server);
      send({ id, address: addressOf(server.address()) });
    });
  };

  /** The socket for datagrams with a number, made if need be. */
  const datagramSocket = (id: number, address: SocketAddress): DatagramSocket => {
    const found = datagrams.get(id);
    if (found) return found;
    const inet6 = address.kind === "inet" && address.address.includes(":");
    const socket = dgram.createSocket({ type: inet6 ? "udp6" : "udp4" });
    datagrams.set(id, socket);
    socket.on("message", (bytes, from) => send({ kind: "data", socket: id, bytes, from: inet(from.address, from.port) }));
    socket.on("error", (e) => send({ kind: "failed", socket: id, error: errorCode(e) }));
    return socket;
  };

  const bindDatagrams = (id: number, socket: number, address: SocketAddress & { kind: "inet" }): void => {
    const bound = datagramSocket(socket, address);
    const fail = (e: Error): void => {
      datagrams.delete(socket);
      send({ id, error: errorCode(e) });
    };
    bound.once("error", fail);
    bound.bind({ address: address.address, port: address.port, exclusive: true }, () => {
      bound.off("error", fail);
      send({ id, address: addressOf(bound.address()) });
    });
  };

  const connect = ({ socket: id, address, local }: Command & { kind: "connect" }): void => {
    if (local) servers.get(id)?.close();
    servers.delete(id);
    const path = address.kind === "unix" ? address.path : undefined;
    const options = address.kind === "unix" ? { path: address.path } : { host: address.address, port: address.port };
    const from = local?.kind === "inet" ? { localAddress: local.address, localPort: local.port } : {};
    const socket = net.connect({ ...options, ...from, allowHalfOpen: true }, () =>
      send({ kind: "connected", socket: id, ...ends(socket, path) }),
    );
    follow(id, socket);
  };

  const close = (id: number): void => {
    streams.get(id)?.socket.destroySoon();
    streams.delete(id);
    datagrams.get(id)?.close();
    datagrams.delete(id);
    const server = servers.get(id);
    servers.delete(id);
    const place = server?.address();
    if (typeof place !== "string" || place.startsWith("\0")) {
      server?.close();
      return;
    }
    // Node removes the name of the socket, which the program may still want to do.
    const kept = `${place}.${process.pid}`;
    try {
      fs.linkSync(place, kept);
      server!.close();
      fs.renameSync(kept, place);
    } catch {
      server!.close();
    }
  };

  const setOption = ({ socket, option, value }: Command & { kind: "option" }): void => {
    const stream = streams.get(socket)?.socket;
    if (option === "TCP_NODELAY") stream?.setNoDelay(value !== 0);
    if (option === "SO_KEEPALIVE") stream?.setKeepAlive(value !== 0);
    if (option === "SO_BROADCAST") datagrams.get(socket)?.setBroadcast(value !== 0);
  };

  const answer = (id: number, error: NodeJS.ErrnoException | null, result: Omit<Answer, "id">): void =>
    send(error ? { id, error: errorCode(error) } : { id, ...result });

  const ask = (request: Request & { id: number }): void => {
    const { id } = request;
    switch (request.kind) {
      case "bind":
        if (!request.datagrams) bindStream(id, request.socket, request.address, request.ipv6Only);
        else if (request.address.kind === "inet") bindDatagrams(id, request.socket, request.address);
        break;
      case "datagram": {
        const { to, bytes, socket } = request;
        if (to.kind === "inet") {
          datagramSocket(socket, to).send(bytes, to.port, to.address, (e) => answer(id, e, { value: bytes.length }));
        }
        break;
      }
      case "lookup":
        dns.lookup(request.name, { all: true, verbatim: true }, (e, found) =>
          answer(id, null, { texts: e ? [] : found.map((a) => a.address) }),
        );
        break;
      case "reverse":
        dns.lookupService(request.address, 0, (e, name) =>
          answer(id, null, { texts: e || name === request.address ? [] : [name] }),
        );
    }
  };

  return (message) => {
    if ("id" in message) {
      ask(message);
      return;
    }
    const entry = streams.get(message.socket);
    switch (message.kind) {
      case "connect":
        connect(message);
        break;
      case "send":
        entry?.socket.write(message.bytes, () =>
          send({ kind: "sent", socket: message.socket, length: message.bytes.length }),
        );
        break;
      case "taken":
        if (entry && (entry.waiting -= message.length) <= MAX_WAITING) entry.socket.resume();
        break;
      case "shutdown":
        entry?.socket.end();
        break;
      case "close":
        close(message.socket);
        break;
      case "option":
        setOption(message);
    }
  };
}
