/** What runs in the helper thread (node-thread.ts). */
import type { ChildProcess, SpawnOptions } from "node:child_process";
import type { MessagePort } from "node:worker_threads";

/** What a descriptor of a child is: one of this process, nothing, or a pipe whose bytes are told. */
export type ChildStream = number | "ignore" | "pipe";

export interface SpawnRequest {
  readonly kind: "spawn";
  /** Names the child in what is told of it. */
  readonly token: number;
  readonly file: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string | undefined;
  readonly streams: readonly ChildStream[];
}

export type Request = SpawnRequest;

/** To a request: its result, or an errno name. */
export interface Answer {
  readonly id: number;
  readonly value?: number;
  readonly error?: string;
}

/** Told without being asked. */
export type Notice =
  | { readonly kind: "end"; readonly token: number; readonly pid: number; readonly exited: number | null; readonly signal: string | null }
  | { readonly kind: "output"; readonly token: number; readonly stream: number; readonly bytes: Uint8Array };

/** The thread's program. It is handed over as text, so it uses nothing from outside. */
export function helper(require: (id: string) => unknown): void {
  const { spawn } = require("node:child_process") as typeof import("node:child_process");
  const { workerData } = require("node:worker_threads") as typeof import("node:worker_threads");
  const { port, sent } = workerData as { port: MessagePort; sent: Int32Array };

  const send = (message: Answer | Notice): void => {
    port.postMessage(message);
    Atomics.add(sent, 0, 1);
    Atomics.notify(sent, 0);
  };

  const start = (id: number, request: SpawnRequest): void => {
    const [argv0, ...args] = request.argv;
    const options: SpawnOptions = {
      argv0: argv0 ?? "",
      env: request.environment,
      stdio: [...request.streams],
      ...(request.directory !== undefined && { cwd: request.directory }),
    };
    let child: ChildProcess;
    try {
      child = spawn(request.file, args, options);
    } catch (e) {
      send({ id, error: String((e as { code?: unknown }).code ?? "EINVAL") });
      return;
    }
    child.once("error", (e) => send({ id, error: String((e as { code?: unknown }).code) }));
    const { pid } = child;
    const { token } = request;
    if (pid === undefined) return;
    child.stdio.forEach((stream, i) =>
      stream?.on("data", (bytes: Uint8Array) => send({ kind: "output", token, stream: i, bytes })),
    );
    const piped = request.streams.includes("pipe");
    child.once(piped ? "close" : "exit", (exited: number | null, signal: string | null) =>
      send({ kind: "end", token, pid, exited, signal }),
    );
    send({ id, value: pid });
  };

  port.on("message", ({ id, ...request }: Request & { id: number }) => start(id, request));
}
