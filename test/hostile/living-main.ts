/**
 * Loads many damaged plugins and units into one living session (npm run hostile:session -- [options]): see living.ts.
 *
 *     --count N      units and plugins, N of each (default: 5000)
 *     --seed N       the first seed (default: 0)
 *     --native       the session's program is native code
 */
import { parseArgs } from "node:util";
import { type Fates, live, type Memory, prepareMaterial } from "./living.ts";

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
const { rehearsed, units, plugins, memory } = await live(material, Number(values.count), Number(values.seed));
console.log(`rehearsed units: ${described(rehearsed)}`);
console.log(`units, in one session: ${described(units)}`);
console.log(`plugins, in the same: ${described(plugins)}`);
console.log(`memory: ${(["live", "machine", "resident"] as const).map((name) => grown(name, memory)).join(", ")}`);
console.log(`${((performance.now() - started) / 1000).toFixed(0)} s, of which ${(process.cpuUsage().user / 1e6).toFixed(0)} s of the processor`);
