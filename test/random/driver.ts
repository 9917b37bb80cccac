/** Tries many programs, in processes of their own. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTask } from "../support/processes.ts";
import { CHUNK, nextChunk } from "./chunks.ts";
import { makeKit } from "./kit.ts";

/** Milliseconds without a report after which a process is ended. */
const PATIENCE = 120_000;
/** From as many programs on it pays to make native code of OCaml's compiler first. */
const MANY = 1500;

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
  readonly findings: readonly Finding[];
  readonly refused: readonly Finding[];
}

export interface Plan extends Omit<Task, "kit"> {
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

  const attempt = async (from: number, to: number): Promise<void> => {
    let at = from;
    const take = (report: Report): void => {
      programs += report.next - at;
      at = report.next;
      findings.push(...report.findings);
      refused.push(...report.refused);
      progress?.({ programs, findings, refused });
    };
    while (at < to) {
      const failure = await runTask(new URL("worker.ts", import.meta.url), { ...task, kit, from: at, to } satisfies Task, { patience: PATIENCE, take });
      if (failure === undefined) continue;
      const end = nextChunk(at, to);
      if (end - at === 1) take({ next: end, findings: [{ seed: at, what: failure.stuck ? "does not end" : failure.detail }], refused: [] });
      else while (at < end) await attempt(at, ++at);
    }
  };

  const work = async (): Promise<void> => {
    while (next < task.to) {
      const from = next;
      next = nextChunk(from + size - 1, task.to);
      await attempt(from, next);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return { programs, findings, refused };
}
