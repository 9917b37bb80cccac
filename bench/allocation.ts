/** Compares how much programs allocate in the minor heap under Bactrian's tiers and OCaml's native code (README.md). */
import { join } from "node:path";
import { Command } from "commander";
import { compare } from "./compare.ts";
import { root, scratchFolder } from "./engines.ts";
import { atExit } from "./measure.ts";
import { type TierOptions, tierEngines, tierOptions, tierPrograms } from "./tiers.ts";

const folder = scratchFolder();

const command = tierOptions(new Command("bench:allocation"), 1).description(
  "Words that OCaml programs allocate in the minor heap: Bactrian's tiers against the executables of ocamlopt",
);

compare<TierOptions>(
  command,
  (options) => tierPrograms(options, folder, [join(root, "bench/at_exit/words.ml")]),
  { unit: "Mwords", digits: 2, sample: atExit(join(folder, "words"), 1e-6), lenient: true },
  tierEngines,
);
