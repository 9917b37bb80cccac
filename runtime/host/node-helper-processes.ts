/** The helper thread's part for processes (node-thread.ts). */
import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { errorCode, type Part, type Send } from "./node-helper.ts";

export const processPart =
  (send: Send): Part =>
  (request) => {
    if (request.kind !== "spawn") return;
    const { id, token } = request;
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
      send({ id, error: errorCode(e) });
      return;
    }
    child.once("error", (e) => send({ id, error: errorCode(e) }));
    const { pid } = child;
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
