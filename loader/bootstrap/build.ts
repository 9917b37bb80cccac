/**
 * Building the OCaml toolchain from the npm package `ocaml` with nothing but our VM: standard library, compiler
 * libraries, ocamlc, ocamldep, ocamlobjinfo, the toplevel, and the other libraries.
 *
 * Sources are copied to a build folder; each target is one run of boot/ocamlc there, as soon as what it needs is there,
 * on as many threads as there are processors. A stamp (a digest of a target's command, inputs and program) beside each
 * output makes a second run skip what has not changed.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { CoreModule } from "../../bytecode/engine.ts";
import { BuildError } from "../errors.ts";
import { META_FOLDERS } from "./meta.ts";
import { prepareSources } from "./prepare.ts";
import { STUB_LIBRARIES, stubFile, stubLibrary } from "../stub-libraries.ts";
import { externalsOf } from "./sources.ts";
import { LIBRARY_FOLDER, libraryTargets } from "./library.ts";
import { compilerTargets, otherLibraryTargets, stdlibTargets, type Target } from "./targets.ts";
import { toplevelTargets } from "./toplevel.ts";
import type { Job, Outcome } from "./worker.ts";

export interface BuildOptions {
  readonly core: CoreModule;
  /** The package `ocaml`. */
  readonly source: string;
  /** Where the library directory goes (`ocamlc -where`). */
  readonly library: string;
  /** Folder for sources and intermediate files. */
  readonly buildFolder: string;
  /** The folder loader/, where our own OCaml sources are. */
  readonly ownSources: string;
  /** The command that runs a bytecode program whose path and arguments follow: for `#!` lines. */
  readonly runCommand: readonly string[];
  /** The worker's script (worker.ts). */
  readonly workerScript: URL;
  /** File of the compiler to build with; default: boot/ocamlc of the package. */
  readonly compiler?: string;
  readonly jobs?: number;
  readonly onProgress?: (done: number, total: number, label: string) => void;
}

/** Build everything and put it into the library directory. Throws BuildError with the compiler's messages. */
export async function buildToolchain(options: BuildOptions): Promise<void> {
  await compileToolchain(options);
  installLibrary(options);
}

/** Build everything in the build folder. Throws BuildError with the compiler's messages. */
export async function compileToolchain(options: BuildOptions): Promise<void> {
  mkdirSync(options.buildFolder, { recursive: true });
  prepareSources(options);
  const read = (path: string): string => readFileSync(join(options.source, path), "utf8");
  const targets = [...stdlibTargets(read), ...compilerTargets(read), ...toplevelTargets(read), ...otherLibraryTargets(read), ...libraryTargets(read)];
  await new Scheduler(options, targets).run();
}

class Scheduler {
  private readonly options: BuildOptions;
  private readonly waiting: Set<Target>;
  private readonly produced = new Map<string, Target>();
  private readonly done = new Set<string>();
  private readonly digests = new Map<string, string>();
  private readonly total: number;
  private finished = 0;

  constructor(options: BuildOptions, targets: readonly Target[]) {
    this.options = options;
    this.waiting = new Set(targets);
    this.total = targets.length;
    for (const target of targets) {
      for (const file of [target.output, ...target.alsoWrites]) this.produced.set(file, target);
    }
  }

  async run(): Promise<void> {
    const jobs = Math.min(this.options.jobs ?? cpus().length, 8);
    const workers: Worker[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        const idle: Worker[] = [];
        const dispatch = (): void => {
          try {
            this.skipFresh();
            while (true) {
              const target = this.nextReady();
              if (!target) break;
              const worker = idle.pop() ?? (workers.length < jobs ? this.spawn(workers) : undefined);
              if (!worker) break;
              this.waiting.delete(target);
              this.start(worker, target).then(() => {
                idle.push(worker);
                dispatch();
              }, reject);
            }
            if (this.finished === this.total) resolve();
            else if (idle.length === workers.length && !this.nextReady()) reject(this.stuck());
          } catch (e) {
            reject(e as Error);
          }
        };
        dispatch();
      });
    } finally {
      await Promise.all(workers.map((w) => w.terminate()));
    }
  }

  private spawn(workers: Worker[]): Worker {
    const worker = new Worker(this.options.workerScript, { workerData: this.options.core });
    workers.push(worker);
    return worker;
  }

  private isReady(target: Target): boolean {
    return [...target.needs, target.program].every((file) => this.done.has(file) || !this.produced.has(file));
  }

  private nextReady(): Target | undefined {
    for (const target of this.waiting) if (this.isReady(target)) return target;
    return undefined;
  }

  /** Targets that are ready and up to date are done without running anything. */
  private skipFresh(): void {
    for (let progress = true; progress; ) {
      progress = false;
      for (const target of this.waiting) {
        if (!this.isReady(target) || !this.isFresh(target)) continue;
        this.waiting.delete(target);
        this.complete(target);
        progress = true;
      }
    }
  }

  private path(file: string): string {
    return join(this.options.buildFolder, file);
  }

  private digest(file: string): string {
    let digest = this.digests.get(file);
    if (digest === undefined) {
      if (!existsSync(this.path(file))) throw new BuildError(`${file} is missing and nothing makes it`);
      digest = createHash("md5").update(readFileSync(this.path(file))).digest("hex");
      this.digests.set(file, digest);
    }
    return digest;
  }

  private stamp(target: Target): string {
    const hash = createHash("md5").update(JSON.stringify(target.args));
    for (const file of [target.program, ...target.needs]) hash.update(`${file}:${this.digest(file)};`);
    return hash.digest("hex");
  }

  private stampFile(target: Target): string {
    return this.path(`.stamps/${target.output.replaceAll("/", "!")}`);
  }

  private isFresh(target: Target): boolean {
    const files = [target.output, ...target.alsoWrites].map((f) => this.path(f));
    if (!files.every(existsSync) || !existsSync(this.stampFile(target))) return false;
    return readFileSync(this.stampFile(target), "utf8") === this.stamp(target);
  }

  private complete(target: Target): void {
    for (const file of [target.output, ...target.alsoWrites]) this.done.add(file);
    this.finished++;
    this.options.onProgress?.(this.finished, this.total, target.label);
  }

  private async start(worker: Worker, target: Target): Promise<void> {
    const stamp = this.stamp(target);
    rmSync(this.stampFile(target), { force: true });
    const job: Job = {
      program: readFileSync(this.path(target.program)),
      argv: [target.program, ...target.args],
      directory: this.path(target.directory),
      environment: { BUILD_PATH_PREFIX_MAP: `/ocaml=${this.options.buildFolder}` },
    };
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      const fail = (e: Error): void => reject(e);
      worker.once("error", fail);
      worker.once("message", (o: Outcome) => {
        worker.off("error", fail);
        resolve(o);
      });
      worker.postMessage(job);
    });
    if (outcome.status !== 0) {
      throw new BuildError(`${target.label} could not be made (status ${outcome.status}):\n${outcome.output}`);
    }
    mkdirSync(dirname(this.stampFile(target)), { recursive: true });
    writeFileSync(`${this.stampFile(target)}.new`, stamp);
    renameSync(`${this.stampFile(target)}.new`, this.stampFile(target));
    this.complete(target);
  }

  private stuck(): BuildError {
    const lines = [...this.waiting].slice(0, 5).map((target) => {
      const missing = target.needs.filter((f) => this.produced.has(f) && !this.done.has(f));
      return `${target.label} waits for ${missing.join(", ")}`;
    });
    return new BuildError(`the build cannot go on:\n${lines.join("\n")}`);
  }
}

/** Copy what users need into the library directory, laid out as `make install` does. */
function installLibrary(options: BuildOptions): void {
  const { buildFolder, library } = options;
  const copy = (from: string, to: string, wanted: RegExp): void => {
    mkdirSync(join(library, to), { recursive: true });
    cpSync(join(buildFolder, from), join(library, to), {
      recursive: true,
      filter: (file) => file === join(buildFolder, from) || (dirname(file) === join(buildFolder, from) && wanted.test(file)),
    });
  };
  copy("stdlib", "", /(\.cm(i|t|ti)|stdlib\.cma|std_exit\.cmo|\.mli?|runtime-launch-info)$/);
  copy("otherlibs/dynlink", "dynlink", /(dynlink\.(cmi|cmti|mli)|\.cma)$/);
  for (const directory of "utils parsing typing bytecomp file_formats lambda driver toplevel toplevel/byte".split(" ")) {
    copy(directory, "compiler-libs", /\.(cmi|cmt|cmti|mli)$/);
  }
  copy("compilerlibs", "compiler-libs", /\.cma$/);
  copy("toplevel", "", /(topdirs|toploop)\.(cmi|cmt|cmti|mli)$/);
  copy("otherlibs/unix", "unix", /\.(cmi|cmt|cmti|mli|cma)$/);
  copy("otherlibs/str", "str", /\.(cmi|cmt|cmti|mli|cma)$/);
  copy("otherlibs/systhreads", "threads", /\.(cmi|cmt|cmti|mli|cma)$/);
  copy("otherlibs/runtime_events", "runtime_events", /\.(cmi|cmt|cmti|mli|cma)$/);
  copy(LIBRARY_FOLDER, "bactrian", /^(?!.*(__Compiler\.|embed\.)).*(\.(cmi|cmti|mli|cma)|META)$/);
  for (const [from, to] of Object.entries(META_FOLDERS)) copy(from, to, /\/META$/);
  cpSync(join(options.ownSources, "toplevel/topfind"), join(library, "topfind"));
  installStubLibraries(options);
  mkdirSync(join(library, "bin"), { recursive: true });
  for (const program of ["ocamlc", "ocamldep", "ocamlobjinfo", "ocaml", "evaluator", "embed"]) {
    cpSync(join(buildFolder, program), join(library, "bin", program));
  }
  cpSync(join(buildFolder, "boot/ocamllex"), join(library, "bin", "ocamllex"));
  const quoted = options.runCommand.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  writeFileSync(join(library, "bin", "ocamlrun"), `#!/bin/sh\nexec ${quoted.join(" ")} "$@"\n`, { mode: 0o755 });
}

/** The stub libraries, and ld.conf, which tells where they are. */
function installStubLibraries({ buildFolder, library }: BuildOptions): void {
  const folder = join(library, "stublibs");
  mkdirSync(folder, { recursive: true });
  const builtin = new Set(readFileSync(join(buildFolder, "primitives"), "utf8").split("\n"));
  for (const [directory, name] of Object.entries(STUB_LIBRARIES)) {
    const sources = readdirSync(join(buildFolder, "otherlibs", directory)).filter((f) => f.endsWith(".ml"));
    const symbols = sources
      .flatMap((f) => externalsOf(readFileSync(join(buildFolder, "otherlibs", directory, f), "utf8")))
      .filter((symbol) => !builtin.has(symbol));
    writeFileSync(join(folder, stubFile(name)), stubLibrary([...new Set(symbols)]));
  }
  writeFileSync(join(library, "ld.conf"), `${folder}\n${library}\n`);
}
