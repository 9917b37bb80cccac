/** Commands of others. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A file of a name on PATH that may be executed. */
export function onPath(name: string): string | undefined {
  if (name.includes("/")) return name;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    try {
      const file = join(folder, name);
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}
