/**
 * The cache of native code that is compiled implicitly: files in the user's cache folder, named by a digest of all that they
 * depend on. Nothing goes wrong when it cannot be read or written.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { bactrianVersion, buildIdentity, coreFile } from "../loader/installation.ts";
import { writeAtomically } from "./files.ts";

/** Largest size of the folder in bytes; the files that have not been used for longest go. */
const MAX_BYTES = 512 * 1024 * 1024;
/** Our files, unfinished ones too. */
const ENTRY = /^[0-9a-f]{64}\.wasm(\.\d+)?$/;

/** BACTRIAN_CACHE, or a folder in the place that the XDG base directory specification gives. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const { BACTRIAN_CACHE: own, XDG_CACHE_HOME: caches } = environment;
  if (own) return own;
  return join(caches && isAbsolute(caches) ? caches : join(homedir(), ".cache"), "bactrian");
}

export class Cache {
  /** The file for the native code. */
  readonly file: string;
  private readonly folder: string;
  private readonly maxBytes: number;

  constructor(folder: string, key: string, maxBytes = MAX_BYTES) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.file = join(folder, `${key}.wasm`);
  }

  /** For the native code of a program. undefined: this Bactrian is run from its sources, which may change at any time. */
  static forProgram(program: Uint8Array): Cache | undefined {
    const build = buildIdentity();
    if (build === undefined) return undefined;
    const hash = createHash("sha256").update(`${bactrianVersion} ${build}\n`);
    return new Cache(cacheFolder(), hash.update(readFileSync(coreFile())).update(program).digest("hex"));
  }

  /** The bytes of the file, if it is there. */
  read(): Uint8Array | undefined {
    try {
      const bytes = readFileSync(this.file);
      const now = new Date();
      utimesSync(this.file, now, now);
      return bytes;
    } catch {
      return undefined;
    }
  }

  write(bytes: Uint8Array): void {
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      this.makeRoom(bytes.length);
      writeAtomically(this.file, bytes);
    } catch {
      // The program runs all the same.
    }
  }

  /** Remove old files until so many bytes more are no more than the folder may hold. */
  private makeRoom(bytes: number): void {
    const entries = readdirSync(this.folder)
      .filter((name) => ENTRY.test(name))
      .map((name) => ({ path: join(this.folder, name), status: statSync(join(this.folder, name)) }))
      .sort((a, b) => a.status.mtimeMs - b.status.mtimeMs);
    let total = entries.reduce((sum, { status }) => sum + status.size, bytes);
    for (const { path, status } of entries) {
      if (total <= this.maxBytes) return;
      rmSync(path, { force: true });
      total -= status.size;
    }
  }
}
