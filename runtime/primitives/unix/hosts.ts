/**
 * Names of hosts, services and protocols (otherlibs/unix/gethost.c, getaddrinfo.c, getnameinfo.c, getserv.c, getproto.c),
 * from the system's files in /etc and, for hosts that are not there, from the network.
 */
import type { Machine } from "../../machine.ts";
import { definePrimitives, Val, type Value } from "../../primitives.ts";
import { addressArgument, allocAddress, allocSocketAddress, parseAddress, socketAddressArgument } from "./addresses.ts";
import { readTextFile } from "./databases.ts";
import { allocText, allocTexts, intList, textArgument, unix } from "./errors.ts";

// Constructors of socket_domain and socket_type.
const PF_INET = 1;
const PF_INET6 = 2;
const SOCK_STREAM = 0;
const SOCK_DGRAM = 1;
const SOCK_RAW = 2;

/** The words of the lines of a file in which # starts a comment. */
function wordsOf(m: Machine, path: string): string[][] {
  const lines = readTextFile(m.host.files, path).split("\n");
  return lines.map((line) => line.replace(/#.*$/, "").trim().split(/\s+/)).filter((words) => words.length > 1);
}

const isInet6 = (address: string): boolean => address.includes(":");

// ---- Hosts ----------------------------------------------------------------------------------------------------------------

interface HostEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  /** All of one family, at least one. */
  readonly addresses: readonly string[];
}

/** Lines of /etc/hosts that `wanted` accepts. */
function knownHosts(m: Machine, wanted: (address: string, names: string[]) => boolean): [string, string[]][] {
  return wordsOf(m, "/etc/hosts").flatMap(([address, ...names]): [string, string[]][] =>
    parseAddress(address!) && wanted(address!, names) ? [[address!, names]] : [],
  );
}

/** Addresses of a name. */
function lookUp(m: Machine, name: string): string[] {
  const known = knownHosts(m, (_, names) => names.some((n) => n.toLowerCase() === name.toLowerCase()));
  return known.length > 0 ? known.map(([address]) => address) : m.host.network.lookup(name);
}

function hostByName(m: Machine, name: string): HostEntry | undefined {
  if (name.includes("\0") || name === "") return undefined;
  if (parseAddress(name)) return { name, aliases: [], addresses: [name] };
  const addresses = [...new Set(lookUp(m, name).filter((address) => !isInet6(address)))];
  if (addresses.length === 0) return undefined;
  const [, names] = knownHosts(m, (address) => address === addresses[0]).find(([, n]) => n.includes(name)) ?? [];
  return { name: names?.[0] ?? name, aliases: names?.slice(1) ?? [], addresses };
}

function hostByAddress(m: Machine, address: string): HostEntry | undefined {
  const [known] = knownHosts(m, (a) => a === address);
  const names = known?.[1] ?? m.host.network.reverse(address);
  return names.length > 0 ? { name: names[0]!, aliases: names.slice(1), addresses: [address] } : undefined;
}

function allocHost(m: Machine, host: HostEntry | undefined): Value {
  if (!host) return m.notFound();
  m.pushRoot(allocText(m, host.name));
  m.pushRoot(allocTexts(m, host.aliases));
  const addresses = m.array(host.addresses.length, (i) => allocAddress(m, host.addresses[i]!));
  const aliases = m.popRoot();
  return m.tuple(0, m.popRoot(), aliases, Val.int(isInet6(host.addresses[0]!) ? PF_INET6 : PF_INET), addresses);
}

// ---- Services and protocols ---------------------------------------------------------------------------------------------

interface Service {
  readonly name: string;
  readonly aliases: string[];
  readonly port: number;
  readonly protocol: string;
}

function findService(m: Machine, wanted: (service: Service) => boolean): Service | undefined {
  for (const [name, place, ...aliases] of wordsOf(m, "/etc/services")) {
    const [port, protocol] = place!.split("/");
    const service = { name: name!, aliases, port: Number(port), protocol: protocol ?? "" };
    if (wanted(service)) return service;
  }
  return undefined;
}

function allocService(m: Machine, service: Service | undefined): Value {
  if (!service) return m.notFound();
  m.pushRoot(allocText(m, service.name));
  m.pushRoot(allocTexts(m, service.aliases));
  const protocol = allocText(m, service.protocol);
  const aliases = m.popRoot();
  return m.tuple(0, m.popRoot(), aliases, Val.int(service.port), protocol);
}

const serviceByName = (m: Machine, name: string, protocol: string): Service | undefined =>
  findService(m, (s) => s.protocol === protocol && (s.name === name || s.aliases.includes(name)));
const serviceByPort = (m: Machine, port: number, protocol: string): Service | undefined =>
  findService(m, (s) => s.protocol === protocol && s.port === port);

/** The protocol whose line of /etc/protocols `wanted` accepts. */
function allocProtocol(m: Machine, wanted: (names: string[], number: number) => boolean): Value {
  const found = wordsOf(m, "/etc/protocols").find(([name, n, ...aliases]) => wanted([name!, ...aliases], Number(n)));
  if (!found) return m.notFound();
  const [name, number, ...aliases] = found;
  m.pushRoot(allocText(m, name!));
  const list = allocTexts(m, aliases);
  return m.tuple(0, m.popRoot(), list, Val.int(Number(number)));
}

// ---- getaddrinfo and getnameinfo ------------------------------------------------------------------------------------------

interface AddressHints {
  family?: number;
  type?: number;
  protocol?: number;
  readonly numericHost: boolean;
  readonly canonicalName: boolean;
  readonly passive: boolean;
}

function addressHints(m: Machine, a: number, i: number): AddressHints {
  const constants: number[] = [];
  const numbers: number[] = [];
  for (let list = m.field(a, i); list !== Val.emptyList; list = m.field(list as number, 1)) {
    if (m.isInt(list as number, 0)) constants.push(m.int(list as number, 0));
    else {
      const option = m.block(list as number, 0);
      numbers[m.tag(option)] = m.int(option, 0);
    }
  }
  const [family, type, protocol] = numbers;
  return {
    ...(family !== undefined && { family }),
    ...(type !== undefined && { type }),
    ...(protocol !== undefined && { protocol }),
    numericHost: constants.includes(0),
    canonicalName: constants.includes(1),
    passive: constants.includes(2),
  };
}

/** Kinds of sockets: constructor of socket_type, number and name of the protocol. */
const SOCKET_KINDS = [
  { type: SOCK_STREAM, protocol: 6, service: "tcp" },
  { type: SOCK_DGRAM, protocol: 17, service: "udp" },
  { type: SOCK_RAW, protocol: 0, service: undefined },
] as const;

interface AddressInfo {
  readonly type: number;
  readonly protocol: number;
  readonly address: string;
  readonly port: number;
  readonly canonicalName: string;
}

function addressInfo(m: Machine, node: string, service: string, hints: AddressHints): AddressInfo[] {
  if (node === "" && service === "") return [];
  const own = hints.passive ? ["0.0.0.0", "::"] : ["::1", "127.0.0.1"];
  const found = node === "" ? own : parseAddress(node) ? [node] : hints.numericHost ? [] : lookUp(m, node);
  const addresses = [...new Set(found)].filter(
    (address) => hints.family === undefined || hints.family === (isInet6(address) ? PF_INET6 : PF_INET),
  );
  // A hint leaves one kind only; raw sockets take any protocol, but no service.
  const fitting = SOCKET_KINDS.filter(
    ({ type, protocol }) =>
      (hints.type === undefined || hints.type === type) &&
      (!hints.protocol || type === SOCK_RAW || hints.protocol === protocol),
  );
  const hinted = hints.type !== undefined || !!hints.protocol;
  const numeric = /^\d*$/.test(service);
  const kinds = (hinted ? fitting.slice(0, 1) : fitting).flatMap(({ type, protocol, service: kind }) => {
    if (hinted && type === SOCK_RAW && service !== "") return [];
    const port = numeric ? Number(service) & 0xffff : kind && serviceByName(m, service, kind)?.port;
    return port === undefined ? [] : [{ type, protocol: protocol || (hints.protocol ?? 0), port }];
  });
  const canonicalName = hints.canonicalName && node !== "" ? (hostByName(m, node)?.name ?? node) : "";
  return addresses.flatMap((address, i) =>
    kinds.map((kind, j) => ({ ...kind, address, canonicalName: i + j === 0 ? canonicalName : "" })),
  );
}

function allocAddressInfo(m: Machine, info: AddressInfo): Value {
  m.pushRoot(allocSocketAddress(m, { kind: "inet", address: info.address, port: info.port }));
  const name = allocText(m, info.canonicalName);
  const family = Val.int(isInet6(info.address) ? PF_INET6 : PF_INET);
  return m.tuple(0, family, Val.int(info.type), Val.int(info.protocol), m.popRoot(), name);
}

// Constructors of getnameinfo_option.
const NI_NOFQDN = 0;
const NI_NUMERICHOST = 1;
const NI_NAMEREQD = 2;
const NI_NUMERICSERV = 3;
const NI_DGRAM = 4;

function nameInfo(m: Machine, a: number): Value {
  const options = intList(m, a, 1);
  const address = unix(m, "", undefined, () => socketAddressArgument(m, a, 0));
  let names: [host: string, service: string];
  if (address.kind === "unix") {
    names = [m.host.processes.hostName(), address.path];
  } else {
    const entry = options.includes(NI_NUMERICHOST) ? undefined : hostByAddress(m, address.address);
    if (!entry && options.includes(NI_NAMEREQD)) m.notFound();
    const protocol = options.includes(NI_DGRAM) ? "udp" : "tcp";
    const service = options.includes(NI_NUMERICSERV) ? undefined : serviceByPort(m, address.port, protocol);
    const name = options.includes(NI_NOFQDN) ? entry?.name.replace(/\..*$/, "") : entry?.name;
    names = [name ?? address.address, service?.name ?? String(address.port)];
  }
  m.pushRoot(allocText(m, names[0]));
  const service = allocText(m, names[1]);
  return m.tuple(0, m.popRoot(), service);
}

export const hostPrimitives = definePrimitives({
  caml_unix_gethostbyname: [1, (m, a) => allocHost(m, hostByName(m, textArgument(m, a, 0)))],
  caml_unix_gethostbyaddr: [1, (m, a) => allocHost(m, hostByAddress(m, addressArgument(m, a, 0)))],
  caml_unix_getservbyname: [2, (m, a) => allocService(m, serviceByName(m, textArgument(m, a, 0), textArgument(m, a, 1)))],
  caml_unix_getservbyport: [2, (m, a) => allocService(m, serviceByPort(m, m.int(a, 0), textArgument(m, a, 1)))],
  caml_unix_getprotobyname: [
    1,
    (m, a) => {
      const wanted = textArgument(m, a, 0);
      return allocProtocol(m, (names) => names.includes(wanted));
    },
  ],
  caml_unix_getprotobynumber: [
    1,
    (m, a) => {
      const wanted = m.int(a, 0);
      return allocProtocol(m, (_, number) => number === wanted);
    },
  ],
  caml_unix_getaddrinfo: [
    3,
    (m, a) => {
      const [node, service] = [textArgument(m, a, 0), textArgument(m, a, 1)];
      if (node.includes("\0") || service.includes("\0")) return Val.emptyList;
      // Unix.getaddrinfo turns the list around.
      const infos = addressInfo(m, node, service, addressHints(m, a, 2)).reverse();
      return m.list(infos.length, (i) => allocAddressInfo(m, infos[i]!));
    },
  ],
  caml_unix_getnameinfo: [2, nameInfo],
});
