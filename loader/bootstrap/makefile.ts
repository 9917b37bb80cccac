/** Reading what we need of OCaml's makefiles: variables that list sources, and dependency files. */

/** Lines joined at backslashes, comments removed. */
function logicalLines(text: string): string[] {
  return text
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.replace(/#.*/, ""));
}

/**
 * The words of a variable, with $(other variables) and $(addprefix p,words) expanded.
 * `given`: variables that configure sets. Throws when a variable is not there.
 */
export function makeVariable(text: string, name: string, given: Readonly<Record<string, string>> = {}): string[] {
  const lines = logicalLines(text);
  const expand = (variable: string): string => {
    if (given[variable] !== undefined) return given[variable];
    const prefix = new RegExp(`^${variable}\\s*=`);
    const line = lines.find((l) => prefix.test(l));
    if (line === undefined) throw new Error(`the makefile has no variable ${variable}`);
    let words = line.replace(prefix, "");
    for (let before = ""; before !== words; ) {
      before = words; // from the inside out
      words = words
        .replace(/\$\((\w+)\)/g, (_, other: string) => expand(other))
        .replace(/\$\(addprefix\s+([^,()]*),([^()]*)\)/g, (_, p: string, inner: string) =>
          split(inner)
            .map((w) => p.trim() + w)
            .join(" "),
        );
    }
    return words;
  };
  return split(expand(name));
}

function split(words: string): string[] {
  return words.split(/\s+/).filter((w) => w !== "");
}

/** Prerequisites of each target of a file written by ocamldep. */
export function parseDepend(text: string): Map<string, string[]> {
  const result = new Map<string, string[]>();
  for (const line of logicalLines(text)) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const prerequisites = line.slice(colon + 1).trim().split(/\s+/);
    for (const target of line.slice(0, colon).trim().split(/\s+/)) {
      result.set(target, [...(result.get(target) ?? []), ...prerequisites.filter((p) => p !== "")]);
    }
  }
  return result;
}
