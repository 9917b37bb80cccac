/** Bundles the command and the library into dist/, so that they start quickly and without tsx. */
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

for (const folder of ["chunks", "cli", "host", "loader"]) rmSync(`dist/${folder}`, { recursive: true, force: true });
const { metafile } = await build({
  metafile: true,
  entryPoints: ["cli/main.ts", "cli/bootstrap-worker.ts", "loader/index.ts", "loader/node.ts"],
  outdir: "dist",
  outbase: ".",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node20",
  // binaryen is loaded only when native code is generated.
  external: ["binaryen"],
  // commander is CommonJS and requires Node's modules.
  banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: "warning",
});

// runtime/host/node-thread.ts looks for it there.
await build({
  entryPoints: ["runtime/host/node-helper-main.ts"],
  outfile: "dist/host/helper.js",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  logLevel: "warning",
});

// Names of chunks hold digests of what is in them and in the chunks that they import.
const names = Object.keys(metafile.outputs).sort().join("\n");
const dependencies = readFileSync("package-lock.json");
writeFileSync("dist/identity", createHash("sha256").update(names).update(dependencies).digest("hex"));

chmodSync("dist/cli/main.js", 0o755);
