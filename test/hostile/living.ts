/**
 * One living session: a program that loads damaged units, libraries and plugins with Dynlink, one after the other, and must do
 * some work after each.
 *
 * Checksums tell the damage to plugins, and to what the command `bactrian ocamlc` has compiled. Units of other compilers have
 * none: what the verifier lets through runs, and can do what code without types can do, up to the crash that ends a program. So
 * they are rehearsed in sessions of their own first, whose heap is checked after each of them. Such a session ends with the first crash or
 * wrong block; what ends one is left out of the living session, and counted.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CoreModule, Engine } from "../../bytecode/engine.ts";
import { fn, int, string, unit } from "../../loader/codecs.ts";
import { libraryDirectory, loadCore } from "../../loader/installation.ts";
import { Runtime } from "../../loader/runtime.ts";
import { checksumOf } from "../../bytecode/formats/checksum.ts";
import { compileExecutable, compileLibrary } from "../../native/compile.ts";
import { writeNativeFile } from "../../native/file-write.ts";
import { CELL_DEBUG, DEBUG_CHECK_HEAP } from "../../runtime/layout.ts";
import { readExecutable } from "../../bytecode/formats/executable.ts";
import { ocamlc, testFolder } from "../support/programs.ts";
import { limitTime, ListeningHost, TIME } from "./host.ts";
import { mutate, type Region, regionsOf } from "./mutations.ts";

const MEMORY = 64 << 20;
/** What the living session may take for a file that has been rehearsed, and for the work after it, in milliseconds of the processor. */
const PATIENCE = 60_000;

/** How what was loaded has ended; `ended`: with the session, which has crashed or run out of time. */
export type Fate = "loaded" | "raised" | "refused" | "ended";
export type Fates = Readonly<Record<Fate, number>>;

/** What is damaged: a .cmo or .cma as `bactrian ocamlc` writes it; as other compilers do, without a checksum; a .cmxs. */
export const KINDS = ["unit", "unchecked", "plugin"] as const;
export type Kind = (typeof KINDS)[number];
type OfEach<T> = Readonly<Record<Kind, T>>;

interface Subject {
  readonly bytes: Uint8Array;
  readonly regions: readonly Region[];
}

/** The program, and what is damaged. */
export interface Material {
  readonly core: CoreModule;
  /** A bytecode executable, or what `bactrian compile` makes of it. */
  readonly program: Uint8Array;
  readonly subjects: OfEach<readonly Subject[]>;
}

/** `native`: whether the program is. */
export function prepareMaterial(native: boolean): Material {
  const core = loadCore();
  const folder = mkdtempSync(join(tmpdir(), "bactrian-living-"));
  try {
    const source = (name: string): string => join(testFolder("hostile/session"), name);
    const dynlink = ["-I", join(libraryDirectory, "dynlink")];
    for (const name of ["session", "plugin", "user"]) ocamlc(folder, ["-g", ...dynlink, "-I", ".", "-o", `${name}.cmo`, "-c", source(`${name}.ml`)]);
    ocamlc(folder, ["-g", "-linkall", ...dynlink, "dynlink.cma", "session.cmo", "-o", "session.byte"]);
    ocamlc(folder, ["-a", "plugin.cmo", "user.cmo", "-o", "both.cma"]);
    const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
    const executable = readExecutable(read("session.byte"), "session");
    const units = ["plugin.cmo", "both.cma"].map((name) => ({ name, bytes: read(name) }));
    return {
      core,
      program: native ? writeNativeFile(compileExecutable(executable, core)) : executable.bytes,
      subjects: {
        unit: units.map(({ bytes }) => {
          const checked = new Uint8Array(Buffer.concat([bytes, checksumOf(bytes)]));
          return { bytes: checked, regions: regionsOf(checked) };
        }),
        unchecked: units.map(({ bytes }) => ({ bytes, regions: regionsOf(bytes) })),
        plugin: units.map(({ name, bytes }) => {
          const plugin = writeNativeFile(compileLibrary(bytes, core, name));
          return { bytes: plugin, regions: [{ name: "file", start: 0, end: plugin.length }] };
        }),
      },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Session {
  private readonly runtime: Runtime;
  private readonly host: ListeningHost;
  private readonly startTime: () => void;
  private readonly expected: string;
  private readonly checked: boolean;
  private loads = 0;

  private constructor(runtime: Runtime, host: ListeningHost, checked: boolean) {
    this.runtime = runtime;
    this.host = host;
    this.checked = checked;
    this.startTime = limitTime(runtime["engine"] as Engine, checked ? TIME : PATIENCE);
    this.expected = this.work();
  }

  /** `checked`: the heap is, after each file. */
  static async start({ core, program }: Material, checked: boolean): Promise<Session> {
    const host = new ListeningHost();
    const runtime = await Runtime.create({ core, host, parameters: "l=64k", limits: { memoryBytes: MEMORY } });
    await runtime.run(program);
    return new Session(runtime, host, checked);
  }

  measure(): Memory {
    const { memory } = (this.runtime["engine"] as Engine).machine;
    const live = 8 * this.runtime.call("live", fn([unit], int), undefined);
    return { live, machine: memory.buffer.byteLength, resident: process.memoryUsage.rss() };
  }

  private work(): string {
    const { machine } = this.runtime["engine"] as Engine;
    machine.i32[CELL_DEBUG >>> 2] = this.checked ? DEBUG_CHECK_HEAP : 0;
    const result = this.runtime.call("work", fn([int], string), this.loads++);
    machine.i32[CELL_DEBUG >>> 2] = 0;
    return result;
  }

  /** Load a file. How that has ended; throws what ends the session. */
  load(bytes: Uint8Array): Fate {
    this.host.input = bytes;
    this.startTime();
    const said = this.runtime.call("load", fn([string], string), "/plugin");
    const result = this.work();
    if (result !== this.expected) throw new Error(`the session is damaged: ${result} instead of ${this.expected}, after ${said}`);
    const fate = (["loaded", "raised", "refused"] as const).find((fate) => said.startsWith(fate));
    if (!fate) throw new Error(`the session says ${said}`);
    return fate;
  }
}

const nothing = (): Record<Fate, number> => ({ loaded: 0, raised: 0, refused: 0, ended: 0 });

interface DamagedFile {
  readonly kind: Kind;
  readonly seed: number;
  readonly bytes: () => Uint8Array;
}

/** Far from the seeds that are in use. */
const OTHER_SEED = 1 << 24;

/** A file with some damage: a mutation may leave it as it is. */
function damage({ bytes, regions }: Subject, seed: number): Uint8Array {
  const mutant = mutate(bytes, regions, seed).bytes;
  return Buffer.compare(mutant, bytes) === 0 ? damage({ bytes, regions }, seed + OTHER_SEED) : mutant;
}

/** A damaged file, known by its seed. */
function damagedFile(material: Material, kind: Kind, seed: number): DamagedFile {
  const subjects = material.subjects[kind];
  return { kind, seed, bytes: () => damage(subjects[seed % subjects.length]!, seed) };
}

export interface Living {
  /** How the units without checksum have ended that were rehearsed. */
  readonly rehearsed: Fates;
  /** What became of each kind of file in the living session. */
  readonly fates: OfEach<Fates>;
  /** Before the first file, and after the last one. */
  readonly memory: readonly [Memory, Memory];
}

/** In bytes. */
export interface Memory {
  /** Of values. */
  readonly live: number;
  /** Of the machine, which never shrinks: what the greediest unit has wanted, up to the limit. */
  readonly machine: number;
  /** Of the process. */
  readonly resident: number;
}

/**
 * Rehearse damaged units without checksum until `count` have left their session alive; load them, and as many damaged files of each
 * other kind, into one session.
 */
export async function live(material: Material, count: number, seed: number): Promise<Living> {
  const rehearsed = nothing();
  const files: DamagedFile[] = [];
  let rehearsal: Session | undefined;
  for (let next = seed; files.length < KINDS.length * count; next++) {
    const [unit, unchecked, plugin] = KINDS.map((kind) => damagedFile(material, kind, next));
    rehearsal ??= await Session.start(material, true);
    try {
      rehearsed[rehearsal.load(unchecked!.bytes())]++;
      files.push(unit!, unchecked!, plugin!);
    } catch {
      rehearsed.ended++;
      rehearsal = undefined;
    }
  }
  rehearsal = undefined;
  const session = await Session.start(material, false);
  const before = session.measure();
  const fates = { unit: nothing(), unchecked: nothing(), plugin: nothing() };
  for (const { kind, seed, bytes } of files) {
    try {
      fates[kind][session.load(bytes())]++;
    } catch (e) {
      throw new Error(`${kind} of seed ${seed}: ${(e as Error).message}`, { cause: e });
    }
  }
  return { rehearsed, fates, memory: [before, session.measure()] };
}
