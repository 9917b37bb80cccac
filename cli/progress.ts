/** How far a build is, on standard error. */
import { libraryDirectory, ocamlVersion } from "../loader/installation.ts";
import type { Progress } from "../loader/toolchain.ts";

const WIDTH = 78;

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
