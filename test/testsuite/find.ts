/** Finds the tests of OCaml's testsuite. */
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { testsFolder } from "./tree.ts";
import { isTest } from "./tsl.ts";

/** Bytes at the start of a file in which a TEST block has to begin. */
const HEAD = 4096;

function head(file: string): string {
  const fd = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(HEAD);
    return bytes.toString("latin1", 0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
}

/** Folders that matter most come first. */
const FIRST = [/^basic/, /^lib-/, /^effects/, /^callback/, /^misc/, /^regression/, /^typing-/];

function rank(folder: string): number {
  const at = FIRST.findIndex((pattern) => pattern.test(folder));
  return at < 0 ? FIRST.length : at;
}

/** All tests in the folders (a test itself counts, too), or everywhere, as paths below the folder of tests. */
export function findTests(folders: readonly string[]): string[] {
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (/^[_.]/.test(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (isTest(head(path))) found.push(relative(testsFolder, path));
    }
  };
  for (const folder of folders.length > 0 ? folders : [""]) {
    const path = join(testsFolder, folder);
    if (statSync(path).isDirectory()) visit(path);
    else found.push(folder);
  }
  return found.sort((a, b) => rank(a) - rank(b));
}
