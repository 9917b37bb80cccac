/** The command, run in a process of its own. */
import { type ExecFileException, execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { commandScript } from "../../loader/installation.ts";

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Milliseconds after which a command is ended, unless it is given more. */
const PATIENCE = 60_000;

export interface Conditions {
  /** Standard input. */
  readonly input?: string;
  /** Milliseconds after which the command is ended. */
  readonly patience?: number;
}

/** The command in a folder of a test's own, with a cache of its own, too. */
export class Command {
  readonly folder: string;
  readonly cache: string;

  constructor(t: { teardown(action: () => void): void }) {
    this.folder = mkdtempSync(join(tmpdir(), "bactrian-cli-"));
    this.cache = join(this.folder, "cache");
    t.teardown(() => rmSync(this.folder, { recursive: true }));
  }

  run(args: readonly string[], environment: Record<string, string> = {}, { input = "", patience = PATIENCE }: Conditions = {}): Promise<Ended> {
    const env = { ...process.env, BACTRIAN_CACHE: this.cache, ...environment };
    return new Promise((done) => {
      const ended = (error: ExecFileException | null, stdout: string, stderr: string): void =>
        done({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      const child = execFile(process.execPath, [commandScript, ...args], { cwd: this.folder, timeout: patience, env }, ended);
      child.stdin!.on("error", () => undefined).end(input); // it may end before it has read all
    });
  }

  /** What the command says is to be one line that begins like this, and goes on with what `text` matches. */
  async refuses(t: Test, args: readonly string[], begin: string, text: RegExp): Promise<void> {
    const { status, stdout, stderr } = await this.run(args);
    const name = args.join(" ");
    t.equal(status, 2, `${name}: status`);
    t.equal(stdout, "", `${name}: nothing on standard output`);
    t.match(stderr, /^[^\n]+\n$/, `${name}: one line`);
    t.ok(stderr.startsWith(`bactrian: ${begin}`), `${name}: ${stderr}`);
    t.match(stderr, text, name);
  }
}
