/** The examples do what their READMEs show. */
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { consoleCommands, expectation, perform } from "./support/console.ts";

const examples = fileURLToPath(new URL("../examples/", import.meta.url));

for (const name of readdirSync(examples)) {
  t.test(name, (t) => {
    const folder = t.testdir({});
    cpSync(join(examples, name), folder, { recursive: true });
    const commands = consoleCommands(readFileSync(join(folder, "README.md"), "utf8"));
    t.ok(commands.length > 0);
    // Nobody's own .ocamlinit, packages or cache.
    const environment = { HOME: folder, XDG_CONFIG_HOME: folder, BACTRIAN_CACHE: join(folder, ".cache"), OCAMLPATH: "", OPAM_SWITCH_PREFIX: "" };
    for (const command of commands) t.match(perform(command, folder, environment), expectation(command.shown), command.command);
    t.end();
  });
}
