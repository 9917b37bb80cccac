/**
 * Chunks that are loaded together become one file: Node takes a millisecond for each module that it loads, which is more
 * than most of them take to be evaluated.
 */
import { basename, dirname, resolve } from "node:path";
import { writeFileSync } from "node:fs";
import { build, type BuildOptions, type Metafile } from "esbuild";

/**
 * What ES modules have: their address, and the default import of a module of Node's, for which esbuild copies all that is in the
 * module.
 */
const BANNER = `
const __url = require("node:url").pathToFileURL(__filename).href;
const __builtin = (module) => Object.create(module, { default: { value: module } });
`;

/** A chunk's name in an import. */
const specifier = (path: string): string => `./${basename(path)}`;

/** The chunk of an entry point, and all chunks that it imports at once. */
function loadedWith({ outputs }: Metafile, entry: string): string[] {
  const start = Object.keys(outputs).find((path) => outputs[path]!.entryPoint === entry);
  if (start === undefined) throw new Error(`no chunk is made of ${entry}`);
  const found = new Set([start]);
  for (const path of found) {
    for (const { path: imported, kind, external } of outputs[path]!.imports) {
      if (kind === "import-statement" && !external) found.add(imported);
    }
  }
  return [...found];
}

/**
 * Put the chunk of an entry point and all that it imports at once into one CommonJS file, whose name is returned. (As an ES module
 * it would load much more of Node: its facades of built-in modules touch everything that these load when it is asked for.) Of the
 * chunks there remains, for others that are loaded later, what takes from that file what they export. All are in one folder.
 */
export async function makeSingleFile(metafile: Metafile, entry: string, options: BuildOptions): Promise<string> {
  const chunks = loadedWith(metafile, entry);
  const folder = dirname(chunks[0]!);
  const file = chunks[0]!.replace(/\.js$/, ".cjs");
  const exports = (path: string, name: (name: string) => string, from: string): string =>
    `export { ${metafile.outputs[path]!.exports.map(name).join(", ")} } from "${specifier(from)}";`;
  const unique = (name: string, i: number): string => (i === 0 ? name : `${name}_of_${i}`);
  const { outputFiles } = await build({
    ...options,
    write: false,
    stdin: {
      contents: chunks.map((path, i) => exports(path, (name) => `${name} as ${unique(name, i)}`, path)).join("\n"),
      resolveDir: resolve(folder),
    },
    bundle: true,
    format: "cjs",
    define: { "import.meta.url": "__url" },
    banner: { js: BANNER },
    plugins: [{
      name: "later",
      setup: ({ onResolve }) => {
        onResolve({ filter: /^\./ }, ({ kind, path }) => (kind === "dynamic-import" ? { path, external: true } : undefined));
      },
    }],
  });
  writeFileSync(file, outputFiles[0]!.text.replace(/__toESM\((require\("node:\w+"\)),1\)/g, "__builtin($1)"));
  chunks.forEach((path, i) => writeFileSync(path, exports(path, (name) => `${unique(name, i)} as ${name}`, file)));
  return file;
}
