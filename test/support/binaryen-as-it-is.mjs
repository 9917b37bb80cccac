/**
 * Has Node load binaryen as it is, in processes that tsx runs: tsx would look for imports in all of its 10 MB, which takes 4 s. To be
 * imported after tsx.
 */
import { register } from "node:module";

const hooks = `
import { readFile } from "node:fs/promises";
export async function load(url, context, next) {
  if (!url.includes("/node_modules/binaryen/")) return next(url, context);
  return { format: "module", source: await readFile(new URL(url)), shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
