/** Tries the program on standard input with the kit in the folder that is named (alone.ts). */
import { readFileSync } from "node:fs";
import { DIFFERENT } from "./alone.ts";
import { compare } from "./compare.ts";
import { Kit } from "./kit.ts";
import type { Program } from "./program.ts";
import { tiers } from "./tiers.ts";

const program = JSON.parse(readFileSync(0, "utf8")) as Program;
const covering = tiers.filter(({ covers }) => covers(program.seed));
const { differences } = compare([program], { kit: new Kit(process.argv[2]!), tiers: covering, references: [] });
if (differences.length > 0) process.exitCode = DIFFERENT;
