/** Compares the speed of Bactrian's tiers with OCaml's native code: user time, taken alternately (README.md). */
import { Command } from "commander";
import { compare } from "./compare.ts";
import { scratchFolder } from "./engines.ts";
import { userTime } from "./measure.ts";
import { type TierOptions, tierEngines, tierOptions, tierPrograms } from "./tiers.ts";

const command = tierOptions(new Command("bench:native"), 3).description(
  "Speed of OCaml programs: Bactrian's tiers against the executables of ocamlopt, in user time",
);

compare<TierOptions>(
  command,
  (options) => tierPrograms(options, scratchFolder()),
  { unit: "s", digits: 2, sample: userTime, lenient: true },
  tierEngines,
);
