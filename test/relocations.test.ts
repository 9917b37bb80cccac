/** Code of units refers to globals and primitives only where the linker puts their numbers in, each kind where it belongs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { codeWords, FormatError, readUnits } from "../bytecode/formats/index.ts";
import { instruction } from "../bytecode/instructions/table.ts";
import { readLinkableUnits } from "../bytecode/relocations.ts";
import { verify } from "../bytecode/verifier.ts";
import { libraryDirectory } from "../loader/installation.ts";
import { testFolder } from "./support/programs.ts";

const control = new Uint8Array(readFileSync(join(testFolder("data/units"), "control.cmo")));
const [unit] = readUnits(control);

/** The file, with another word in the place of one of its code. */
function changed(word: number, to: number): Uint8Array {
  const bytes = control.slice();
  new DataView(bytes.buffer).setInt32(unit!.pos + 4 * word, to, true);
  return bytes;
}

t.test("what the compiler writes is accepted", (t) => {
  for (const name of readdirSync(libraryDirectory, { recursive: true, encoding: "utf8" })) {
    if (name.endsWith(".cma")) t.ok(readLinkableUnits(new Uint8Array(readFileSync(join(libraryDirectory, name))), name).length > 0, name);
  }
  t.equal(readLinkableUnits(control).length, 1);
  t.end();
});

t.test("a unit cannot set what it only reads, nor read what has no number", (t) => {
  const codes = (...names: string[]): number[] => names.map((name) => instruction(name).code);
  const reads = codes("GETGLOBAL", "PUSHGETGLOBAL");
  const words = new Int32Array(unit!.code.slice().buffer);
  let tried = 0;
  for (const { pos, kind } of unit!.relocs) {
    const before = (pos >> 2) - 1;
    if (!reads.includes(words[before]!) || kind === "primitive") continue;
    tried++;
    t.throws(() => readLinkableUnits(changed(before, instruction("SETGLOBAL").code), "file"), FormatError, `word ${before}: ${kind}`);
    t.throws(() => readLinkableUnits(changed(before, instruction("CONSTINT").code), "file"), FormatError, `word ${before}: a constant`);
  }
  t.ok(tried > 3, `${tried} places`);
  const constant = words.findIndex((word, i) => word === instruction("CONSTINT").code && !unit!.relocs.some(({ pos }) => pos >> 2 === i));
  t.throws(() => readLinkableUnits(changed(constant, instruction("GETGLOBAL").code), "file"), { message: /^file: .*a relocation .* is missing/ });
  t.end();
});

t.test("a number of closures below 0 is for the verifier", (t) => {
  const words = new Int32Array(unit!.code.slice().buffer);
  const at = words.findIndex((word, i) => word === instruction("CLOSUREREC").code && !unit!.relocs.some(({ pos }) => pos >> 2 === i));
  t.not(at, -1);
  for (const count of [-1, -3, -4, -100, -0x80000000]) {
    const [damaged] = readLinkableUnits(changed(at + 1, count));
    t.throws(() => verify(codeWords(damaged!.code), { mayFallOff: true }), FormatError, String(count));
  }
  t.end();
});
