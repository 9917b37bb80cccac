/** How far a build or a compilation is, on standard error. */
import { libraryDirectory, ocamlVersion } from "../loader/installation.ts";
import type { Progress } from "../loader/toolchain.ts";

const WIDTH = 78;
/** Characters of a bar. */
const BAR = 30;

/** A report for one build: a line that changes on a terminal, a line for every tenth otherwise. */
export function buildProgress(): Progress {
  const started = Date.now();
  const { stderr } = process;
  let reported = 0;
  return (done, total, label) => {
    const percent = Math.floor((100 * done) / total);
    const line = `building OCaml ${ocamlVersion}: ${String(percent).padStart(3)} %  ${done}/${total}  ${label}`;
    if (stderr.isTTY) stderr.write(`\r${line.slice(0, WIDTH).padEnd(WIDTH)}`);
    else if (percent >= reported + 10) stderr.write(`${line}\n`);
    if (percent >= reported + 10) reported = percent - (percent % 10);
    if (done < total) return;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    stderr.write(`${stderr.isTTY ? "\n" : ""}OCaml is in ${libraryDirectory} (${seconds} s)\n`);
  };
}

/** Milliseconds that a compilation takes before anything is said about it. */
const SILENCE = 1000;

/** A report for one compilation: a bar on a terminal, once it takes longer than a second; nothing elsewhere. */
export function compileProgress(name: string): (done: number, total: number) => void {
  const started = Date.now();
  const { stderr } = process;
  let shown = "";
  return (done, total) => {
    if (!stderr.isTTY || Date.now() - started < SILENCE) return;
    const filled = Math.floor((BAR * done) / total);
    const line = `compiling ${name}: [${"#".repeat(filled)}${" ".repeat(BAR - filled)}] ${done}/${total} functions`.slice(0, WIDTH);
    if (done === total) stderr.write(`\r${" ".repeat(shown.length)}\r`);
    else if (filled > 0 && !shown.includes(`[${"#".repeat(filled)} `)) stderr.write(`\r${line.padEnd(shown.length)}`);
    else return;
    shown = line;
  };
}
