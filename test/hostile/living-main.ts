/**
 * Loads many damaged units and plugins into one living session (npm run hostile:session -- [options]): see living.ts.
 *
 *     --count N      units, units without checksum, and plugins, N of each (default: 5000)
 *     --seed N       the first seed (default: 0)
 *     --native       the session's program is native code
 */
import { parseArgs } from "node:util";
import { type Fates, KINDS, live, type Memory, prepareMaterial } from "./living.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "5000" },
    seed: { type: "string", default: "0" },
    native: { type: "boolean", default: false },
  },
});

const described = (fates: Fates): string => Object.entries(fates).map(([fate, n]) => `${n} ${fate}`).join(", ");
const grown = (name: keyof Memory, range: readonly Memory[]): string =>
  `${name} ${range.map((memory) => (memory[name] / 2 ** 20).toFixed(1)).join(" → ")} MB`;

const material = prepareMaterial(values.native);
const started = performance.now();
const { rehearsed, fates, memory } = await live(material, Number(values.count), Number(values.seed));
console.log(`rehearsed: ${described(rehearsed)}`);
const NAMES = { unit: "units", unchecked: "units without checksum", plugin: "plugins" };
for (const kind of KINDS) console.log(`${NAMES[kind]}: ${described(fates[kind])}`);
console.log(`memory: ${(["live", "machine", "resident"] as const).map((name) => grown(name, memory)).join(", ")}`);
console.log(`${((performance.now() - started) / 1000).toFixed(0)} s, of which ${(process.cpuUsage().user / 1e6).toFixed(0)} s of the processor`);
