/** Bundles the command and the library into dist/, so that they start quickly and without tsx. */
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { makeSingleFile } from "./single-file.ts";

for (const folder of ["chunks", "cli", "host", "loader"]) rmSync(`dist/${folder}`, { recursive: true, force: true });

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);\n';

const options = {
  format: "esm",
  platform: "node",
  target: "node20",
  // Names stay, for stack traces and profiles.
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: "warning",
} as const satisfies BuildOptions;

const { metafile } = await build({
  ...options,
  metafile: true,
  entryPoints: ["cli/main.ts", "cli/bootstrap-worker.ts", "cli/compile-worker.ts", "loader/index.ts", "loader/node.ts"],
  outdir: "dist",
  outbase: ".",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  // binaryen is loaded only when native code is generated.
  external: ["binaryen"],
});
const start = await makeSingleFile(metafile, "cli/run.ts", options);
edit("dist/cli/main.js", (text) => {
  const imported = /import\("\.\.\/chunks\/run-\w+\.js"\)/;
  if (!imported.test(text)) throw new Error("main.js does not import what runs programs");
  return text.replace(imported, `require("../chunks/${basename(start)}")`);
});
// main.js does now, and commander, which is CommonJS, requires Node's modules.
for (const path of Object.keys(metafile.outputs)) edit(path, (text) => (/typeof require|require\(/.test(text) ? text.replace(/^(#!.*\n)?/, `$1${REQUIRE}`) : text));

// runtime/host/node-thread.ts looks for it there.
await build({
  ...options,
  entryPoints: ["runtime/host/node-helper-main.ts"],
  outfile: "dist/host/helper.js",
  bundle: true,
});

// Names of chunks hold digests of what is in them and in the chunks that they import.
const names = Object.keys(metafile.outputs).sort().join("\n");
const dependencies = readFileSync("package-lock.json");
writeFileSync("dist/identity", createHash("sha256").update(names).update(dependencies).digest("hex"));

chmodSync("dist/cli/main.js", 0o755);
