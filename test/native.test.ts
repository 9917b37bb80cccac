/** What has no native code or is cut into pieces, and that programs run all the same. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { loadCore } from "../loader/installation.ts";
import { prepareProgram, runPrepared } from "../loader/program.ts";
import { bindFunctions } from "../native/binding.ts";
import { boundName, IMPORTS } from "../native/code.ts";
import { compileProgram } from "../native/compile.ts";
import { NodeHost } from "../runtime/host/node.ts";
import { mixes } from "./support/mixes.ts";
import { compilePrograms, run } from "./support/programs.ts";

/** Definitions that are all on the stack when a module's block is made. */
const LARGE = 900;

t.test("a frame that is too large to be copied stays the interpreter's", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-native-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, count] of [["small", 100], ["large", LARGE]] as const) {
    const definitions = Array.from({ length: count }, (_, i) => `let x${i} = ref (Sys.opaque_identity ${i})`);
    writeFileSync(join(folder, `${name}.ml`), `${definitions.join("\n")}\nlet () = print_int (!x0 + !x${count - 1})\n`);
  }
  const programs = compilePrograms(folder);
  const isNative = (name: string): boolean =>
    compileProgram(programs.get(name)!, loadCore()).functions.some(({ entry }) => entry === 0);
  t.ok(isNative("small"));
  t.notOk(isNative("large"));
  for (const { name, options } of mixes) t.equal(run(programs.get("large")!, options).stdout, String(LARGE - 1), name);
  t.end();
});

/** Conditionals that join one after the other: as many levels of the dominator tree. */
const WAYS = 700;

t.test("a function of many blocks is cut into wasm functions", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-native-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const conditionals = Array.from({ length: WAYS }, (_, i) => `  if !x mod ${i + 2} = 0 then x := !x + i else x := !x - ${i};`);
  const loop = (body: readonly string[]): string =>
    `let () =\n  let x = ref 1_000_000 in\n  for i = 1 to 3 do\n${body.join("\n")}\n  done;\n  print_int !x`;
  const program = [loop(conditionals), loop(conditionals.slice(0, 9)), loop(conditionals.slice(0, 3))];
  writeFileSync(join(folder, "ways.ml"), program.join("\n"));
  const ways = compilePrograms(folder).get("ways")!;
  const native = compileProgram(ways, loadCore());
  t.ok(native.functions.some(({ entry }) => entry === 0));
  const [plain, ...others] = mixes.map(({ name, options }) => [name, run(ways, options).stdout] as const);
  t.match(plain![1], /^\d+$/);
  for (const [name, output] of others) t.equal(output, plain![1], name);
  t.end();
});

t.test("the interpreter starts when it is needed only, and finds the code prepared then", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-native-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const common = `let rec sum = function [] -> 0 | x :: l -> x + sum l\nlet () = print_int (sum (List.init 10 succ))\n`;
  const caught = `let () = try ignore (List.find (fun x -> x > 3) [1; 2]) with Not_found -> print_string " none"\n`;
  const cases = { returns: [common + caught, "55 none", 0], exits: [`${common}let () = exit 3\n`, "55", 3], raises: [`${common}let () = failwith "no"`, "55", 2] } as const;
  for (const [name, [source]] of Object.entries(cases)) writeFileSync(join(folder, `${name}.ml`), source);
  const programs = compilePrograms(folder);
  const start = (name: string, chosen: (i: number, fn: string) => boolean = () => true): { output: string; status: number; interpreted: boolean } => {
    let output = "";
    const host = new NodeHost({ output: (_, bytes) => void (output += Buffer.from(bytes).toString()) });
    const program = programs.get(name)!;
    const core = loadCore();
    const prepared = prepareProgram(program, { core, host, argv: [name], native: compileProgram(program, core, { chosen }) });
    const status = runPrepared(prepared);
    return { output, status, interpreted: prepared.fragment.ready };
  };
  for (const [name, [, text, status]] of Object.entries(cases)) {
    const result = start(name);
    t.ok(result.output.startsWith(text), `${name}: ${result.output}`);
    t.equal(result.status, status, name);
    t.equal(result.interpreted, false, name);
  }
  t.same(start("returns", (_, fn) => !fn.endsWith(".sum")), { output: "55 none", status: 0, interpreted: true });
  t.end();
});

t.test("functions of other units are bound to what is there, if it has native code for as many arguments", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-native-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const source = `let f x = x + Sys.opaque_identity 1
module M = struct let g x y = f x + y end
let interpreted x = f x
let partial = M.g 1
let number = f 0
let () = ignore (interpreted 1)`;
  writeFileSync(join(folder, "fields.ml"), source);
  const program = compilePrograms(folder).get("fields")!;
  const core = loadCore();
  const chosen = (_: number, name: string): boolean => !name.endsWith("interpreted");
  const prepared = prepareProgram(program, { core, host: new NodeHost(), argv: ["fields"], native: compileProgram(program, core, { chosen }) });
  t.equal(runPrepared(prepared), 0);
  const { machine } = prepared.engine;
  const global = program.globals!.symbols.find(({ name }) => name === "Fields")!.index;
  const bound = (arity: number, ...path: number[]): string => {
    const name = boundName({ global, path, arity });
    const { imports, codeWords } = bindFunctions(machine, [{ module: IMPORTS.bound, name, kind: "function" }], (number) => number);
    const { value } = imports[IMPORTS.codeWord]![name] as WebAssembly.Global<"i64">;
    t.same(codeWords, value === 0n ? [] : [value]);
    return imports[IMPORTS.bound]![name] === (machine.core as unknown as Record<string, unknown>)[`apply_${arity}`] ? "applied" : "called";
  };
  t.equal(bound(1, 0), "called", "a function");
  t.equal(bound(2, 0), "applied", "a function, with too many arguments");
  t.equal(bound(2, 1, 0), "called", "a function in a module");
  t.equal(bound(1, 1, 0), "applied", "a function, with too few arguments");
  t.equal(bound(1, 1), "applied", "a module");
  t.equal(bound(1, 2), "applied", "a function that is interpreted");
  t.equal(bound(1, 4), "applied", "a number");
  t.equal(bound(1, 5), "applied", "a field that is not there");
  t.equal(bound(1, 0, 0), "applied", "what is in a closure");
  t.end();
});

t.test("primitives that neither collect nor raise nor wait are known", (t) => {
  const leaves = new Set(loadCore().primitives.flatMap(({ name, leaf }) => (leaf ? [name] : [])));
  for (const name of ["caml_string_equal", "caml_hash", "caml_blit_bytes", "caml_array_fill", "caml_obj_tag"]) t.ok(leaves.has(name), name);
  const others = ["caml_equal", "caml_create_bytes", "caml_array_get", "caml_int64_add", "caml_int64_div", "caml_ml_output", "caml_gc_minor"];
  for (const name of [...others, "caml_obj_dup", "caml_weak_get", "caml_callback", "caml_get_current_callstack"]) t.notOk(leaves.has(name), name);
  t.end();
});

t.test("functions have OCaml's names", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bactrian-native-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, "names.ml"),
    "let rec fib n = if n < 2 then n else fib (n - 1) + fib (n - 2)\n" +
      "module M = struct let twice f x = f (f x) end\nlet () = print_int (M.twice (fun x -> fib x) 7)\n",
  );
  const { functions, wasm } = compileProgram(compilePrograms(folder).get("names")!, loadCore());
  const names = new Set(functions.map(({ name }) => name));
  t.equal(names.size, functions.length, "all are different");
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(wasm as BufferSource), "name");
  const text = Buffer.from(section!).toString("latin1");
  for (const name of ["Names.fib", "Names.M.twice", "Names.(fun)", "Stdlib.output_substring"]) {
    t.ok(names.has(name), name);
    t.ok(text.includes(name), `${name} in the module`);
  }
  t.end();
});
