/** Tries many programs, in processes of their own. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTask } from "../support/processes.ts";
import { CHUNK, nextChunk } from "./chunks.ts";
import { makeKit } from "./kit.ts";

/** Milliseconds without a report, of which there is one for each tier, after which a process is ended. */
const PATIENCE = 150_000;
/** From as many programs on it pays to make native code of OCaml's compiler first. */
const MANY = 1500;

const WORKER = new URL("worker.ts", import.meta.url);

/** How many a process tries at most. */
const MOST = 500;

/** What a process is to do: the programs with seeds from `from` up to, but not with, `to`. */
export interface Task {
  readonly from: number;
  readonly to: number;
  /** The folder with the kit. */
  readonly kit: string;
  /** A folder with OCaml's compilers. */
  readonly reference?: string | undefined;
  /** A folder for programs that fail. */
  readonly output: string;
  /** How long programs that fail are made smaller, for a chunk of programs. */
  readonly seconds: number;
  /** There is one program, which may end or keep busy the process that tries it: it is tried in further ones. */
  readonly fatal?: boolean;
}

/** Something that is wrong. */
export interface Finding {
  readonly seed: number;
  readonly what: string;
}

/** What a process says now and then. */
export interface Report {
  /** The first seed that has not been tried. */
  readonly next: number;
  readonly findings: readonly Finding[];
  /** Programs that OCaml's own compilers failed on. */
  readonly refused: readonly Finding[];
}

export interface Tally {
  readonly programs: number;
  /** All programs with seeds below this have been tried: to go on later, begin here. */
  readonly below: number;
  readonly findings: readonly Finding[];
  readonly refused: readonly Finding[];
}

export interface Plan extends Omit<Task, "kit" | "fatal"> {
  readonly jobs: number;
  /** A folder where the kit is, or is to be kept; absent: it is made for this time only. */
  readonly kit?: string | undefined;
  readonly progress?: (tally: Tally) => void;
}

/** Try programs. */
export async function tryPrograms({ kit: kept, ...plan }: Plan): Promise<Tally> {
  const kit = kept ?? mkdtempSync(join(tmpdir(), "bactrian-random-kit-"));
  try {
    mkdirSync(kit, { recursive: true });
    makeKit(kit, plan.to - plan.from >= MANY ? ["host", "ocamlc"] : ["host"]);
    return await tryWith(kit, plan);
  } finally {
    if (kept === undefined) rmSync(kit, { recursive: true, force: true });
  }
}

async function tryWith(kit: string, { jobs, progress, ...task }: Omit<Plan, "kit">): Promise<Tally> {
  let programs = 0;
  const findings: Finding[] = [];
  const refused: Finding[] = [];
  const size = Math.min(MOST, CHUNK * Math.ceil((task.to - task.from) / jobs / CHUNK));
  let next = task.from;
  /** Where each process is. */
  const places = new Map<number, number>();
  const tally = (): Tally => ({ programs, below: Math.min(next, ...places.values()), findings, refused });

  const attempt = async (from: number, to: number, job?: number): Promise<void> => {
    let at = from;
    const take = (report: Report): void => {
      programs += report.next - at;
      at = report.next;
      findings.push(...report.findings);
      refused.push(...report.refused);
      if (job !== undefined) places.set(job, at);
      progress?.(tally());
    };
    while (at < to) {
      const failure = await runTask(WORKER, { ...task, kit, from: at, to } satisfies Task, { patience: PATIENCE, take });
      if (failure === undefined) continue;
      const end = nextChunk(at, to);
      await narrow(at, end, failure.stuck ? "does not end" : failure.detail);
      at = end;
      if (job !== undefined) places.set(job, at);
    }
  };

  /** A process that has tried these programs has failed: find out which of them it was. */
  const narrow = async (from: number, to: number, what: string): Promise<void> => {
    const report = (found: Finding): void => {
      findings.push(found);
      progress?.(tally());
    };
    if (to - from > 1) {
      const middle = Math.floor((from + to) / 2);
      await attempt(from, middle);
      await attempt(middle, to);
      const known = findings.some(({ seed }) => seed >= from && seed < to);
      if (!known) report({ seed: from, what: `${what}, only together with those up to ${to - 1}` });
      return;
    }
    let found: Finding | undefined;
    const take = ({ findings: [finding] }: Report): void => void (found ??= finding);
    const failure = await runTask(WORKER, { ...task, kit, from, to, fatal: true } satisfies Task, { patience: PATIENCE, take });
    programs++;
    report(found ?? { seed: from, what: `${what}${failure ? `, and so does what makes it smaller: ${failure.detail}` : ", not when it is tried again"}` });
  };

  const work = async (job: number): Promise<void> => {
    while (next < task.to) {
      const from = next;
      places.set(job, from);
      next = nextChunk(from + size - 1, task.to);
      await attempt(from, next, job);
    }
    places.delete(job);
  };
  await Promise.all(Array.from({ length: jobs }, (_, job) => work(job)));
  return tally();
}
