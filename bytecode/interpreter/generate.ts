/**
 * Generates the interpreter: one wasm function, a loop around `br_table`, from the instruction table (DESIGN D5), and
 * puts it into core.wasm together with the functions that dispatch primitives.
 */
import binaryen from "binaryen";
import {
  CELL_ACCU,
  CELL_BACKTRACE_ACTIVE,
  CELL_ENV,
  CELL_ACTIONS,
  CELL_EXN,
  CELL_FUEL_REFILL,
  CELL_PROFILE_BYTES,
  CELL_PROFILE_COUNTS,
  CELL_PROFILE_START,
  CELL_RESULT,
  CELL_SP,
  CELL_STACK_LIMIT,
  CELL_TRAP_SP,
  CLOSURE_INDEX,
  CODE_BIAS,
  EXIT_LEFT,
  EXIT_POLL,
  EXIT_SUSPEND,
  CODE_MARK,
  WORD,
} from "../../runtime/layout.ts";
import { inlinedPrimitives } from "../instructions/inlined.ts";
import { leafFunctions } from "./leaves.ts";
import { instructions } from "../instructions/table.ts";
import { abiDigest } from "./abi.ts";
import { InterpreterBuilder } from "./builder.ts";
import { ACCU, Emit, ENV, EXTRA, type Expr, FUEL, LABEL, LIMIT, LOCALS, PC, SP, WANT } from "./registers.ts";
import { superinstructions } from "./superinstructions.ts";
import { addNativeCalls } from "./native-calls.ts";
import { left } from "./fibers.ts";
import { enterNative } from "./transitions.ts";

const { i32, i64, none } = binaryen;

/** Exported function name → internal name. */
function exportedFunctions(module: binaryen.Module): Map<string, string> {
  const functions = new Map<string, string>();
  for (let i = 0; i < module.getNumExports(); i++) {
    const info = binaryen.getExportInfo(module.getExportByIndex(i));
    if (info.kind === binaryen.ExternalFunction) functions.set(info.name, info.value);
  }
  return functions;
}

/** A handler for each opcode: the table's instructions, then the superinstructions. */
function handlers(emit: Emit): Expr[][] {
  const result: Expr[][] = [];
  for (const { operands, meaning } of instructions) {
    const b = new InterpreterBuilder(emit);
    b.startInstruction(0, []);
    meaning(b);
    b.finish(4 * (1 + operands.length));
    result.push(b.code);
  }
  for (const { parts, length } of superinstructions()) {
    const b = new InterpreterBuilder(emit);
    parts.forEach((part, i) => {
      const { instruction, primitive } = part;
      const inlined = primitive === undefined ? undefined : inlinedPrimitives.get(primitive);
      b.startInstruction(part.offset, part.fixed, { last: i === parts.length - 1, primitive, inlined });
      if (inlined) inlined.meaning(b);
      else instruction.meaning(b);
    });
    b.finish(length);
    result.push(b.code);
  }
  return result;
}

/** The code that handlers branch to, from the innermost label outwards. */
function sharedTails(emit: Emit): { label: string; code: Expr[] }[] {
  const e = emit;
  const m = e.module;
  const b = new InterpreterBuilder(emit);
  const pushState = (exit: number): Expr[] => [
    e.set(SP, e.add32(e.get32(SP), -4 * WORD)),
    e.store64(e.get32(SP), 0, m.i64.or(e.extend(e.get32(PC)), m.i64.const(BigInt(CODE_MARK) << 32n))),
    e.store64(e.get32(SP), WORD, e.get64(ENV)),
    e.store64(e.get32(SP), 2 * WORD, m.i64.or(m.i64.shl(m.i64.extend_s(e.get32(EXTRA)), e.c64(1)), e.c64(1))),
    e.store64(e.get32(SP), 3 * WORD, e.get64(ACCU)),
    e.setCell32(CELL_SP, e.get32(SP)),
    e.set(WANT, e.c32(exit)),
    m.br(LABEL.exit),
  ];
  const publishAll = (): Expr[] => [...b.publish(), e.setCell64(CELL_ACCU, e.get64(ACCU))];
  const stash = (pc: () => Expr, reraise: number): Expr =>
    e.if(e.cell32(CELL_BACKTRACE_ACTIVE), [
      ...publishAll(),
      e.call("stash_backtrace", [pc(), e.c32(reraise)], none),
    ]);
  return [
    {
      label: LABEL.collect,
      code: [
        ...publishAll(),
        e.call("alloc_small_slow", [e.get32(WANT)], none),
        e.set(ACCU, e.cell64(CELL_ACCU)),
        ...b.reload(),
        m.br(LABEL.next),
      ],
    },
    {
      label: LABEL.entered,
      code: [
        e.if(e.load32(e.wrap(e.get64(ENV)), CLOSURE_INDEX), enterNative(b)),
        e.set(FUEL, e.add32(e.get32(FUEL), -1)),
        e.if(m.i32.lt_u(e.get32(SP), e.get32(LIMIT)), [
          ...publishAll(),
          m.br(
            LABEL.failed,
            m.i32.eqz(e.call("grow_stack_or_raise", [e.add32(e.get32(EXTRA), 1), e.c32(0)], i32)),
          ),
          e.set(SP, e.cell32(CELL_SP)),
          e.set(LIMIT, e.cell32(CELL_STACK_LIMIT)),
        ]),
        m.br(LABEL.poll, m.i32.lt_s(e.get32(FUEL), e.c32(0))),
        m.br(LABEL.next),
      ],
    },
    { label: LABEL.poll, code: pushState(EXIT_POLL) },
    { label: LABEL.leave, code: pushState(EXIT_LEFT) },
    { label: LABEL.left, code: left(b) },
    {
      label: LABEL.failed,
      code: [
        e.set(ENV, e.cell64(CELL_ENV)),
        e.if(m.i64.eqz(e.cell64(CELL_EXN)), pushState(EXIT_SUSPEND)),
        e.set(ACCU, e.cell64(CELL_EXN)),
        // As in interp.c, where pc has passed the opcode when a primitive is called.
        stash(() => e.add32(e.get32(PC), 4), 0),
        m.br(LABEL.raiseNotrace),
      ],
    },
    { label: LABEL.raise, code: [stash(() => e.get32(PC), 0), m.br(LABEL.raiseNotrace)] },
    { label: LABEL.reraise, code: [stash(() => e.get32(PC), 1), m.br(LABEL.raiseNotrace)] },
    // An exception passes from one stack segment to the one before.
    { label: LABEL.raiseOn, code: [stash(() => e.c32(0), 1), m.br(LABEL.raiseNotrace)] },
    {
      label: LABEL.raiseNotrace,
      code: [
        e.set(SP, e.cell32(CELL_TRAP_SP)),
        e.setCell32(CELL_TRAP_SP, e.add32(e.load32(e.get32(SP), WORD), -1)),
        e.set(PC, e.load32(e.get32(SP))),
        e.set(ENV, e.load64(e.get32(SP), 2 * WORD)),
        e.set(EXTRA, m.i32.shr_s(e.load32(e.get32(SP), 3 * WORD), e.c32(1))),
        e.set(SP, e.add32(e.get32(SP), 4 * WORD)),
        m.br(LABEL.next),
      ],
    },
  ];
}

/** No handler falls through to this label; an opcode that does not exist goes there and traps. */
const DISPATCHED = "dispatched";

/** Count the execution of the instruction at pc, for the profiling build. */
function countExecution(e: Emit): Expr {
  const m = e.module;
  const offset = (): Expr => m.i32.sub(e.add32(e.get32(PC), CODE_BIAS), e.cell32(CELL_PROFILE_START));
  const counter = (): Expr => m.i32.add(e.cell32(CELL_PROFILE_COUNTS), m.i32.shl(offset(), e.c32(1)));
  return e.if(m.i32.lt_u(offset(), e.cell32(CELL_PROFILE_BYTES)), [
    e.store64(counter(), 0, m.i64.add(e.load64(counter()), e.c64(1))),
  ]);
}

function interpreterBody(emit: Emit, profile: boolean): Expr {
  const e = emit;
  const m = e.module;
  const codes = handlers(emit);
  const names = codes.map((_, i) => `op${i}`);
  const fetch = e.load32(e.get32(PC), CODE_BIAS);
  // The handler of opcode i follows the block that br_table leaves for it.
  const count = profile ? [countExecution(e)] : [];
  let body: Expr = m.block(names[0]!, [...count, m.switch(names, DISPATCHED, fetch)]);
  codes.forEach((code, i) => {
    const label = names[i + 1] ?? DISPATCHED;
    body = m.block(label, [body, ...code]);
  });
  const tails = sharedTails(emit);
  const firstTail = tails[0]!.label;
  body = m.block(firstTail, [body, m.unreachable()]);
  tails.forEach(({ code }, i) => {
    const label = tails[i + 1]?.label ?? "unreached";
    body = m.block(label, [body, ...code]);
  });
  const loop = m.loop(LABEL.next, body);
  const b = new InterpreterBuilder(emit);
  return m.block(null, [
    e.set(SP, e.cell32(CELL_SP)),
    e.set(LIMIT, e.cell32(CELL_STACK_LIMIT)),
    e.set(FUEL, e.cell32(CELL_FUEL_REFILL)),
    e.if(e.cell32(CELL_ACTIONS), [e.set(FUEL, e.c32(0))]),
    ...b.popState(),
    m.block(LABEL.exit, [loop]),
    m.return(e.get32(WANT)),
  ]);
}

/**
 * c_call1 … c_call5 and c_calln: call the primitive with a given index. Primitives of core.wasm are called directly,
 * those of the host through the import `host.primitive(index, argv, argn)`, their arguments on the stack.
 */
function addPrimitiveCalls(emit: Emit, primitives: readonly CorePrimitive[]): void {
  const m = emit.module;
  m.addFunctionImport("host_primitive", "host", "primitive", binaryen.createType([i32, i32, i32]), i32);
  for (let arity = 1; arity <= 5; arity++) {
    const params = binaryen.createType([i32, ...Array<binaryen.Type>(arity).fill(i64)]);
    const argv = arity + 1;
    const onHost = [
      m.local.set(argv, emit.add32(emit.cell32(CELL_SP), -WORD)),
      emit.store64(emit.get32(argv), 0, emit.get64(1)),
      emit.setCell32(CELL_SP, emit.get32(argv)),
      m.if(
        m.call("host_primitive", [emit.get32(0), emit.get32(argv), emit.c32(arity)], i32),
        m.return(emit.cell64(CELL_RESULT)),
      ),
      m.return(emit.c64(0)),
    ];
    const call = (p: CorePrimitive): Expr =>
      emit.call(p.name, Array.from({ length: arity }, (_, i) => emit.get64(1 + i)), i64);
    m.addFunction(
      `c_call${arity}`,
      params,
      i64,
      [i32],
      dispatch(emit, primitives, (p) => p.arity === arity, call, onHost),
    );
  }
  const onHost = [
    m.if(
      m.call("host_primitive", [emit.get32(0), emit.get32(1), emit.get32(2)], i32),
      m.return(emit.cell64(CELL_RESULT)),
    ),
    m.return(emit.c64(0)),
  ];
  const call = (p: CorePrimitive): Expr => emit.call(p.name, [emit.get32(1), emit.get32(2)], i64);
  m.addFunction(
    "c_calln",
    binaryen.createType([i32, i32, i32]),
    i64,
    [],
    dispatch(emit, primitives, (p) => p.arity === "n", call, onHost),
  );
  m.addFunctionExport("c_calln", "c_calln");
}

/** A br_table over the primitives that `belongs` selects; every other index goes to `otherwise`. */
function dispatch(
  emit: Emit,
  primitives: readonly CorePrimitive[],
  belongs: (p: CorePrimitive) => boolean,
  call: (p: CorePrimitive) => Expr,
  otherwise: Expr[],
): Expr {
  const m = emit.module;
  const mine = primitives.filter(belongs);
  const targets = primitives.map((p) => (belongs(p) ? `prim_${p.name}` : "host"));
  let body: Expr = m.block("host", [m.switch(targets.length > 0 ? targets : ["host"], "host", emit.get32(0))]);
  body = m.block(mine.length > 0 ? `prim_${mine[0]!.name}` : "none", [body, ...otherwise]);
  mine.forEach((p, i) => {
    const next = mine[i + 1];
    body = m.block(next ? `prim_${next.name}` : "none", [body, m.return(call(p))]);
  });
  return m.block(null, [body, m.unreachable()]);
}

export interface CorePrimitive {
  readonly name: string;
  /** Number of arguments, or "n": called with (argv, argn). */
  readonly arity: number | "n";
  /** Whether it neither collects nor raises nor waits. */
  readonly leaf: boolean;
}

/** Primitives that core.wasm exports, in the order of their indices. */
function corePrimitives(module: binaryen.Module, functions: ReadonlyMap<string, string>): CorePrimitive[] {
  const found: CorePrimitive[] = [];
  const isLeaf = leafFunctions(module);
  for (const [name, internal] of functions) {
    if (!/^(caml|unix|re)_/.test(name)) continue;
    const info = binaryen.getFunctionInfo(module.getFunction(internal));
    const params = binaryen.expandType(info.params);
    const leaf = isLeaf(internal);
    if (params.every((t) => t === i64)) found.push({ name, arity: params.length, leaf });
    else if (params.length === 2 && params.every((t) => t === i32)) found.push({ name, arity: "n", leaf });
    else throw new Error(`core.wasm: ${name} does not have the signature of a primitive`);
    if (info.results !== i64) throw new Error(`core.wasm: primitive ${name} does not return a value`);
    if (params.length > 5) throw new Error(`core.wasm: primitive ${name} must take (argv, argn)`);
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export interface GeneratedCore {
  readonly wasm: Uint8Array;
  readonly primitives: readonly CorePrimitive[];
  readonly wat?: string;
}

/** The module with the interpreter in it, from the output of the AssemblyScript compiler. */
export function generateCore(assembled: Uint8Array, options: { wat?: boolean; profile?: boolean } = {}): GeneratedCore {
  const module = binaryen.readBinary(assembled);
  module.setFeatures(
    binaryen.Features.BulkMemory |
      binaryen.Features.BulkMemoryOpt |
      binaryen.Features.SignExt |
      binaryen.Features.NontrappingFPToInt |
      binaryen.Features.MutableGlobals |
      binaryen.Features.Multivalue |
      binaryen.Features.ReferenceTypes |
      binaryen.Features.TailCall,
  );
  const functions = exportedFunctions(module);
  const primitives = corePrimitives(module, functions);
  const emit = new Emit(module, functions);
  addPrimitiveCalls(emit, primitives);
  addNativeCalls(emit, importedName(module, "native", "invoke"));
  const interpret = importedName(module, "bytecode", "interpret");
  module.removeFunction(interpret);
  module.addFunction(interpret, none, i32, LOCALS, interpreterBody(emit, options.profile ?? false));
  module.addFunctionExport(interpret, "interpret");
  if (!module.validate()) throw new Error("the generated interpreter does not validate");
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(0);
  module.runPasses(["vacuum", "precompute", "optimize-instructions", "remove-unused-brs", "vacuum"]);
  binaryen.setDebugInfo(true);
  module.addCustomSection("abi", new TextEncoder().encode(abiDigest(module.emitBinary())));
  const wasm = module.emitBinary();
  return { wasm, primitives, ...(options.wat && { wat: module.emitText() }) };
}

function importedName(module: binaryen.Module, from: string, name: string): string {
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const info = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    if (info.module === from && info.base === name) return info.name;
  }
  throw new Error(`core.wasm does not import ${from}.${name}`);
}
