/** The verifier accepts what ocamlc writes and refuses code that no compiler writes. */
import { readFileSync, readdirSync } from "node:fs";
import t from "tap";
import { FormatError, codeWords, readExecutable, readLibrary, readUnit } from "../bytecode/formats/index.ts";
import { instructionLength } from "../bytecode/disassembler.ts";
import { instructions, opcode } from "../bytecode/instructions/table.ts";
import { type VerifierOptions, verify } from "../bytecode/verifier.ts";

const read = (path: string): Buffer => readFileSync(new URL(path, import.meta.url));
const ocaml = "../node_modules/ocaml/";

/** Arity of the primitives that OCaml's runtime defines, from the C sources. */
function aritiesInC(): Map<string, number> {
  const arities = new Map<string, number>();
  for (const name of readdirSync(new URL(`${ocaml}runtime`, import.meta.url))) {
    if (!name.endsWith(".c")) continue;
    const source = read(`${ocaml}runtime/${name}`).toString();
    for (const [, primitive, parameters] of source.matchAll(/^CAMLprim value (\w+)\s*\(([^)]*)\)/gm)) {
      if (!parameters!.includes("*")) arities.set(primitive!, parameters!.split(",").length);
    }
  }
  return arities;
}

t.test("OCaml's compiler and lexer generator", async (t) => {
  const arities = aritiesInC();
  t.equal(arities.get("caml_blit_bytes"), 5);
  for (const name of ["ocamlc", "ocamllex"]) {
    const program = readExecutable(read(`${ocaml}boot/${name}`));
    const code = codeWords(program.code);
    const { primitives, globals } = program;
    const { functions, heights } = verify(code, {
      primitives,
      globals: globals!.count,
      arity: (primitive) => arities.get(primitive),
    });
    let total = 0;
    let reached = 0;
    const closures = new Set<number>();
    for (let pc = 0; pc < code.length;) {
      const instruction = instructions[code[pc]!]!;
      total++;
      if (heights[pc]! >= 0) reached++;
      if (instruction.name === "CLOSURE") closures.add(pc + 2 + code[pc + 2]!);
      for (let i = 0; instruction.tail === "closures" && i < code[pc + 1]!; i++)
        closures.add(pc + 3 + code[pc + 3 + i]!);
      pc += instructionLength(code, pc, instruction);
    }
    const restarts = functions.filter((fn) => fn.arity > 1).length;
    t.ok(
      reached + restarts > 0.99 * total,
      `${name}: ${reached + restarts} of ${total} instructions can be reached`,
    );
    t.equal(functions.length - 1, closures.size, `${name}: one function for each closure's code`);
  }
});

t.test("units", async (t) => {
  for (const name of ["constants", "control", "control_debug"]) {
    const unit = readUnit(read(`data/units/${name}.cmo`));
    t.ok(verify(codeWords(unit.code), { mayFallOff: true }).functions.length > 1, name);
    t.throws(() => verify(codeWords(unit.code)), FormatError, "a unit alone has no end");
  }
  for (const unit of readLibrary(read("data/units/pair.cma")).units) {
    t.ok(verify(codeWords(unit.code), { mayFallOff: true }), unit.name);
  }
});

/** `NAME operand … ; label: NAME @label …` as code words. */
function assemble(text: string): Int32Array {
  const labels = new Map<string, number>();
  const words: string[] = [];
  for (const token of text.split(/[;\s]+/).filter((word) => word !== "")) {
    if (token.endsWith(":")) labels.set(token.slice(0, -1), words.length);
    else words.push(token);
  }
  return Int32Array.from(words, (word, address) => {
    if (word.startsWith("@")) return labels.get(word.slice(1))! - address;
    return /^[-0-9]/.test(word) ? Number(word) : opcode(word);
  });
}

t.test("heights", async (t) => {
  const heights = (text: string): number[][] =>
    verify(assemble(text)).functions.map((fn) => [fn.entry, fn.arity, fn.maxHeight]);
  t.strictSame(heights("CONST0; PUSH; PUSH; POP 2; STOP"), [[0, 0, 2]]);
  // fun x y -> f y x + 1, with f in the environment: two arguments, two more for the call, its frame.
  t.strictSame(
    heights(
      "CLOSURE 1 @f; STOP; RESTART; f: GRAB 1; ACC0; PUSHACC2; PUSHENVACC2; APPLY2; OFFSETINT 1; RETURN 2",
    ),
    [
      [0, 0, 1],
      [5, 2, 7],
    ],
  );
  // A trap takes four words; its handler starts where it was pushed.
  t.strictSame(heights("PUSHTRAP @h; PUSH; POP 1; POPTRAP; BRANCH @e; h: PUSH; POP 1; e: STOP"), [[0, 0, 5]]);
  // A call of five arguments: the frame, then the arguments.
  t.strictSame(heights("PUSH_RETADDR @r; PUSH; PUSH; PUSH; PUSH; PUSH; APPLY 5; r: STOP"), [[0, 0, 8]]);
  t.strictSame(heights("PUSH; CLOSUREREC 2 1 5 7; POP 3; STOP; RETURN 1; RETURN 1"), [
    [0, 0, 3],
    [9, 1, 1],
    [11, 1, 1],
  ]);
});

t.test("refused", async (t) => {
  const tall = `${"PUSH; ".repeat(45)} RETURN 46`;
  const ensure: VerifierOptions = { primitives: ["caml_ensure_stack_capacity"] };
  t.ok(verify(assemble("l: CHECK_SIGNALS; BRANCH @l")));
  t.ok(verify(assemble("GETGLOBALFIELD 0 0; MAKEBLOCK1 0; SETGLOBAL 0; GETGLOBALFIELD 1 9; STOP"), { globals: 2 }));
  t.ok(verify(assemble(`CLOSURE 0 @f; STOP; f: CONSTINT 46; C_CALL1 0; ${tall}`), ensure));
  const cases: [string, RegExp, VerifierOptions?][] = [
    ["", /no code/],
    ["CONST0", /leaves the code/],
    ["1000", /no instruction 1000/],
    ["-1", /no instruction -1/],
    ["STOP_RAISE", /no instruction/],
    ["BRANCH", /ends inside/],
    ["SWITCH 3 0 0", /ends inside/],
    ["BRANCH 100; STOP", /leaves the code/],
    ["BRANCH -9; STOP", /goes back/],
    ["BRANCH 2; CONSTINT 7; STOP", /inside an instruction/],
    ["SWITCH 1 9; STOP", /leaves the code/],
    ["POP 1; STOP", /pops more/],
    ["ADDINT; STOP", /pops more/],
    ["PUSH; MAKEBLOCK 3 0; STOP", /pops more/],
    ["MAKEBLOCK 0 0; STOP", /operand 1 is 0/],
    ["POP -1; STOP", /operand 1 is -1/],
    ["ACC0; STOP", /uses slot 0 of 0/],
    ["PUSH; ACC 1; STOP", /uses slot 1 of 1/],
    ["PUSH; ASSIGN 7; STOP", /uses slot 7 of 1/],
    ["MAKEBLOCK1 256; STOP", /operand 1 is 256/],
    ["MAKEBLOCK1 252; STOP", /operand 1 is 252/],
    ["MAKEBLOCK1 247; STOP", /tag 247/],
    ["BRANCHIF @l; PUSH; l: STOP", /reached with [01] and with [01] words/],
    ["PUSHTRAP @h; POP 1; h: STOP", /pops more/],
    ["PUSHTRAP @h; ACC 0; h: STOP", /part of a trap/],
    ["PUSHTRAP @h; ASSIGN 2; h: STOP", /part of a trap/],
    ["POPTRAP; STOP", /no trap/],
    ["PUSHTRAP @h; PUSH; POPTRAP; h: STOP", /no trap/],
    ["PUSH_RETADDR @r; POPTRAP; r: STOP", /no trap/],
    ["PUSH; APPLY 1; STOP", /no return address/],
    ["PUSH_RETADDR @r; PUSH; APPLY 2; r: STOP", /no return address/],
    ["RETURN 0", /outside of any function/],
    ["APPTERM1 0", /arguments in a frame/],
    ["CLOSURE 0 @f; STOP; f: RETURN 2", /gives up 2 of 1/],
    ["CLOSURE 0 @f; STOP; f: PUSH; RETURN 1", /gives up 1 of 2/],
    ["CLOSURE 0 @f; STOP; f: PUSHTRAP @h; RETURN 5; h: RETURN 1", /with a trap/],
    ["CLOSURE 0 @f; STOP; f: APPTERM 2 1", /2 arguments in a frame of 1/],
    ["CLOSURE 0 @f; STOP; f: APPTERM 0 1", /0 arguments/],
    ["CLOSURE 0 @f; STOP; f: RESUMETERM 1", /3 arguments/],
    ["CLOSURE 0 @f; STOP; f: STOP", /inside a function/],
    ["STOP", /inside a function/, { entryHeight: 1 }],
    ["CLOSURE 0 @f; STOP; f: CONST0", /leaves the code/],
    ["CLOSURE 0 @f; STOP; f: GRAB 1; RETURN 2", /without RESTART/],
    ["CLOSURE 0 @f; STOP; RESTART; f: GRAB 0; RETURN 1", /no argument/],
    ["CLOSURE 0 @f; STOP; RESTART; f: GRAB 1; BRANCH @f", /goes back/],
    ["l: CONST0; BRANCHIF @l; STOP", /no CHECK_SIGNALS/],
    ["l: BRANCH @l", /no CHECK_SIGNALS/],
    ["RESTART; STOP", /middle of a function/],
    ["RESTART; GRAB 1; STOP", /middle of a function/],
    ["CLOSURE 0 -1; STOP", /no instruction starts/],
    ["CLOSURE 0 1; STOP", /another function/],
    ["CLOSURE 0 -2; STOP", /also reached/],
    ["CLOSURE 2 @f; STOP; f: RETURN 1", /pops more/],
    ["CLOSURE 1 @f; STOP; f: ENVACC3; RETURN 1", /field 3 of an environment/],
    ["CLOSURE 1 @f; STOP; f: ENVACC1; RETURN 1", /field 1 of an environment/],
    ["ENVACC2; STOP", /field 2/],
    ["OFFSETCLOSURE0; STOP", /closure 0 of a block that holds 0/],
    ["CLOSUREREC 1 0 @f; POP 1; STOP; f: OFFSETCLOSURE3; RETURN 1", /closure 1 of a block that holds 1/],
    ["CLOSUREREC 1 0 @f; POP 1; STOP; f: OFFSETCLOSURE 1; RETURN 1", /of a block/],
    ["CLOSUREREC 0 0; STOP", /no function/],
    ["CLOSURE 0 @f; CLOSUREREC 2 0 @f 3; POP 2; STOP; f: RETURN 1", /two shapes/],
    ["GETGLOBAL 3; STOP", /operand 1 is 3/, { globals: 3 }],
    ["SETGLOBAL -1; STOP", /operand 1 is -1/],
    ["GETGLOBALFIELD 0 2; PUSH; MAKEBLOCK 2 0; POP 0; SETGLOBAL 0; STOP", /field 2 of a unit of 2/, { globals: 1 }],
    ["PUSHGETGLOBALFIELD 0 1; MAKEBLOCK1 0; SETGLOBAL 0; STOP", /field 1 of a unit of 1/, { globals: 1 }],
    ["GETGLOBALFIELD 1 7; STOP", /field 7 of a unit of 7/, { globals: 2, globalSize: () => 7 }],
    ["C_CALL1 1; STOP", /operand 1 is 1/, { primitives: ["one"] }],
    ["PUSH; C_CALL2 0; STOP", /takes 1 arguments, not 2/, { primitives: ["one"], arity: () => 1 }],
    ["PUSH; PUSH; C_CALLN 3 0; STOP", /of 3 arguments/],
    ["PUSH", /leaves the code/, { mayFallOff: true }],
    [`CLOSURE 0 @f; STOP; f: ${tall}`, /46 words of stack asks for none/],
    [`CLOSURE 0 @f; STOP; f: CONSTINT 45; C_CALL1 0; ${tall}`, /46 words of stack asks for 45/, ensure],
    ["CLOSURE 0 @f; STOP; f: BRANCH @c; CONSTINT 45; c: C_CALL1 0; RETURN 1", /into a check of the stack/, ensure],
  ];
  for (const [text, message, options] of cases) {
    try {
      verify(assemble(text), options);
      t.fail(`accepted: ${text}`);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      t.match(error.message, message, text);
    }
  }
});

t.test("20,000 damaged code words", async (t) => {
  const code = codeWords(readUnit(read("data/units/control.cmo")).code);
  let seed = 7;
  const next = (n: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >> 8) % n;
  };
  let refused = 0;
  for (let i = 0; i < 20_000; i++) {
    const at = next(code.length);
    const original = code[at]!;
    code[at] = i % 2 === 0 ? next(256) - 100 : original ^ (1 << next(31));
    try {
      verify(code, { mayFallOff: true, globals: 1, primitives: ["p"] });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refused++;
    }
    code[at] = original;
  }
  t.ok(refused > 10_000, `${refused} refused, the others pass`);
});
