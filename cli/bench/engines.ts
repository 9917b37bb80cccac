/** What programs are run with: Bactrian's tiers, and the others' tools that are there. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import type { CoreModule } from "../../bytecode/engine.ts";
import { readExecutable } from "../../bytecode/formats/executable.ts";
import { UsageError } from "../../loader/errors.ts";
import { commandScript, ocamlVersion } from "../../loader/installation.ts";
import { SECTION } from "../../native/file.ts";
import { customSections } from "../../native/wasm-sections.ts";
import { type Measurement, measure } from "./measure.ts";
import { type EngineKind, ENGINES } from "./names.ts";
import { onPath } from "../path.ts";
import type { Program } from "./programs.ts";
import type { EngineHead } from "./results.ts";

/** A program as an engine runs it. */
export interface Prepared {
  readonly command: readonly string[];
  /** Bytes of the code: bytecode, WebAssembly, machine code (with OCaml's runtime), JavaScript. */
  readonly codeBytes: number;
  /** What making it from bytecode (ocamlopt: from the source) has taken. */
  readonly compile?: Measurement;
}

export interface Engine extends EngineHead {
  /** A program, made ready. undefined: the engine does not run such. Throws PrepareError. */
  readonly prepare: (program: Program, signal?: AbortSignal) => Promise<Prepared | undefined>;
  /** Whether it reads the bytecode of the OCaml only that it was built with, and does not say of which. */
  readonly isParticular?: boolean;
  /** Whether it was asked for by name. */
  readonly isWanted?: boolean;
}

/** A program that an engine cannot run; the message is what its compiler says. */
export class PrepareError extends Error {
  override readonly name = "PrepareError";
}

export interface EngineOptions {
  readonly tiers?: readonly EngineKind[] | undefined;
  /** Paths of Nodes that Bactrian is run with; default: this one. */
  readonly node?: readonly string[] | undefined;
  /** Scripts of the command (dist/cli/main.js), of builds that are compared; default: this one. */
  readonly bactrian?: readonly string[] | undefined;
  readonly ocamlrun?: string | undefined;
  readonly ocamlopt?: string | undefined;
  /** Names of functions that are native in the tier "mixed"; default: every second function. */
  readonly mixed?: RegExp | undefined;
  /** Where to put what is made. */
  readonly folder: string;
  readonly core: CoreModule;
}

/** Seconds that a compiler has. */
const COMPILER_PATIENCE = 600;

/** What a tool says of its version; undefined if it cannot be run. */
function versionOf(file: string, option: string): string | undefined {
  try {
    return /\d+(\.\d+)+\S*/.exec(execFileSync(file, [option], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }))?.[0];
  } catch {
    return undefined;
  }
}

const minor = (version: string): string => version.split(".").slice(0, 2).join(".");

/** Compile with a command: what that has taken. */
async function compiling(command: readonly string[], signal?: AbortSignal): Promise<Measurement> {
  const measured = await measure(command, { timeout: COMPILER_PATIENCE, ...(signal && { signal }) });
  if (measured.ending !== 0) throw new PrepareError(`${basename(command[0]!)}: ${measured.stderr.trim() || measured.ending}`);
  return measured;
}

interface Tools {
  readonly node: string;
  readonly script: string;
  readonly options: EngineOptions;
  /** Before the extension of files, so that those of several builds do not collide. */
  readonly tag: string;
}

type Tier = "interp" | "native" | "mixed";

const tiers: Readonly<Record<Tier, (tools: Tools) => Engine["prepare"]>> = {
  interp: ({ node, script }) => async ({ bytecode }) => ({
    command: [node, script, "run", "--tier", "interp", bytecode],
    codeBytes: readExecutable(readFileSync(bytecode), bytecode).code.length,
  }),
  native: ({ node, script, options, tag }) => async ({ bytecode, id }, signal) => {
    const file = join(options.folder, `${id}${tag}.wasm`);
    const compile = await compiling([node, script, "compile", "-o", file, bytecode], signal);
    return { command: [node, script, "run", file], codeBytes: moduleBytes(file), compile };
  },
  mixed: ({ node, script, options }) => async ({ bytecode, id }) => {
    const file = join(options.folder, `${id}.mixed.wasm`);
    const { compileInput, programInput, writeNativeFile } = await import("../native.ts");
    const program = readExecutable(readFileSync(bytecode), bytecode);
    const { mixed } = options;
    const chosen = mixed ? (_: number, name: string) => mixed.test(name) : (i: number) => i % 2 === 1;
    const native = await compileInput(programInput(program, options.core, chosen), { file: bytecode });
    writeFileSync(file, writeNativeFile(native));
    return { command: [node, script, "run", file], codeBytes: moduleBytes(file) };
  },
};

/** The module without the bytecode that its file holds. */
function moduleBytes(file: string): number {
  const bytes = readFileSync(file);
  return customSections(bytes).find(({ name }) => name === SECTION)?.start ?? bytes.length;
}

/** The bytes of an ELF file that are executed (ELF-64, little-endian: e_phoff, e_phentsize, e_phnum); of others all. */
function machineCode(file: string): number {
  const bytes = readFileSync(file);
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) return bytes.length;
  const [table, size, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  const segments = Array.from({ length: count }, (_, i) => bytes.subarray(table + i * size, table + (i + 1) * size));
  const executable = segments.filter((s) => s.readUInt32LE(0) === 1 && (s.readUInt32LE(4) & 1) !== 0);
  return executable.reduce((sum, s) => sum + Number(s.readBigUInt64LE(32)), 0);
}

/** What tells a build of Bactrian from others (bundle.ts). */
function identityOf(script: string): string | undefined {
  try {
    return readFileSync(join(dirname(realpathSync(script)), "..", "identity"), "utf8");
  } catch {
    return undefined;
  }
}

/** Bactrian's tiers: in each build, with each Node. */
function bactrians(wanted: readonly Tier[], options: EngineOptions): Engine[] {
  const { node: nodes = [process.execPath], bactrian: scripts = [commandScript] } = options;
  return nodes.flatMap((node) => {
    const version = versionOf(node, "--version");
    if (version === undefined) throw new UsageError(`${node}: is no Node that can be run. Give the path of one to --node`);
    return scripts.flatMap((script, build) =>
      wanted
        .filter((tier) => tier !== "mixed" || script === commandScript)
        .map((tier): Engine => {
          const parts = [tier, ...(nodes.length > 1 ? [`Node ${version}`] : []), ...(scripts.length > 1 ? [script] : [])];
          const tag = `.${build}.${version}`;
          return { name: parts.join(", "), version: `Node ${version}`, build: identityOf(script), prepare: tiers[tier]({ node, script, options, tag }) };
        }),
    );
  });
}

type Foreign = Exclude<EngineKind, Tier>;

interface ForeignTool {
  readonly versionOption: string;
  /** Whether it understands files of OCaml 5.3 only, or only makes programs that are comparable with that. */
  readonly sameOcaml: boolean;
  readonly isParticular?: boolean;
  readonly prepare: (file: string, options: EngineOptions) => Engine["prepare"];
}

/** Compilers of bytecode for JavaScript's engines. */
const forJavaScript = (assets: string): ForeignTool => ({
  versionOption: "--version",
  sameOcaml: false,
  isParticular: true,
  prepare: (file, { folder }) => async ({ bytecode, id }, signal) => {
    const target = join(folder, `${id}.${basename(file)}.js`);
    const compile = await compiling([file, bytecode, "-o", target], signal);
    const files = [target, ...filesIn(target.replace(/js$/, assets))];
    return { command: [process.execPath, target], codeBytes: files.reduce((sum, f) => sum + statSync(f).size, 0), compile };
  },
});

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

const foreign: Readonly<Record<Foreign, ForeignTool>> = {
  ocamlrun: {
    versionOption: "-version",
    sameOcaml: true,
    prepare: (file) => async ({ bytecode }) => ({
      command: [file, bytecode],
      codeBytes: readExecutable(readFileSync(bytecode), bytecode).code.length,
    }),
  },
  ocamlopt: {
    versionOption: "-version",
    sameOcaml: true,
    prepare: (file, { folder }) => async ({ source, id }, signal) => {
      if (source === undefined) return undefined;
      const target = join(folder, `${id}.exe`);
      const compile = await compiling([file, "-I", folder, "-o", target, source], signal);
      return { command: [target], codeBytes: machineCode(target), compile };
    },
  },
  js_of_ocaml: forJavaScript("none"),
  wasm_of_ocaml: forJavaScript("assets"),
};

/** One of the others' tools. undefined: it is not there. Throws UsageError when it has been asked for. */
function foreignEngine(kind: Foreign, options: EngineOptions, warn: (message: string) => void): Engine | undefined {
  const given = kind === "ocamlrun" || kind === "ocamlopt" ? options[kind] : undefined;
  const wanted = given !== undefined || (options.tiers?.includes(kind) ?? false);
  const { versionOption, sameOcaml, isParticular, prepare } = foreign[kind];
  const file = onPath(given ?? kind);
  const version = file && versionOf(file, versionOption);
  const problem =
    version === undefined
      ? file === undefined ? "is not on PATH" : `${file} cannot be run`
      : sameOcaml && minor(version) !== minor(ocamlVersion) ? `${file} is of OCaml ${version}, not ${minor(ocamlVersion)}` : undefined;
  if (file !== undefined && version !== undefined && problem === undefined) {
    const build = createHash("sha256").update(readFileSync(file)).digest("hex");
    return { name: kind, version, build, prepare: prepare(file, options), isWanted: wanted, ...(isParticular && { isParticular }) };
  }
  if (wanted) throw cannotBeUsed(kind, problem!);
  if (file !== undefined) warn(`${kind} is left out: ${problem}`);
  return undefined;
}

const cannotBeUsed = (name: string, problem: string): UsageError =>
  new UsageError(`${name}: ${problem}. Install it, or leave it out of --tiers`);

/** The engines that take bytecode of this OCaml, as they do with `program`. Throws UsageError for others that were asked for. */
export async function usable(engines: readonly Engine[], program: Program, warn: (message: string) => void): Promise<Engine[]> {
  const found: Engine[] = [];
  for (const engine of engines) {
    try {
      if (engine.isParticular) await engine.prepare(program);
      found.push(engine);
    } catch (e) {
      if (!(e instanceof PrepareError)) throw e;
      const problem = `version ${engine.version} does not take bytecode of OCaml ${ocamlVersion}: ${e.message}`;
      if (engine.isWanted) throw cannotBeUsed(engine.name, problem);
      warn(`${engine.name} is left out: ${problem}`);
    }
  }
  return found;
}

const isTier = (kind: EngineKind): kind is Tier => kind in tiers;

/** The engines that are asked for, or all that are there. Throws UsageError. */
export function findEngines(options: EngineOptions, warn: (message: string) => void): Engine[] {
  const kinds = options.tiers ?? ENGINES;
  return kinds.flatMap((kind) => {
    if (isTier(kind)) return bactrians([kind], options);
    const engine = foreignEngine(kind, options, warn);
    return engine ? [engine] : [];
  });
}
