/**
 * A thread whose event loop turns while the program's waits: what Node does asynchronously only is done there, and asked
 * for synchronously here. It starts with the first request.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { HostError, HostWait } from "./host.ts";
import { type Answer, helper, type Notice, type Request } from "./node-helper.ts";

export class HelperThread {
  private readonly waiting: () => boolean;
  private readonly receive: (notice: Notice) => void;
  private port: MessagePort | undefined;
  /** Number of messages that the thread has sent. */
  private readonly sent = new Int32Array(new SharedArrayBuffer(4));
  private lastRequest = 0;
  private answer: Answer | undefined;
  /** Told when a message has come while the event loop turns. */
  private wake: (() => void) | undefined;

  /** `receive` gets what the thread tells without being asked. */
  constructor(waiting: () => boolean, receive: (notice: Notice) => void) {
    this.waiting = waiting;
    this.receive = receive;
  }

  private start(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    // The function comes as text, so that no loader of modules takes part; bundlers may leave calls of __name in it.
    const code = `const __name = (f) => f; (${helper.toString()})(require)`;
    const worker = new Worker(code, {
      eval: true,
      execArgv: [],
      workerData: { port: port2, sent: this.sent },
      transferList: [port2],
    });
    worker.unref();
    port1.on("message", (message) => this.take(message));
    port1.unref();
    return port1;
  }

  private take(message: Answer | Notice): void {
    if ("id" in message) this.answer = message;
    else this.receive(message);
    this.wake?.();
  }

  /** Take the messages that have come. */
  drain(): void {
    if (!this.port) return;
    for (let got = receiveMessageOnPort(this.port); got; got = receiveMessageOnPort(this.port)) this.take(got.message);
  }

  /** Ask the thread for something, and wait for its answer. Throws HostError. */
  request(request: Request): number {
    this.port ??= this.start();
    const id = ++this.lastRequest;
    this.port.postMessage({ ...request, id });
    this.block(() => (this.answer?.id === id ? this.answer : undefined));
    const { value, error } = this.answer!;
    if (error !== undefined) throw new HostError(error);
    return value!;
  }

  /** Take messages until `found` finds something; throws HostWait instead where that is allowed. */
  waitFor<T>(found: () => T | undefined): T {
    this.drain();
    const result = found();
    if (result !== undefined) return result;
    if (this.waiting()) throw new HostWait(this.nextMessage());
    return this.block(found);
  }

  private block<T>(found: () => T | undefined): T {
    for (;;) {
      const before = Atomics.load(this.sent, 0);
      this.drain();
      const result = found();
      if (result !== undefined) return result;
      Atomics.wait(this.sent, 0, before);
    }
  }

  private async nextMessage(): Promise<void> {
    this.port!.ref();
    await new Promise<void>((done) => (this.wake = done));
    this.wake = undefined;
    this.port!.unref();
  }
}
