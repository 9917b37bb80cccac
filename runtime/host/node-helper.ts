/** What the helper thread (node-thread.ts) is asked and tells. */
import type { SocketAddress, SocketOption } from "./host.ts";

/** What a descriptor of a child is: one of this process, nothing, or a pipe whose bytes are told. */
export type ChildStream = number | "ignore" | "pipe";

/** Sockets have numbers: positive ones from the program's side, negative ones from the thread's. */
export type Request =
  | {
      readonly kind: "spawn";
      /** Names the child in what is told of it. */
      readonly token: number;
      readonly file: string;
      readonly argv: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
      readonly directory: string | undefined;
      readonly streams: readonly ChildStream[];
    }
  /** Bind a socket, and listen if it is a stream; the answer has the address. */
  | {
      readonly kind: "bind";
      readonly socket: number;
      readonly address: SocketAddress;
      readonly datagrams: boolean;
      readonly ipv6Only: boolean;
    }
  | { readonly kind: "datagram"; readonly socket: number; readonly to: SocketAddress; readonly bytes: Uint8Array }
  | { readonly kind: "lookup"; readonly name: string }
  | { readonly kind: "reverse"; readonly address: string };

/** What is not answered. */
export type Command =
  /** Told later: connected or failed. `local`: the address that it is bound to. */
  | { readonly kind: "connect"; readonly socket: number; readonly address: SocketAddress; readonly local?: SocketAddress }
  | { readonly kind: "send"; readonly socket: number; readonly bytes: Uint8Array }
  /** The program has taken some of the bytes that it was told. */
  | { readonly kind: "taken"; readonly socket: number; readonly length: number }
  | { readonly kind: "shutdown"; readonly socket: number }
  | { readonly kind: "close"; readonly socket: number }
  | { readonly kind: "option"; readonly socket: number; readonly option: SocketOption; readonly value: number };

/** To a request: its result, or an errno name. */
export interface Answer {
  readonly id: number;
  readonly value?: number;
  readonly address?: SocketAddress;
  readonly texts?: string[];
  readonly error?: string;
}

/** Told without being asked. */
export type Notice =
  | {
      readonly kind: "end";
      readonly token: number;
      readonly pid: number;
      readonly exited: number | null;
      readonly signal: string | null;
    }
  | { readonly kind: "output"; readonly token: number; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly kind: "connected"; readonly socket: number; readonly local: SocketAddress; readonly remote: SocketAddress }
  /** A connection to the listening socket `server`. */
  | {
      readonly kind: "connection";
      readonly server: number;
      readonly socket: number;
      readonly local: SocketAddress;
      readonly remote: SocketAddress;
    }
  | { readonly kind: "data"; readonly socket: number; readonly bytes: Uint8Array; readonly from?: SocketAddress }
  /** The other side sends no more. */
  | { readonly kind: "ended"; readonly socket: number }
  /** Bytes have left. */
  | { readonly kind: "sent"; readonly socket: number; readonly length: number }
  | { readonly kind: "failed"; readonly socket: number; readonly error: string };

export type Send = (message: Answer | Notice) => void;
/** Does what is asked, if it is of its kind. */
export type Part = (message: (Request & { id: number }) | Command) => void;

/** Errno name of an exception of Node. */
export function errorCode(e: unknown): string {
  return String((e as { code?: unknown }).code ?? "EINVAL");
}
