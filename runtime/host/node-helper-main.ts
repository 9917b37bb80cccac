/** The helper thread's program (node-thread.ts). */
import { type MessagePort, workerData } from "node:worker_threads";
import type { Send } from "./node-helper.ts";
import { networkPart } from "./node-helper-network.ts";
import { processPart } from "./node-helper-processes.ts";

const { port, sent } = workerData as { port: MessagePort; sent: Int32Array };

const send: Send = (message) => {
  port.postMessage(message);
  Atomics.add(sent, 0, 1);
  Atomics.notify(sent, 0);
};

const parts = [processPart(send), networkPart(send)];
port.on("message", (message) => {
  for (const part of parts) part(message);
});
