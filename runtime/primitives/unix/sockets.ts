/** Waiting for descriptors, and sockets (otherlibs/unix/select_unix.c, socket_unix.c, sendrecv_unix.c, sockopt_unix.c and others). */
import { HostError, type SocketOption, type SocketType } from "../../host/host.ts";
import type { Machine } from "../../machine.ts";
import { definePrimitives, type PrimitiveCode, Val, type Value } from "../../primitives.ts";
import { allocSocketAddress, socketAddressArgument } from "./addresses.ts";
import { effect, errorValue, intList, optionalBool, unix } from "./errors.ts";
import { BUFFER_SIZE } from "./files.ts";

/** Largest number of descriptors that select can look at (FD_SETSIZE). */
const MAX_DESCRIPTORS = 1024;

// Constructors, in their order.
const DOMAINS = ["unix", "inet", "inet6"] as const;
const TYPES = ["stream", "datagram", "raw", "seqpacket"] as const;
const SIDES = ["receive", "send", "all"] as const;
const MSG_OOB = 0;
const MSG_PEEK = 2;

/** Socket options by the kind of their values (module SO of unix.ml) and constructor. */
const OPTIONS: readonly (readonly SocketOption[])[] = [
  [
    "SO_DEBUG",
    "SO_BROADCAST",
    "SO_REUSEADDR",
    "SO_KEEPALIVE",
    "SO_DONTROUTE",
    "SO_OOBINLINE",
    "SO_ACCEPTCONN",
    "TCP_NODELAY",
    "IPV6_ONLY",
    "SO_REUSEPORT",
  ],
  ["SO_SNDBUF", "SO_RCVBUF", "SO_ERROR", "SO_TYPE", "SO_RCVLOWAT", "SO_SNDLOWAT"],
  ["SO_LINGER"],
  ["SO_RCVTIMEO", "SO_SNDTIMEO"],
  ["SO_ERROR"],
];
const SUFFIXES = ["", "_int", "_optint", "_float", "_error"];
const [BOOL, INT, OPTINT, FLOAT] = [0, 1, 2, 3];

function select(m: Machine, a: number): Value {
  const lists = [0, 1, 2].map((i) => intList(m, a, i)) as [number[], number[], number[]];
  const ready = unix(m, "select", undefined, () => {
    if (lists.flat().some((fd) => fd < 0 || fd >= MAX_DESCRIPTORS)) throw new HostError("EINVAL");
    return m.timed(a, m.double(a, 3), (deadline) => m.host.files.select(...lists, deadline));
  });
  // As in OCaml, what is ready comes in the opposite order.
  for (const list of [ready.read, ready.write, ready.except]) {
    m.pushRoot(m.list(list.length, (i) => Val.int(list[list.length - 1 - i]!)));
  }
  const [except, write] = [m.popRoot(), m.popRoot()];
  return m.tuple(0, m.popRoot(), write, except);
}

/** What is asked for in slots i and i + 1 as a domain and a type of sockets. */
function socketKind(m: Machine, a: number, i: number): [(typeof DOMAINS)[number], SocketType] {
  const type = TYPES[m.int(a, i + 1)]!;
  if (type === "raw" || type === "seqpacket") throw new HostError("ESOCKTNOSUPPORT");
  return [DOMAINS[m.int(a, i)]!, type];
}

/** Mark new descriptors as the optional argument in slot 0 wants it. */
function mark(m: Machine, a: number, ...fds: number[]): void {
  if (optionalBool(m, a, 0)) for (const fd of fds) m.host.files.setCloseOnExec(fd, true);
}

/** Bytes that recv and send move: slots 1 to 3 are a buffer, an offset and a length. */
function buffer(m: Machine, a: number): Uint8Array {
  const start = m.block(a, 1) + m.int(a, 2);
  return m.u8.subarray(start, start + Math.min(m.int(a, 3), BUFFER_SIZE));
}

function receive(m: Machine, a: number, name: string): ReturnType<typeof m.host.network.receive> {
  return unix(m, name, undefined, () => {
    const flags = intList(m, a, 4);
    if (flags.includes(MSG_OOB)) throw new HostError("EOPNOTSUPP");
    return m.host.network.receive(m.int(a, 0), buffer(m, a), flags.includes(MSG_PEEK));
  });
}

/** `to`: the destination is in slot 5. */
const send =
  (name: string, to: boolean): PrimitiveCode =>
  (m, a) =>
    unix(m, name, undefined, () => {
      if (intList(m, a, 4).includes(MSG_OOB)) throw new HostError("EOPNOTSUPP");
      return Val.int(m.host.network.send(m.int(a, 0), buffer(m, a), to ? socketAddressArgument(m, a, 5) : undefined));
    });

function getOption(m: Machine, a: number): Value {
  const kind = m.int(a, 0);
  const value = unix(m, `getsockopt${SUFFIXES[kind]}`, undefined, () =>
    m.host.network.getOption(m.int(a, 1), OPTIONS[kind]![m.int(a, 2)]!),
  );
  switch (kind) {
    case BOOL:
      return Val.bool(value !== 0);
    case INT:
      return Val.int(Number(value));
    case OPTINT:
      return value === undefined ? Val.none : m.some(Val.int(Number(value)));
    case FLOAT:
      return m.allocDouble(Number(value));
    default:
      return typeof value === "string" ? m.some(errorValue(m, value)) : Val.none;
  }
}

/** The value of an option in slot 3. */
function optionArgument(m: Machine, a: number, kind: number): number | undefined {
  if (kind === BOOL || kind === INT) return m.int(a, 3);
  if (kind === FLOAT) return m.double(a, 3);
  return m.isInt(a, 3) ? undefined : m.int(m.block(a, 3), 0);
}

const withAddress = (name: "bind" | "connect"): PrimitiveCode =>
  effect(name, (m, a) => m.host.network[name](m.int(a, 0), socketAddressArgument(m, a, 1)));

const addressOf =
  (name: string, side: "localAddress" | "remoteAddress"): PrimitiveCode =>
  (m, a) =>
    allocSocketAddress(m, unix(m, name, undefined, () => m.host.network[side](m.int(a, 0))));

export const socketPrimitives = definePrimitives({
  caml_unix_select: [4, select],
  caml_unix_socket: [
    4,
    (m, a) =>
      unix(m, "socket", undefined, () => {
        const fd = m.host.network.socket(...socketKind(m, a, 1));
        mark(m, a, fd);
        return Val.int(fd);
      }),
  ],
  caml_unix_socketpair: [
    4,
    (m, a) =>
      unix(m, "socketpair", undefined, () => {
        const [one, other] = m.host.network.socketPair(...socketKind(m, a, 1));
        mark(m, a, one, other);
        return m.tuple(0, Val.int(one), Val.int(other));
      }),
  ],
  caml_unix_accept: [
    2,
    (m, a) =>
      unix(m, "accept", undefined, () => {
        const { fd, address } = m.host.network.accept(m.int(a, 1));
        mark(m, a, fd);
        const remote = allocSocketAddress(m, address);
        return m.tuple(0, Val.int(fd), remote);
      }),
  ],
  caml_unix_bind: [2, withAddress("bind")],
  caml_unix_connect: [2, withAddress("connect")],
  caml_unix_listen: [2, effect("listen", (m, a) => m.host.network.listen(m.int(a, 0), m.int(a, 1)))],
  caml_unix_shutdown: [2, effect("shutdown", (m, a) => m.host.network.shutdown(m.int(a, 0), SIDES[m.int(a, 1)]!))],
  caml_unix_getsockname: [1, addressOf("getsockname", "localAddress")],
  caml_unix_getpeername: [1, addressOf("getpeername", "remoteAddress")],
  caml_unix_recv: [5, (m, a) => Val.int(receive(m, a, "recv").length)],
  caml_unix_recvfrom: [
    5,
    (m, a) => {
      const { length, address } = receive(m, a, "recvfrom");
      const from = allocSocketAddress(m, address ?? { kind: "unix", path: "" });
      return m.tuple(0, Val.int(length), from);
    },
  ],
  caml_unix_send: [5, send("send", false)],
  caml_unix_sendto: [6, send("sendto", true)],
  caml_unix_getsockopt: [3, getOption],
  caml_unix_setsockopt: [
    4,
    (m, a) => {
      const kind = m.int(a, 0);
      unix(m, `setsockopt${SUFFIXES[kind]}`, undefined, () =>
        m.host.network.setOption(m.int(a, 1), OPTIONS[kind]![m.int(a, 2)]!, optionArgument(m, a, kind)),
      );
      return Val.unit;
    },
  ],
});
