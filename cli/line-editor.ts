/**
 * Standard input of the toplevel on a terminal: lines edited with Node's readline, with a history that is kept in a
 * file. The prompt is whatever the program has written last on the current line.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { HostError, HostWait } from "../runtime/host/host.ts";
import type { NodeHost } from "../runtime/host/node.ts";
import type { OpenFile } from "../runtime/host/node-descriptors.ts";

const HISTORY_LENGTH = 1000;

/** Edit lines of standard input of the programs on this host. */
export function editLines(host: NodeHost): void {
  const { descriptors } = host.files;
  const [input, output] = [descriptors.get(0), descriptors.get(1)];
  for (const file of [input, output]) file.references++; // from the wrappers
  const tracker = new PromptTracker(output);
  descriptors.replace(1, tracker);
  descriptors.replace(0, new LineEditor(host, input, tracker));
}

/** A file that remembers what was written last to the current line. */
class PromptTracker implements OpenFile {
  readonly kind;
  readonly real;
  nonblock = false;
  references = 0;
  /** What follows the last newline. */
  line = "";
  private readonly file: OpenFile;

  constructor(file: OpenFile) {
    this.file = file;
    this.kind = file.kind;
    this.real = file.real;
  }
  read(buffer: Uint8Array, wait: boolean): number {
    return this.file.read(buffer, wait);
  }
  write(bytes: Uint8Array, wait: boolean): number {
    const n = this.file.write(bytes, wait);
    const text = this.line + Buffer.from(bytes.subarray(0, n)).toString();
    this.line = text.slice(text.lastIndexOf("\n") + 1);
    return n;
  }
  readable(): boolean {
    return this.file.readable();
  }
  writable(): boolean {
    return this.file.writable();
  }
  release(): void {
    this.file.release();
  }
}

class LineEditor implements OpenFile {
  readonly kind = "character";
  readonly real = 0;
  nonblock = false;
  references = 0;
  private readonly host: NodeHost;
  private readonly terminal: OpenFile;
  private readonly output: PromptTracker;
  private readonly historyFile = process.env.BACTRIAN_HISTORY ?? join(homedir(), ".bactrian_history");
  /** The newest first, as readline wants it. */
  private history: string[];
  private pending = Buffer.alloc(0);
  private ended = false;
  private asking: Promise<void> | undefined;

  constructor(host: NodeHost, terminal: OpenFile, output: PromptTracker) {
    this.host = host;
    this.terminal = terminal;
    this.output = output;
    this.history = readHistory(this.historyFile);
  }

  read(buffer: Uint8Array, wait: boolean): number {
    if (this.pending.length > 0) {
      const n = this.pending.copy(buffer);
      this.pending = this.pending.subarray(n);
      return n;
    }
    if (this.ended) {
      this.ended = false;
      return 0;
    }
    if (!this.host.isWaiting) return this.terminal.read(buffer, wait);
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    throw new HostWait(this.asking);
  }

  /** Let the user edit a line. Ends with the line, the end of the input or an interruption. */
  private ask(): Promise<void> {
    return new Promise((done) => {
      const prompt = this.output.line;
      const editor = createInterface({
        input: process.stdin,
        output: process.stdout,
        history: [...this.history],
        historySize: HISTORY_LENGTH,
        removeHistoryDuplicates: true,
        prompt,
      });
      let finished = false;
      const finish = (): void => {
        if (finished) return;
        finished = true;
        this.output.line = "";
        editor.close();
        done();
      };
      editor.on("line", (line) => {
        this.pending = Buffer.from(`${line}\n`);
        this.remember(line);
        finish();
      });
      editor.on("SIGINT", () => {
        process.stdout.write("^C");
        this.host.signals.raise("SIGINT");
        finish();
      });
      editor.on("close", () => {
        if (!finished) this.ended = true;
        finish();
      });
      editor.prompt(true);
    });
  }

  private remember(line: string): void {
    if (line.trim() === "" || line === this.history[0]) return;
    this.history = [line, ...this.history.filter((l) => l !== line)].slice(0, HISTORY_LENGTH);
    try {
      appendFileSync(this.historyFile, `${line}\n`, { mode: 0o600 });
    } catch {
      // A history that cannot be kept is no reason to stop.
    }
  }

  write(): number {
    throw new HostError("EBADF");
  }
  readable(): boolean {
    return this.pending.length > 0 || this.terminal.readable();
  }
  writable(): boolean {
    return false;
  }
  release(): void {}
}

function readHistory(file: string): string[] {
  try {
    const lines = readFileSync(file, "utf8").split("\n").filter((line) => line !== "");
    return [...new Set(lines.reverse())].slice(0, HISTORY_LENGTH);
  } catch {
    return [];
  }
}
