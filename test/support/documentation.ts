/** Pages of documentation as tests: the files that they show, and the commands, with what these print. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface ShownCommand {
  /** The words after `bactrian`. */
  readonly args: readonly string[];
  /** What is shown after it. */
  readonly output: string;
}

export interface Shown {
  /** Blocks that begin with a comment that names a file: contents by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly commands: readonly ShownCommand[];
}

/** What a page of docs/ shows. Throws when a console block has another command than bactrian. */
export function shownIn(page: string): Shown {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)), "utf8");
  const files = new Map<string, string>();
  const commands: ShownCommand[] = [];
  for (const [, language, block] of text.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    const name = /^\(\* ([\w./]+\.mli?)\b/.exec(block!)?.[1];
    if (language === "ocaml" && name !== undefined) files.set(name, block!);
    if (language === "console") commands.push(...commandsOf(block!));
  }
  return { files, commands };
}

function commandsOf(block: string): ShownCommand[] {
  return block.split(/^\$ /m).slice(1).map((part) => {
    const end = part.indexOf("\n");
    const [program, ...args] = part.slice(0, end).split(" ");
    if (program !== "bactrian") throw new Error(`the page shows another command: ${program}`);
    return { args, output: part.slice(end + 1) };
  });
}
