/** The OCaml toolchain of this installation: found, or built when it is not there yet. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CoreModule } from "../bytecode/engine.ts";
import { UsageError } from "./errors.ts";
import { bactrianVersion, commandScript, dist, libraryDirectory, ocamlSource, ocamlVersion, packageFile, workerScript } from "./installation.ts";

const STAMP = join(libraryDirectory, ".bactrian");
const LOCK = join(dist, "ocaml.lock");
/** A lock older than this belongs to a build that has died, in ms. */
const STALE_LOCK = 15 * 60 * 1000;

/** What the toolchain depends on. */
const FINGERPRINT = `Bactrian ${bactrianVersion}, OCaml ${ocamlVersion}, ${libraryDirectory}\n`;

function isBuilt(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === FINGERPRINT;
}

/** Told after each step of a build. */
export type Progress = (done: number, total: number, label: string) => void;

/** Build the toolchain unless it is there. Throws BuildError, UsageError. */
export async function ensureToolchain(core: CoreModule, onProgress: Progress = () => undefined): Promise<void> {
  if (!isBuilt()) await buildNow(core, onProgress);
}

/** Build what is not up to date. Throws BuildError, UsageError. */
export async function buildNow(core: CoreModule, onProgress: Progress = () => undefined): Promise<void> {
  mkdirSync(dist, { recursive: true });
  takeLock();
  try {
    await build(core, onProgress);
    writeFileSync(STAMP, FINGERPRINT);
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

function takeLock(): void {
  try {
    if (existsSync(LOCK) && Date.now() - statSync(LOCK).mtimeMs > STALE_LOCK) rmSync(LOCK, { recursive: true });
    mkdirSync(LOCK);
  } catch {
    throw new UsageError(`${LOCK}: another process builds the OCaml toolchain. Wait for it, or remove this folder.`);
  }
}

async function build(core: CoreModule, onProgress: Progress): Promise<void> {
  const { buildToolchain } = await import("./bootstrap/build.ts");
  await buildToolchain({
    core,
    source: ocamlSource(),
    library: libraryDirectory,
    buildFolder: join(dist, "ocaml-build"),
    ownSources: packageFile("loader"),
    workerScript,
    runCommand: [process.execPath, commandScript, "run"],
    onProgress,
  });
}
