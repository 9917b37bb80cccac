/** Bundles the command and the library into dist/, so that they start quickly and without tsx. */
import { build } from "esbuild";

await build({
  entryPoints: ["cli/main.ts", "cli/setup.ts", "cli/bootstrap-worker.ts"],
  outdir: "dist",
  outbase: ".",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
});
