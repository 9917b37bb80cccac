/** test/data/numbers/edge.txt, which numbers.ml next to it wrote. */
import { readFileSync } from "node:fs";

/** The fields of the lines of each kind. */
export function readEdges(): Map<string, string[][]> {
  const edges = new Map<string, string[][]>();
  const text = readFileSync(new URL("../data/numbers/edge.txt", import.meta.url), "utf8");
  for (const line of text.trimEnd().split("\n")) {
    const [kind, ...fields] = line.split("\t");
    if (!edges.has(kind!)) edges.set(kind!, []);
    edges.get(kind!)!.push(fields.map(unescape));
  }
  return edges;
}

/** String.escaped backwards. */
function unescape(s: string): string {
  const letters: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b" };
  return s.replace(/\\(\d{3}|.)/g, (_, c: string) => (c.length === 3 ? String.fromCharCode(Number(c)) : (letters[c] ?? c)));
}
