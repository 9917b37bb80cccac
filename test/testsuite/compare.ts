/** Comparing outputs with references (ocamltest/filecompare.ml). Files are read one character per byte. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const read = (file: string): string => readFileSync(file, "latin1");

function lines(text: string): string[] {
  const all = text.split("\n");
  return all.at(-1) === "" ? all.slice(0, -1) : all;
}

/** Whether each line ends in CR LF. */
const hasCrLf = (text: string): boolean => text !== "" && lines(text).every((line) => line.endsWith("\r"));

/** Whether texts are the same but for line ends, `skip` lines at the start of the output left out. */
function same(reference: string, output: string, skip: number): boolean {
  const rest = skip === 0 ? output : output.split("\n").slice(skip).join("\n");
  if (reference === rest) return true;
  return hasCrLf(reference) !== hasCrLf(rest) && reference.replaceAll("\r\n", "\n") === rest.replaceAll("\r\n", "\n");
}

/** What is wrong with an output, undefined when nothing is. Without a reference it has to be empty. */
export function checkOutput(reference: string, output: string, skipLines: number): string | undefined {
  const found = existsSync(output) ? read(output) : "";
  if (!existsSync(reference)) return found === "" ? undefined : `unexpected output:\n${Buffer.from(found, "latin1").toString()}`;
  if (!existsSync(output)) return `there is no output ${output}`;
  return same(read(reference), found, skipLines) ? undefined : `wrong output:\n${diff(reference, output)}`;
}

function diff(reference: string, output: string): string {
  const { stdout, error } = spawnSync("diff", ["-a", "-u", reference, output], { maxBuffer: 1 << 28 });
  return error ? `(no diff: ${error.message})\n${readFileSync(output, "utf8")}` : stdout.toString();
}
