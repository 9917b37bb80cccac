/** Checksums of units and libraries: what `bactrian ocamlc` writes has one, and all damage to it is found. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { checksumOf } from "../bytecode/formats/checksum.ts";
import { readUnits } from "../bytecode/formats/index.ts";
import { unlessMalformed } from "../bytecode/formats/errors.ts";
import { withRequirements } from "../bytecode/formats/requirements.ts";
import { Command } from "./support/command.ts";
import { ocamlc } from "./support/programs.ts";

const command = new Command(t);
const { folder } = command;
const CHECKSUM = checksumOf(new Uint8Array()).length;
const BUILD: readonly (readonly string[])[] = [
  ["-c", "first.ml", "second.ml"],
  ["-a", "-o", "both.cma", "first.cmo", "second.cmo"],
  ["-pack", "-o", "packed.cmo", "first.cmo", "second.cmo"],
];
const MADE = ["first.cmo", "second.cmo", "both.cma", "packed.cmo"];
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));

const damages = (bytes: Uint8Array): boolean => unlessMalformed(() => readUnits(bytes)) === undefined;

t.before(async () => {
  writeFileSync(join(folder, "first.ml"), 'let words = [ "one"; "two" ]\nlet count = List.length words\n');
  writeFileSync(join(folder, "second.ml"), "let () = print_int First.count\n");
  for (const args of BUILD) await command.run(["ocamlc", ...args]);
});

t.test("the command adds a checksum to what OCaml's compiler writes, and nothing else", async (t) => {
  const checked = MADE.map(read);
  for (const args of BUILD) ocamlc(folder, args); // over it, without the command
  MADE.forEach((name, i) => {
    const bytes = read(name);
    const both = new Uint8Array(bytes.length + CHECKSUM);
    both.set(bytes);
    both.set(checksumOf(bytes), bytes.length);
    t.same(checked[i], both, name);
    t.notOk(damages(checked[i]!), `${name} is read`);
    writeFileSync(join(folder, name), checked[i]!);
  });
  // A file that has one, and a file that is none, stay as they are.
  t.equal((await command.run(["ocamlc", "-o", "program", "both.cma", "-linkall"])).status, 0);
  t.equal((await command.run(["run", "program"])).stdout, "2");
  t.same(read("both.cma"), checked[2]);
});

t.test("every flipped bit is found, and every cut but that of the whole checksum", (t) => {
  for (const name of ["first.cmo", "both.cma"]) {
    const bytes = read(name);
    const missed: number[] = [];
    for (let bit = 0; bit < 8 * bytes.length; bit += 3) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      if (!damages(bytes)) missed.push(bit);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
    t.same(missed, [], `${name}: ${8 * bytes.length} bits`);
    const good = Array.from(bytes.keys()).filter((length) => !damages(bytes.subarray(0, length)));
    t.same(good, [bytes.length - CHECKSUM], `${name}: where it may end`);
  }
  t.end();
});

t.test("requirements follow the checksum", (t) => {
  const bytes = withRequirements(read("second.cmo"), [{ unit: "First", digest: "0".repeat(32) }]);
  t.notOk(damages(bytes));
  bytes[100]! ^= 1;
  t.ok(damages(bytes));
  t.end();
});

t.test("what is said of a damaged unit", async (t) => {
  const bytes = read("second.cmo");
  bytes[readUnits(bytes)[0]!.pos]! ^= 1;
  writeFileSync(join(folder, "damaged.cmo"), bytes);
  await command.refuses(t, ["run", "damaged.cmo"], "damaged.cmo: ", /the file is damaged: its checksum is another .*Build it again/);
  // Nor do bad files end a toplevel.
  writeFileSync(join(folder, "short.cmo"), bytes.subarray(0, 5));
  const { stdout } = await command.run(["top", "-noprompt"], {}, { input: '#load "damaged.cmo";;\n#load "short.cmo";;\n1 + 1;;\n' });
  t.match(stdout, /Cannot load damaged\.cmo\.\nReason: the file is damaged: its checksum is another/);
  t.match(stdout, /Cannot load short\.cmo\.\nReason: it ends too early/);
  t.match(stdout, /- : int = 2/);
});
