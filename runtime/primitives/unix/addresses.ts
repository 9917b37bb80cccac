/** Internet addresses as OCaml has them, strings of 4 or 16 bytes, and as text (otherlibs/unix/addrofstr.c, strofaddr.c, socketaddr.c). */
import { HostError, type SocketAddress } from "../../host/host.ts";
import type { Machine } from "../../machine.ts";
import { definePrimitives, Val, type Value } from "../../primitives.ts";
import { allocText, textArgument } from "./errors.ts";

/** Constructors of sockaddr. */
const ADDR_UNIX = 0;
const ADDR_INET = 1;
/** Bytes that the path of a socket may have, with its final null. */
const MAX_SOCKET_PATH = 108;

function parseInet4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map(Number);
}

/** The bytes of some 16-bit words in hexadecimal, the last of which may be an IPv4 address. */
function parseWords(text: string): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const words = text.split(":");
  for (const [i, word] of words.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(word)) {
      const n = parseInt(word, 16);
      bytes.push(n >> 8, n & 255);
    } else {
      const last = i === words.length - 1 ? parseInet4(word) : undefined;
      if (!last) return undefined;
      bytes.push(...last);
    }
  }
  return bytes;
}

function parseInet6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(parseWords);
  if (!head) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (!tail || head.length + tail.length > 14 || halves[0]!.includes(".")) return undefined;
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

/** The bytes of an address in text; undefined: it is none. */
export function parseAddress(text: string): Uint8Array | undefined {
  const bytes = parseInet4(text) ?? parseInet6(text);
  return bytes && Uint8Array.from(bytes);
}

/** The text of an address, as inet_ntop's: the longest run of zero words, of two at least, is left out. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length !== 16) return [...bytes.subarray(0, 4)].join(".");
  const words = Array.from({ length: 8 }, (_, i) => bytes[2 * i]! * 256 + bytes[2 * i + 1]!);
  let [start, length] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (words[end] === 0) end++;
    if (end - i > length) [start, length] = [i, end - i];
  }
  const text = (from: number, to: number): string =>
    words.slice(from, to).map((word) => word.toString(16)).join(":");
  if (start < 0) return text(0, 8);
  if (start === 0 && (length === 6 || (length === 5 && words[5] === 0xffff))) {
    return `::${length === 5 ? "ffff:" : ""}${formatAddress(bytes.subarray(12))}`;
  }
  return `${text(0, start)}::${text(start + length, 8)}`;
}

/** An OCaml inet_addr. */
export function allocAddress(m: Machine, text: string): Value {
  return m.allocString(parseAddress(text.replace(/%.*$/, "")) ?? new Uint8Array(4));
}

/** The text of the inet_addr in slot i. */
export function addressArgument(m: Machine, a: number, i: number): string {
  return formatAddress(m.bytes(m.block(a, i)));
}

/** The sockaddr in slot i. Throws HostError. */
export function socketAddressArgument(m: Machine, a: number, i: number): SocketAddress {
  const p = m.block(a, i);
  if (m.tag(p) !== ADDR_UNIX) return { kind: "inet", address: addressArgument(m, p, 0), port: m.int(p, 1) & 0xffff };
  if (m.stringLength(m.block(p, 0)) >= MAX_SOCKET_PATH) throw new HostError("ENAMETOOLONG");
  const path = textArgument(m, p, 0);
  // Names of Linux that are not in the file system start with a null character.
  if (path.lastIndexOf("\0") > 0 && !path.startsWith("\0")) throw new HostError("ENOENT");
  return { kind: "unix", path };
}

export function allocSocketAddress(m: Machine, address: SocketAddress): Value {
  return address.kind === "unix"
    ? m.tuple(ADDR_UNIX, allocText(m, address.path))
    : m.tuple(ADDR_INET, allocAddress(m, address.address), Val.int(address.port));
}

export const addressPrimitives = definePrimitives({
  caml_unix_inet_addr_of_string: [
    1,
    (m, a) => m.allocString(parseAddress(textArgument(m, a, 0)) ?? m.failwith("inet_addr_of_string")),
  ],
  caml_unix_string_of_inet_addr: [1, (m, a) => m.allocString(addressArgument(m, a, 0))],
});
