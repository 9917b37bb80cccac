/** How far a build, a compilation or a benchmark is, on standard error. */
import { libraryDirectory, ocamlVersion } from "../loader/installation.ts";
import type { Progress } from "../loader/toolchain.ts";

const WIDTH = 78;
/** Characters of a bar. */
const BAR = 30;

/** A bar of which a part, from 0 to 1, is filled. */
function bar(part: number): string {
  const filled = Math.floor(BAR * part);
  return `[${"#".repeat(filled)}${" ".repeat(BAR - filled)}]`;
}

/** Write over the line that is there. */
function overwrite(line: string): void {
  process.stderr.write(`\r${line.slice(0, WIDTH).padEnd(WIDTH)}`);
}

function clearLine(): void {
  process.stderr.write(`\r${" ".repeat(WIDTH)}\r`);
}

/** A report for one build: a line that changes on a terminal, a line for every tenth otherwise. */
export function buildProgress(): Progress {
  const started = Date.now();
  let reported = 0;
  return (done, total, label) => {
    const { stderr } = process;
    const percent = Math.floor((100 * done) / total);
    const line = `building OCaml ${ocamlVersion}: ${String(percent).padStart(3)} %  ${done}/${total}  ${label}`;
    if (stderr.isTTY) overwrite(line);
    else if (percent >= reported + 10) stderr.write(`${line}\n`);
    if (percent >= reported + 10) reported = percent - (percent % 10);
    if (done < total) return;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    stderr.write(`${stderr.isTTY ? "\n" : ""}OCaml is in ${libraryDirectory} (${seconds} s)\n`);
  };
}

/** Milliseconds that a compilation takes before anything is said about it. */
const SILENCE = 1000;

export interface CompileProgress {
  readonly step: (done: number, total: number) => void;
  /** However it ends. */
  readonly end: () => void;
}

/** A report for one compilation: a bar on a terminal, once it takes longer than a second; nothing elsewhere. */
export function compileProgress(name: string): CompileProgress {
  const started = Date.now();
  const { stderr } = process;
  let shown = "";
  return {
    step(done, total) {
      if (!stderr.isTTY || Date.now() - started < SILENCE) return;
      const filled = bar(done / total);
      if (filled !== shown) overwrite(`compiling ${name}: ${filled} ${done}/${total} functions`);
      shown = filled;
    },
    end: () => void (shown !== "" && clearLine()),
  };
}

const showSeconds = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

export interface BenchProgress {
  /** What is done next, which part of all is done, and seconds left. */
  readonly step: (what: string, done: number, left: number | undefined) => void;
  /** Something to be read, in a line of its own. */
  readonly line: (text: string) => void;
  readonly end: () => void;
}

/** A report for a benchmark: a bar with the time left on a terminal, lines otherwise, of runs one for every twentieth. */
export function benchProgress(): BenchProgress {
  const { stderr } = process;
  let reported = -1;
  const clear = (): void => void (stderr.isTTY && clearLine());
  return {
    step(what, done, left) {
      const time = left === undefined ? "" : `  ${showSeconds(left)} left`;
      if (stderr.isTTY) overwrite(`${bar(done)}${time}  ${what}`);
      else if (left === undefined) stderr.write(`${what}\n`);
      else if (Math.floor(20 * done) !== reported) {
        reported = Math.floor(20 * done);
        stderr.write(`${String(Math.floor(100 * done)).padStart(3)} %${time}  ${what}\n`);
      }
    },
    line(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    end: clear,
  };
}
