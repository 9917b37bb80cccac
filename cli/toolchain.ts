/** The OCaml toolchain of this installation: found, or built when it is not there yet. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CoreModule } from "../bytecode/engine.ts";
import { buildToolchain } from "../loader/bootstrap/build.ts";
import { UsageError } from "./errors.ts";
import { bactrianVersion, commandScript, dist, libraryDirectory, ocamlSource, ocamlVersion, workerScript } from "./paths.ts";

const STAMP = join(libraryDirectory, ".bactrian");
const LOCK = join(dist, "ocaml.lock");
/** A lock older than this belongs to a build that has died, in ms. */
const STALE_LOCK = 15 * 60 * 1000;

/** What the toolchain depends on. */
const FINGERPRINT = `Bactrian ${bactrianVersion}, OCaml ${ocamlVersion}, ${libraryDirectory}\n`;

function isBuilt(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === FINGERPRINT;
}

/** Build the toolchain unless it is there, telling on standard error how far it is. Throws BuildError, UsageError. */
export async function ensureToolchain(core: CoreModule): Promise<void> {
  if (!isBuilt()) await buildNow(core);
}

/** Build what is not up to date. Throws BuildError, UsageError. */
export async function buildNow(core: CoreModule): Promise<void> {
  mkdirSync(dist, { recursive: true });
  takeLock();
  try {
    await build(core);
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

async function build(core: CoreModule): Promise<void> {
  const started = Date.now();
  const { stderr } = process;
  let reported = 0;
  const progress = (done: number, total: number, label: string): void => {
    const percent = Math.floor((100 * done) / total);
    const line = `building OCaml ${ocamlVersion}: ${String(percent).padStart(3)} %  ${done}/${total}  ${label}`;
    if (stderr.isTTY) stderr.write(`\r${line.slice(0, 78).padEnd(78)}`);
    else if (percent >= reported + 10 || done === total) {
      reported = percent;
      stderr.write(`${line}\n`);
    }
  };
  await buildToolchain({
    core,
    source: ocamlSource(),
    library: libraryDirectory,
    buildFolder: join(dist, "ocaml-build"),
    workerScript,
    runCommand: [process.execPath, commandScript, "run"],
    onProgress: progress,
  });
  if (stderr.isTTY) stderr.write("\n");
  stderr.write(`OCaml is in ${libraryDirectory} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}
