/**
 * A thread whose event loop turns while the program's waits: what Node does asynchronously only is done there, and asked
 * for synchronously here. It starts with the first request.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MessagePort } from "node:worker_threads";
import { HostError, HostWait } from "./host.ts";
import type { Answer, Command, Notice, Request } from "./node-helper.ts";
import { workerThreads } from "./node-modules.ts";

const here = dirname(fileURLToPath(import.meta.url));
/** Bundled files are one level below dist/. */
const dist = basename(dirname(here)) === "dist" ? dirname(here) : join(here, "../../dist");
/** The thread's program, bundled. */
const script = join(dist, "host/helper.js");

export class HelperThread {
  private readonly waiting: () => boolean;
  private readonly receivers: ((notice: Notice) => void)[] = [];
  private port: MessagePort | undefined;
  /** Number of messages that the thread has sent. */
  private readonly sent = new Int32Array(new SharedArrayBuffer(4));
  private lastRequest = 0;
  private answer: Answer | undefined;
  /** Those who wait for a message while the event loop turns. */
  private waiters: (() => void)[] = [];
  /** Whether HostWait may not be thrown now in any case. */
  private blocked = false;

  constructor(waiting: () => boolean) {
    this.waiting = waiting;
  }

  /** Have a function told what the thread tells without being asked. */
  onNotice(receive: (notice: Notice) => void): void {
    this.receivers.push(receive);
  }

  private start(): MessagePort {
    const { MessageChannel, Worker } = workerThreads();
    const { port1, port2 } = new MessageChannel();
    // A thread that does not start would be waited for for ever.
    if (!existsSync(script)) throw new Error(`${script} is missing; npm run build makes it`);
    const worker = new Worker(script, {
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
    else for (const receive of this.receivers) receive(message);
    const { waiters } = this;
    this.waiters = [];
    if (waiters.length > 0) this.port!.unref();
    for (const wake of waiters) wake();
  }

  /** Take the messages that have come. */
  drain(): void {
    if (!this.port) return;
    for (let got = workerThreads().receiveMessageOnPort(this.port); got; got = workerThreads().receiveMessageOnPort(this.port)) this.take(got.message);
  }

  command(command: Command): void {
    this.port ??= this.start();
    this.port.postMessage(command);
  }

  /** Ask the thread for something, and block until it answers. Throws HostError. */
  request(request: Request): Answer {
    this.port ??= this.start();
    const id = ++this.lastRequest;
    this.port.postMessage({ ...request, id });
    const answer = this.block(() => (this.answer?.id === id ? this.answer : undefined));
    if (answer.error !== undefined) throw new HostError(answer.error);
    return answer;
  }

  /** Take messages until `found` finds something, for at most some milliseconds, blocking. */
  linger(found: () => boolean, milliseconds: number): void {
    const end = performance.now() + milliseconds;
    this.block(() => (found() || performance.now() >= end ? true : undefined), milliseconds);
  }

  /** Take messages until `found` finds something; throws HostWait instead where that is allowed. */
  waitFor<T>(found: () => T | undefined): T {
    this.drain();
    const result = found();
    if (result !== undefined) return result;
    if (this.waiting() && !this.blocked) throw new HostWait(this.nextMessage());
    return this.block(found);
  }

  /** Do something during which nothing throws HostWait. */
  blocking<T>(action: () => T): T {
    const before = this.blocked;
    this.blocked = true;
    try {
      return action();
    } finally {
      this.blocked = before;
    }
  }

  /** `patience`: milliseconds after which to look again although no message has come. */
  private block<T>(found: () => T | undefined, patience = Infinity): T {
    for (;;) {
      const before = Atomics.load(this.sent, 0);
      this.drain();
      const result = found();
      if (result !== undefined) return result;
      Atomics.wait(this.sent, 0, before, patience);
    }
  }

  private nextMessage(): Promise<void> {
    this.port!.ref();
    return new Promise((done) => this.waiters.push(done));
  }
}
