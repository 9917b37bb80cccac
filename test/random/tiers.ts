/** The ways to run programs, in which all must print the same. */
import { DEBUG_CHECK_HEAP, DEBUG_STRESS } from "../../runtime/layout.ts";
import { type Outcome, type RunOptions, runToCrash } from "../support/programs.ts";
import { type Batch, type Part, UNIT } from "./batch.ts";
import { chunkOf } from "./chunks.ts";
import type { HostTier } from "./kit.ts";

/** A way to run the programs of a batch. */
export interface Tier {
  readonly name: string;
  /** Whether the program with a seed is run in it: some are slow. */
  readonly covers: (seed: number) => boolean;
  /** What is written and the status, as one text; a crash of the VM counts as what it says. */
  readonly run: (batch: Batch) => string;
}

/** An error of the compiler counts as what it says, too. Throws when binaryen crashes: it can compile nothing then. */
function textOf(attempt: () => Outcome): string {
  try {
    const { status, stdout, stderr } = attempt();
    return `${stdout}${stderr}${status === 0 ? "" : `status ${status}\n`}`;
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return `not compiled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
  }
}

/** How memory is collected: often, at every allocation; the collector's invariants are checked, or not. */
const COLLECTIONS = {
  "": {},
  checked: { debug: DEBUG_CHECK_HEAP, parameters: "s=16k" },
  stressed: { debug: DEBUG_STRESS },
  "stressed and checked": { debug: DEBUG_STRESS | DEBUG_CHECK_HEAP },
} satisfies Record<string, RunOptions>;
type Collection = keyof typeof COLLECTIONS;

const named = (name: string, collection: Collection): string => (collection === "" ? name : `${name}, ${collection}`);

/** A unit that a host loads. */
function loaded(part: Exclude<Part, "own"> | "none", host: HostTier, collection: Collection, covers: Tier["covers"]): Tier {
  const unit = { none: "bytecode", all: "native unit", some: "mixed unit" }[part];
  return {
    name: named(`${unit}, ${host} host`, collection),
    covers,
    run: (batch) => textOf(() => batch.kit.host(host, part === "none" ? batch.unit : batch.plugin(part), COLLECTIONS[collection])),
  };
}

/** A program that is linked, and compiled, as a whole. */
const program = (part: Part | "none", collection: Collection, covers: Tier["covers"]): Tier => ({
  name: named(`${{ none: "interpreted", all: "native", own: "native over an interpreted library", some: "mixed" }[part]} program`, collection),
  covers,
  run: (batch) =>
    textOf(() => runToCrash(batch.executable, { ...COLLECTIONS[collection], argv: [UNIT], ...(part !== "none" && { native: () => batch.native(part) }) })),
});

const always = (): boolean => true;
/** One chunk of some. */
const every = (chunks: number, which: number) => (seed: number): boolean => chunkOf(seed) % chunks === which;
/** One program of 1000. */
const slow = (which: number) => (seed: number): boolean => seed % 1000 === which;

/** The first is what the others are compared with. */
export const tiers: readonly Tier[] = [
  loaded("none", "interpreted", "", always),
  loaded("none", "interpreted", "checked", every(2, 0)),
  loaded("none", "native", "stressed", every(2, 1)),
  loaded("all", "native", "", always),
  loaded("all", "interpreted", "stressed", every(2, 0)),
  loaded("all", "native", "stressed", every(2, 1)),
  loaded("all", "interpreted", "checked", every(4, 3)),
  loaded("some", "interpreted", "", every(2, 0)),
  loaded("some", "native", "stressed", every(2, 1)),
  program("all", "", every(16, 8)),
  program("all", "stressed", every(16, 8)),
  program("own", "", every(16, 4)),
  program("some", "checked", every(32, 18)),
  // Dynlink allocates too much for these.
  program("none", "stressed and checked", slow(20)),
  program("own", "stressed and checked", slow(60)),
  program("some", "stressed and checked", slow(500)),
];
