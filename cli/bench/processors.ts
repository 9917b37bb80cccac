/** The processors that this process may use. */
import { readFileSync } from "node:fs";
import { onPath } from "../path.ts";

/** Their numbers, as Linux tells them (proc_pid_status(5): Cpus_allowed_list). Elsewhere: none. */
function allowedProcessors(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
    return list.split(",").flatMap((range) => {
      const [first, last] = range.split("-").map(Number) as [number, number?];
      return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
    });
  } catch {
    return [];
  }
}

/** Looked up once. */
let choice: { readonly taskset: string | undefined; readonly processors: readonly number[] } | undefined;

/** A command that stays on one processor, the nth that there is; without Linux's `taskset` the command as it is. */
export function onProcessor(n: number, command: readonly string[]): readonly string[] {
  choice ??= { taskset: onPath("taskset"), processors: allowedProcessors() };
  const { taskset, processors } = choice;
  if (taskset === undefined || processors.length === 0) return command;
  return [taskset, "-c", String(processors[n % processors.length]!), ...command];
}
