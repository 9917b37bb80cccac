/** Tries many programs, in processes of their own. */
import { runTask } from "../support/processes.ts";

/** Milliseconds without a report after which a process is ended. */
const PATIENCE = 120_000;
/** How many programs are compiled together: as many as fit into a function that gets native code (MAX_BLOCKS in native/unit.ts). */
export const CHUNK = 20;
/** How many a process tries at most. */
const MOST = 500;

/** What a process is to do: the programs with seeds from `from` up to, but not with, `to`. */
export interface Task {
  readonly from: number;
  readonly to: number;
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

export interface Plan extends Task {
  readonly jobs: number;
  readonly progress?: (tally: Tally) => void;
}

/** Try programs. */
export async function tryPrograms({ jobs, progress, ...task }: Plan): Promise<Tally> {
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
      const failure = await runTask(new URL("worker.ts", import.meta.url), { ...task, from: at, to } satisfies Task, { patience: PATIENCE, take });
      if (failure === undefined) continue;
      const end = Math.min(to, at + CHUNK);
      if (end - at === 1) take({ next: end, findings: [{ seed: at, what: failure.stuck ? "does not end" : failure.detail }], refused: [] });
      else while (at < end) await attempt(at, ++at);
    }
  };

  const work = async (): Promise<void> => {
    while (next < task.to) {
      const from = next;
      next = Math.min(task.to, from + size);
      await attempt(from, next);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return { programs, findings, refused };
}
