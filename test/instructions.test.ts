/** The instruction table against OCaml's own header (runtime/caml/instruct.h). */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import t from "tap";
import { FILE_OPCODES, instruction, instructions, opcode } from "../bytecode/instructions/table.ts";

const ocaml = dirname(createRequire(import.meta.url).resolve("ocaml/package.json"));

/** The names in `enum instructions`, in order. */
function headerNames(): string[] {
  const source = readFileSync(join(ocaml, "runtime/caml/instruct.h"), "utf8");
  const body = /enum instructions \{([^}]*)FIRST_UNIMPLEMENTED_OP/.exec(source)![1]!;
  return body.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

/** Number of operand words by name, from the initialisation of opcode_nargs in runtime/fix_code.c. */
function headerOperands(): Map<string, number> {
  const source = readFileSync(join(ocaml, "runtime/fix_code.c"), "utf8");
  const counts = new Map<string, number>();
  for (const [, names, count] of source.matchAll(/((?:l\s*\[\w+\]\s*=\s*)+)(\d+);/g)) {
    for (const [, name] of names!.matchAll(/l\s*\[(\w+)\]/g)) if (name !== "i") counts.set(name!, Number(count));
  }
  return counts;
}

t.test("opcodes have the numbers of instruct.h", (t) => {
  const expected = headerNames();
  t.equal(expected.length, FILE_OPCODES);
  t.same(
    instructions.slice(0, FILE_OPCODES).map((row) => row.name),
    expected,
  );
  t.end();
});

t.test("operand counts are those of fix_code.c", (t) => {
  const expected = headerOperands();
  t.ok(expected.size > 50, "the C source was understood");
  for (const row of instructions.slice(0, FILE_OPCODES)) {
    if (row.tail) continue; // fix_code.c computes SWITCH and CLOSUREREC itself
    t.equal(row.operands.length, expected.get(row.name) ?? 0, row.name);
  }
  t.end();
});

t.test("instructions are found by name", (t) => {
  t.equal(opcode("ACC0"), 0);
  t.equal(instruction("GRAB").operands.length, 1);
  t.throws(() => instruction("NOPE"), /NOPE/);
  t.end();
});
