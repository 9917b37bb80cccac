/**
 * The instruction set of OCaml 5.3 bytecode: the one place where it is declared. Decoder, disassembler, verifier,
 * interpreter and native compiler are derived from this table (runtime/interp.c, runtime/caml/instruct.h).
 *
 * Notation: `a` the accumulator, `s[i]` the i-th stack slot from the top, `e` the environment, `p0 p1 …` the operands
 * (32-bit words after the opcode), `xa` the number of extra arguments, `@p` a code target (relative to the operand's own
 * address). Notes:
 *
 *  (1) The opcodes are numbered by their order in this table.                                            ORDER OP
 *  (2) PUSHx is PUSH followed by x.
 *  (3) PUSH_RETADDR pushes the frame [@p0, e, xa] that a call of more than three arguments returns to; APPLY1…3 slip it
 *      below their arguments themselves.
 *  (4) A function of n > 1 arguments starts with RESTART; GRAB n-1. GRAB finds enough arguments, or makes a partial
 *      application whose code is the RESTART before it.
 *  (5) SWITCH: p0 is n | m << 16; n targets for constants follow, then m for blocks by tag, relative to the first one.
 *  (6) CLOSUREREC: p0 functions, p1 variables, p0 targets relative to the first one; pushes the p0 closures.
 *  (7) GETPUBMET: p0 is the method's hash, p1 a cache that the instruction writes.
 *  (8) Instructions after REPERFORMTERM are the VM's own: they cannot be in a file.
 */
import type { Meaning } from "./semantics.ts";

export type OperandKind =
  /** A signed integer constant. */
  | "int"
  /** Number of slots or values, stack index, field index. */
  | "count"
  | "slot"
  | "field"
  | "envField"
  | "tag"
  | "global"
  | "primitive"
  /** Code address relative to this operand. */
  | "target"
  | "methodTag"
  | "cache"
  /** Distance in words between closures of one block. */
  | "closureOffset";

/** How control leaves the instruction. */
export type Flow = "next" | "branch" | "jump" | "switch" | "end";

export interface Instruction {
  readonly name: string;
  readonly code: number;
  readonly operands: readonly OperandKind[];
  /** What follows the operands: nothing, SWITCH's table or CLOSUREREC's targets. */
  readonly tail?: "switch" | "closures";
  readonly flow: Flow;
  /** The transfer in one line, in the notation above. */
  readonly summary: string;
  readonly meaning: Meaning;
}

type Operands = readonly OperandKind[];

const rows: Instruction[] = [];

function op(
  name: string,
  operands: Operands,
  summary: string,
  meaning: Meaning,
  flow: Flow = "next",
  tail?: "switch" | "closures",
): void {
  rows.push({ name, code: rows.length, operands, summary, meaning, flow, ...(tail && { tail }) });
}

/** Row x of the table again, with a PUSH before it. */
function pushed(name: string): void {
  const row = rows.find((r) => r.name === name)!;
  op(
    name === "ACC0" ? "PUSHACC0" : `PUSH${name}`,
    row.operands,
    `push a; ${row.summary}`,
    (b) => {
      b.push(b.accu());
      row.meaning(b);
    },
  );
}

const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

// ---- Stack ------------------------------------------------------------------------------------------------------------

for (const i of indices(8)) op(`ACC${i}`, [], `a := s[${i}]`, (b) => b.setAccu(b.stack(b.number(i))));
op("ACC", ["slot"], "a := s[p0]", (b) => b.setAccu(b.stack(b.operand(0))));
op("PUSH", [], "push a", (b) => b.push(b.accu()));
for (const i of indices(8)) pushed(`ACC${i}`);
pushed("ACC");
op("POP", ["count"], "pop p0", (b) => b.pop(b.operand(0)));
op("ASSIGN", ["slot"], "s[p0] := a; a := ()", (b) => {
  b.setStack(b.operand(0), b.accu());
  b.setAccu(b.unit());
});

// ---- Environment ------------------------------------------------------------------------------------------------------

for (const i of [1, 2, 3, 4]) {
  op(`ENVACC${i}`, [], `a := e[${i}]`, (b) => b.setAccu(b.field(b.env(), b.number(i))));
}
op("ENVACC", ["envField"], "a := e[p0]", (b) => b.setAccu(b.field(b.env(), b.operand(0))));
for (const i of [1, 2, 3, 4]) pushed(`ENVACC${i}`);
pushed("ENVACC");

// ---- Calls ------------------------------------------------------------------------------------------------------------

op("PUSH_RETADDR", ["target"], "push frame [@p0, e, xa]  (3)", (b) => b.pushReturnAddress(0));
op("APPLY", ["count"], "xa := p0 - 1; e := a; go to code of a", (b) => b.apply(b.operand(0), false), "end");
for (const n of [1, 2, 3]) {
  op(`APPLY${n}`, [], `slip a frame below ${n} arguments; call a  (3)`, (b) => b.apply(b.number(n), true));
}
op(
  "APPTERM",
  ["count", "count"],
  "slide p0 arguments over a frame of p1 slots; call a",
  (b) => b.applyTail(b.operand(0), b.operand(1)),
  "end",
);
for (const n of [1, 2, 3]) {
  op(
    `APPTERM${n}`,
    ["count"],
    `slide ${n} arguments over a frame of p0 slots; call a`,
    (b) => b.applyTail(b.number(n), b.operand(0)),
    "end",
  );
}
op("RETURN", ["count"], "pop p0; if xa = 0 return a, else call a", (b) => b.return(b.operand(0)), "end");
op("RESTART", [], "push the arguments held by e; e := its function  (4)", (b) => b.restart());
op("GRAB", ["count"], "if xa ≥ p0 then xa -= p0, else return a partial application  (4)", (b) =>
  b.grab(b.operand(0)),
);

// ---- Closures -----------------------------------------------------------------------------------------------------------

op("CLOSURE", ["count", "target"], "a := closure of @p1 over p0 values", (b) => b.closure(b.operand(0), 1));
op("CLOSUREREC", ["count", "count"], "push p0 recursive closures over p1 values  (6)", (b) => b.closureRec(), "next", "closures");
for (const [suffix, n] of [
  ["M3", -3],
  ["0", 0],
  ["3", 3],
] as const) {
  op(`OFFSETCLOSURE${suffix}`, [], `a := e + ${n} words`, (b) => b.setAccu(b.offsetClosure(b.number(n))));
}
op("OFFSETCLOSURE", ["closureOffset"], "a := e + p0 words", (b) => b.setAccu(b.offsetClosure(b.operand(0))));
for (const suffix of ["M3", "0", "3", ""]) pushed(`OFFSETCLOSURE${suffix}`);

// ---- Globals and atoms ----------------------------------------------------------------------------------------------------

op("GETGLOBAL", ["global"], "a := global p0", (b) => b.setAccu(b.global(b.operand(0))));
pushed("GETGLOBAL");
op("GETGLOBALFIELD", ["global", "field"], "a := field p1 of global p0", (b) =>
  b.setAccu(b.field(b.global(b.operand(0)), b.operand(1))),
);
pushed("GETGLOBALFIELD");
op("SETGLOBAL", ["global"], "global p0 := a; a := ()", (b) => {
  b.setGlobal(b.operand(0), b.accu());
  b.setAccu(b.unit());
});
op("ATOM0", [], "a := atom 0", (b) => b.setAccu(b.atom(b.number(0))));
op("ATOM", ["tag"], "a := atom p0", (b) => b.setAccu(b.atom(b.operand(0))));
pushed("ATOM0");
pushed("ATOM");

// ---- Blocks -----------------------------------------------------------------------------------------------------------------

op("MAKEBLOCK", ["count", "tag"], "a := block of tag p1 with a and p0 - 1 popped values", (b) =>
  b.makeBlock(b.operand(0), b.operand(1)),
);
for (const n of [1, 2, 3]) {
  op(`MAKEBLOCK${n}`, ["tag"], `a := block of tag p0 with a and ${n - 1} popped values`, (b) =>
    b.makeBlock(b.number(n), b.operand(0)),
  );
}
op("MAKEFLOATBLOCK", ["count"], "a := float array of a and p0 - 1 popped floats", (b) =>
  b.makeFloatBlock(b.operand(0)),
);
for (const i of indices(4)) op(`GETFIELD${i}`, [], `a := a[${i}]`, (b) => b.setAccu(b.field(b.accu(), b.number(i))));
op("GETFIELD", ["field"], "a := a[p0]", (b) => b.setAccu(b.field(b.accu(), b.operand(0))));
op("GETFLOATFIELD", ["field"], "a := boxed float a[p0]", (b) => b.setAccu(b.floatField(b.accu(), b.operand(0))));
for (const i of indices(4)) {
  op(`SETFIELD${i}`, [], `a[${i}] := pop; a := ()`, (b) => {
    b.modifyField(b.accu(), b.number(i), b.stack(b.number(0)));
    b.pop(b.number(1));
    b.setAccu(b.unit());
  });
}
op("SETFIELD", ["field"], "a[p0] := pop; a := ()", (b) => {
  b.modifyField(b.accu(), b.operand(0), b.stack(b.number(0)));
  b.pop(b.number(1));
  b.setAccu(b.unit());
});
op("SETFLOATFIELD", ["field"], "float a[p0] := pop; a := ()", (b) => {
  b.setFloatField(b.accu(), b.operand(0), b.stack(b.number(0)));
  b.pop(b.number(1));
  b.setAccu(b.unit());
});
op("VECTLENGTH", [], "a := length of array a", (b) => b.setAccu(b.vectLength(b.accu())));
op("GETVECTITEM", [], "a := a[pop]", (b) => {
  b.setAccu(b.item(b.accu(), b.stack(b.number(0))));
  b.pop(b.number(1));
});
op("SETVECTITEM", [], "a[pop] := pop; a := ()", (b) => {
  b.modifyItem(b.accu(), b.stack(b.number(0)), b.stack(b.number(1)));
  b.pop(b.number(2));
  b.setAccu(b.unit());
});
const getByte: Meaning = (b) => {
  b.setAccu(b.byte(b.accu(), b.stack(b.number(0))));
  b.pop(b.number(1));
};
op("GETBYTESCHAR", [], "a := byte a[pop]", getByte);
op("SETBYTESCHAR", [], "byte a[pop] := pop; a := ()", (b) => {
  b.setByte(b.accu(), b.stack(b.number(0)), b.stack(b.number(1)));
  b.pop(b.number(2));
  b.setAccu(b.unit());
});

// ---- Branches -----------------------------------------------------------------------------------------------------------------

op("BRANCH", ["target"], "go to @p0", (b) => b.branch(0), "jump");
op("BRANCHIF", ["target"], "if a ≠ false go to @p0", (b) => b.branchIf(b.compare("ne", b.accu(), b.unit()), 0), "branch");
op("BRANCHIFNOT", ["target"], "if a = false go to @p0", (b) => b.branchIf(b.isFalse(b.accu()), 0), "branch");
op("SWITCH", ["count"], "go to the target for a  (5)", (b) => b.switch(), "switch", "switch");
op("BOOLNOT", [], "a := not a", (b) => b.setAccu(b.not(b.accu())));

// ---- Exceptions -----------------------------------------------------------------------------------------------------------------

op("PUSHTRAP", ["target"], "push trap [@p0, link, e, xa]", (b) => b.pushTrap(0));
op("POPTRAP", [], "pop the innermost trap", (b) => b.popTrap());
op("RAISE", [], "raise a", (b) => b.raise("raise"), "end");
op("CHECK_SIGNALS", [], "poll", (b) => b.poll());

// ---- Primitives -----------------------------------------------------------------------------------------------------------------

for (const n of [1, 2, 3, 4, 5]) {
  op(`C_CALL${n}`, ["primitive"], `a := primitive p0 of a and ${n - 1} popped values`, (b) => b.call(n, 0));
}
op("C_CALLN", ["count", "primitive"], "a := primitive p1 of a and p0 - 1 popped values", (b) => b.callN(0, 1));

// ---- Integers -------------------------------------------------------------------------------------------------------------------

for (const n of indices(4)) op(`CONST${n}`, [], `a := ${n}`, (b) => b.setAccu(b.integer(b.number(n))));
op("CONSTINT", ["int"], "a := p0", (b) => b.setAccu(b.integer(b.operand(0))));
for (const n of indices(4)) pushed(`CONST${n}`);
pushed("CONSTINT");
op("NEGINT", [], "a := - a", (b) => b.setAccu(b.negate(b.accu())));
const binary =
  (operator: "add" | "sub" | "mul" | "and" | "or" | "xor" | "lsl" | "lsr" | "asr"): Meaning =>
  (b) => {
    b.setAccu(b.arith(operator, b.accu(), b.stack(b.number(0))));
    b.pop(b.number(1));
  };
const division =
  (operator: "div" | "mod"): Meaning =>
  (b) => {
    b.setAccu(b.divide(operator, b.accu(), b.stack(b.number(0))));
    b.pop(b.number(1));
  };
op("ADDINT", [], "a := a + pop", binary("add"));
op("SUBINT", [], "a := a - pop", binary("sub"));
op("MULINT", [], "a := a * pop", binary("mul"));
op("DIVINT", [], "a := a / pop", division("div"));
op("MODINT", [], "a := a mod pop", division("mod"));
op("ANDINT", [], "a := a land pop", binary("and"));
op("ORINT", [], "a := a lor pop", binary("or"));
op("XORINT", [], "a := a lxor pop", binary("xor"));
op("LSLINT", [], "a := a lsl pop", binary("lsl"));
op("LSRINT", [], "a := a lsr pop", binary("lsr"));
op("ASRINT", [], "a := a asr pop", binary("asr"));
type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "ult" | "uge";
const comparison =
  (operator: Comparison): Meaning =>
  (b) => {
    b.setAccu(b.boolean(b.compare(operator, b.accu(), b.stack(b.number(0)))));
    b.pop(b.number(1));
  };
const comparisonBranch =
  (operator: Comparison): Meaning =>
  (b) =>
    b.branchIf(b.compare(operator, b.integer(b.operand(0)), b.accu()), 1);
op("EQ", [], "a := a == pop", comparison("eq"));
op("NEQ", [], "a := a != pop", comparison("ne"));
op("LTINT", [], "a := a < pop", comparison("lt"));
op("LEINT", [], "a := a ≤ pop", comparison("le"));
op("GTINT", [], "a := a > pop", comparison("gt"));
op("GEINT", [], "a := a ≥ pop", comparison("ge"));
op("OFFSETINT", ["int"], "a := a + p0", (b) => b.setAccu(b.offset(b.accu(), b.operand(0))));
op("OFFSETREF", ["int"], "a[0] := a[0] + p0; a := ()", (b) => {
  b.offsetRef(b.accu(), b.operand(0));
  b.setAccu(b.unit());
});
op("ISINT", [], "a := a is an integer", (b) => b.setAccu(b.boolean(b.isInt(b.accu()))));

// ---- Objects ----------------------------------------------------------------------------------------------------------------------

op("GETMETHOD", [], "a := method a of object s[0]", (b) => b.setAccu(b.method(b.stack(b.number(0)), b.accu())));

// ---- Comparisons with a constant --------------------------------------------------------------------------------------------------

op("BEQ", ["int", "target"], "if p0 = a go to @p1", comparisonBranch("eq"), "branch");
op("BNEQ", ["int", "target"], "if p0 ≠ a go to @p1", comparisonBranch("ne"), "branch");
op("BLTINT", ["int", "target"], "if p0 < a go to @p1", comparisonBranch("lt"), "branch");
op("BLEINT", ["int", "target"], "if p0 ≤ a go to @p1", comparisonBranch("le"), "branch");
op("BGTINT", ["int", "target"], "if p0 > a go to @p1", comparisonBranch("gt"), "branch");
op("BGEINT", ["int", "target"], "if p0 ≥ a go to @p1", comparisonBranch("ge"), "branch");
op("ULTINT", [], "a := a < pop, unsigned", comparison("ult"));
op("UGEINT", [], "a := a ≥ pop, unsigned", comparison("uge"));
op("BULTINT", ["int", "target"], "if p0 < a, unsigned, go to @p1", comparisonBranch("ult"), "branch");
op("BUGEINT", ["int", "target"], "if p0 ≥ a, unsigned, go to @p1", comparisonBranch("uge"), "branch");

// ---- Objects, the machine, effects --------------------------------------------------------------------------------------------------

op("GETPUBMET", ["methodTag", "cache"], "push a; a := public method p0 of a  (7)", (b) => b.publicMethod());
op("GETDYNMET", [], "a := public method a of object s[0]", (b) =>
  b.setAccu(b.dynamicMethod(b.stack(b.number(0)), b.accu())),
);
op("STOP", [], "leave the interpreter with a", (b) => b.stop(), "end");
op("EVENT", [], "debugger only", (b) => b.stop(), "end");
op("BREAK", [], "debugger only", (b) => b.stop(), "end");
op("RERAISE", [], "raise a, continuing its backtrace", (b) => b.raise("reraise"), "end");
op("RAISE_NOTRACE", [], "raise a without backtrace", (b) => b.raise("notrace"), "end");
op("GETSTRINGCHAR", [], "a := byte a[pop]", getByte);
op("PERFORM", [], "perform effect a", (b) => b.perform());
op("RESUME", [], "on stack a: s[0] applied to s[1]; s[2] is its last fiber", (b) => b.resume());
op("RESUMETERM", ["count"], "as RESUME, in tail position of a frame of p0 slots", (b) => b.resumeTail(b.operand(0)), "end");
op("REPERFORMTERM", ["count"], "perform a again in the parent fiber", (b) => b.reperformTail(b.operand(0)), "end");

/** Number of opcodes that a file can contain. */
export const FILE_OPCODES = rows.length;

// ---- The VM's own (8) ---------------------------------------------------------------------------------------------------------------

op("STOP_RAISE", [], "leave the interpreter with exception a", (b) => b.stub("stopRaise"), "end");
op("SEGMENT_RETURN", [], "return into the previous stack segment", (b) => b.stub("segmentReturn"), "end");
op("SEGMENT_RAISE", [], "raise in the previous stack segment", (b) => b.stub("segmentRaise"), "end");
op("FIBER_RETURN", [], "apply the parent fiber's value handler to a", (b) => b.stub("fiberReturn"), "end");
op("FIBER_RAISE", [], "apply the parent fiber's exception handler to a", (b) => b.stub("fiberRaise"), "end");
op("RESTORE", [], "pop an interpreter state and continue with it", (b) => b.stub("restore"), "end");
op("ENSURE_STACK", ["count", "count", "count"], "room for p0 words in a function of p1 arguments", (b) =>
  b.stub("ensureStack"),
);
op(
  "INVOKE_TRACED",
  ["primitive"],
  "leave a function of three arguments for code a with environment s[0] and argument s[1]",
  (b) => b.stub("invokeTraced"),
  "end",
);

op("NATIVE_RETURN", [], "return to the native code that called", (b) => b.stub("nativeReturn"), "end");
op("NATIVE_RAISE", [], "raise in the native code that called", (b) => b.stub("nativeRaise"), "end");
op("NATIVE_RESUME", [], "go on in a native frame to which a was returned", (b) => b.stub("nativeResume"), "end");
op("NATIVE_CLOSURE", ["count", "count"], "as CLOSURE of a function with native code, described at address p1", (b) =>
  b.stub("nativeClosure"),
);
op(
  "NATIVE_CLOSUREREC",
  ["count", "count"],
  "as CLOSUREREC, of functions that are described at the addresses that follow",
  (b) => b.stub("nativeClosureRec"),
  "next",
  "closures",
);
op("NATIVE_CONTINUE", [], "let native code go on in its frame to which a was returned", (b) => b.stub("nativeContinue"), "end");
op("NATIVE_HANDLER", [], "go on in a native frame that has caught a", (b) => b.stub("nativeHandler"), "end");

/** The primitive by which functions ask for stack: CONSTINT words; C_CALL1 (bytecomp/bytegen.ml: comp_function). ENSURE_STACK takes its place. */
export const ENSURE_CAPACITY = "caml_ensure_stack_capacity";
/** The primitive whose call is INVOKE_TRACED. */
export const INVOKE_TRACED_FUNCTION = "caml_invoke_traced_function";

/** All instructions by opcode. */
export const instructions: readonly Instruction[] = rows;

const byName = new Map(rows.map((row) => [row.name, row]));

/** The instruction of that name. Throws when there is none. */
export function instruction(name: string): Instruction {
  const row = byName.get(name);
  if (!row) throw new Error(`no instruction is called ${name}`);
  return row;
}

/** Opcode by name. */
export function opcode(name: string): number {
  return instruction(name).code;
}
