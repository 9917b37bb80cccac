/** Tries damaged files in a process of its own, which can be ended when it hangs. */
import { loadCore } from "../../loader/installation.ts";
import { Attempts, type Result } from "./attempts.ts";
import { mutate } from "./mutations.ts";
import { contentsOf, type Subject } from "./subjects.ts";

/** What the process is to do: the mutations of a file with seeds from `from` up to, but not with, `to`. */
export interface Task {
  readonly subject: Subject;
  readonly from: number;
  readonly to: number;
}

/** What it says after each mutation. */
export interface Report extends Result {
  readonly seed: number;
  readonly damage: string;
}

const { subject, from, to } = JSON.parse(process.argv[2]!) as Task;
const { bytes, regions } = contentsOf(subject);
const attempts = new Attempts(loadCore(), subject);
for (let seed = from; seed < to; seed++) {
  const mutant = mutate(bytes, regions, seed);
  const result = await attempts.try(mutant.bytes);
  const report: Report = { ...result, seed, damage: mutant.damage };
  process.send!(report);
}
// Programs that wait for something when their time is over do not keep it from ending.
process.disconnect();
process.exit();
