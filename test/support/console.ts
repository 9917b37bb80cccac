/**
 * Console sessions in Markdown: blocks ```console with commands (`$ …`), what is typed into them (`# …` for the toplevel, `: …`
 * for programs), and what they say. `…` in what they say stands for anything in its line.
 */
import { spawnSync } from "node:child_process";
import { commandScript } from "../../loader/installation.ts";

export interface ConsoleCommand {
  /** The command as it is shown. */
  readonly command: string;
  /** The lines after it, to the next one. */
  readonly shown: string;
}

/** Milliseconds after which a command is ended. */
const PATIENCE = 300_000;
const PROMPT = /^[#:] /;

export function consoleCommands(markdown: string): ConsoleCommand[] {
  const blocks = [...markdown.matchAll(/^```console\n([^]*?)^```$/gm)].map(([, text]) => text!);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf("\n");
        return { command: part.slice(0, end), shown: part.slice(end + 1) };
      }),
  );
}

/** Run a command with what is typed into it. What is to be shown after it, with the exit status if it is not 0. */
export function perform({ command, shown }: ConsoleCommand, folder: string, environment: Record<string, string>): string {
  const typed = shown.split("\n").filter((line) => PROMPT.test(line));
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command.replaceAll("npx bactrian", '"$NODE" "$BACTRIAN"')], {
    cwd: folder,
    env: { ...process.env, ...environment, NODE: process.execPath, BACTRIAN: commandScript },
    input: typed.map((line) => `${line.slice(2)}\n`).join(""),
    encoding: "utf8",
    timeout: PATIENCE,
  });
  return (typed.length > 0 ? withTyped(stdout, typed) : stdout) + stderr + (status === 0 ? "" : `status ${status}\n`);
}

/** What a terminal would show: what is typed stands after the prompts. */
function withTyped(output: string, typed: readonly string[]): string {
  const prompt = typed[0]!.slice(0, 2);
  let text = "";
  let at = 0;
  for (const line of typed) {
    const found = output.startsWith(prompt, at) ? at : output.indexOf(`\n${prompt}`, at) + 1;
    text += `${output.slice(at, found)}${line}\n`;
    at = found + prompt.length;
  }
  const rest = output.slice(at);
  return text + (rest.endsWith(`${prompt}\n`) ? rest.slice(0, -prompt.length - 1) : rest);
}

/** What a command has to say, as an expression. */
export function expectation(shown: string): RegExp {
  const parts = shown.split("…").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^\\n]*")}$`);
}
