/** The package's interface: running, evaluating, calling, and what bad use gets. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { checksumOf } from "../bytecode/formats/checksum.ts";
import { readUnit } from "../bytecode/formats/index.ts";
import { commandScript } from "../loader/installation.ts";
import { HostError } from "../runtime/host/host.ts";
import { FormatError, OcamlError, Runtime, types, UsageError } from "../loader/node.ts";

const { array, bigint, bool, bytes, float, fn, int, list, option, string, tuple, unit } = types;

const folder = mkdtempSync(join(tmpdir(), "bactrian-runtime-"));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

/** The bytes of a unit as other compilers write it. */
const withoutChecksum = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length - checksumOf(bytes).length);

/** Compile an OCaml program with Bactrian's ocamlc. */
function compile(name: string, source: string, ...flags: string[]): string {
  const file = join(folder, `${name}.ml`);
  writeFileSync(file, source);
  const output = join(folder, flags.includes("-c") ? `${name}.cmo` : `${name}.byte`);
  execFileSync(process.execPath, [commandScript, "ocamlc", ...flags, "-o", output, file]);
  return output;
}

const PROGRAM = `
let () = Callback.register "sum" (List.fold_left ( + ) 0)
let () = Callback.register "half" (fun x -> x /. 2.)
let () = Callback.register "swap" (fun (a, b) -> (b, a))
let () = Callback.register "find" (fun x -> List.assoc_opt x [1, "one"; 2, "two"])
let () = Callback.register "reverse" (fun a -> Array.of_list (List.rev (Array.to_list a)))
let () = Callback.register "negate" (fun (b : bool) -> not b)
let () = Callback.register "opposite" (fun (n : int) -> - n)
let () = Callback.register "raw" (fun (b : bytes) -> Bytes.cat b b)
let () = Callback.register "fail" (fun (n : int) -> if n > 0 then failwith "positive")
let count = ref 0
let () = Callback.register "count" (fun () -> incr count; Gc.full_major (); !count)
let () = Printf.printf "%s!" (String.concat " " (List.tl (Array.to_list Sys.argv)))
`;

t.test("a program's functions are called with converted values", async (t) => {
  const chunks: Uint8Array[] = [];
  const runtime = await Runtime.create({ stdout: (chunk) => chunks.push(chunk) });
  t.equal(await runtime.run(readFileSync(compile("program", PROGRAM, "-g")), ["hello", "wörld"]), 0);
  t.equal(Buffer.concat(chunks).toString(), "hello wörld!");
  t.equal(runtime.call("sum", fn([list(int)], int), [1, 2, 39]), 42);
  t.equal(runtime.call("half", fn([float], float), 3), 1.5);
  t.same(runtime.call("swap", fn([tuple(int, string)], tuple(string, int)), [1, "a"]), ["a", 1]);
  t.equal(runtime.call("find", fn([int], option(string)), 2), "two");
  t.equal(runtime.call("find", fn([int], option(string)), 3), undefined);
  t.same(runtime.call("reverse", fn([array(string)], array(string)), ["x", "y", "z"]), ["z", "y", "x"]);
  t.equal(runtime.call("negate", fn([bool], bool), true), false);
  t.equal(runtime.call("opposite", fn([bigint], bigint), 4611686018427387903n), -4611686018427387903n);
  t.same(runtime.call("raw", fn([bytes], bytes), Uint8Array.of(0, 255)), Uint8Array.of(0, 255, 0, 255));
  t.equal(runtime.call("count", fn([unit], int), undefined), 1);
  t.equal(runtime.call("count", fn([unit], int), undefined), 2, "state lives on");
  t.throws(() => runtime.call("fail", fn([int], unit), 1), new OcamlError('Failure("positive")', []));
  t.throws(() => runtime.call("absent", fn([int], unit), 1), UsageError);
  t.throws(() => runtime.call("sum", fn([list(int)], int), ["x"] as unknown as number[]), TypeError);
  t.throws(() => runtime.call("half", fn([float], string), 1), TypeError);
  await t.rejects(runtime.run(new Uint8Array(0)), UsageError, "one program for each runtime");
  runtime.dispose();
  t.throws(() => runtime.call("sum", fn([list(int)], int), [1]), UsageError);
  t.end();
});

t.test("exit status, uncaught exceptions, files that are no programs", async (t) => {
  const stderr: Uint8Array[] = [];
  const status = async (name: string, source: string): Promise<number> => {
    const runtime = await Runtime.create({ stderr: (chunk) => stderr.push(chunk) });
    return runtime.run(readFileSync(compile(name, source)));
  };
  t.equal(await status("three", "let () = exit 3"), 3);
  t.equal(await status("raise", "let () = raise Exit"), 2);
  t.equal(Buffer.concat(stderr).toString(), "Fatal error: exception Stdlib.Exit\n");
  const full = await Runtime.create({
    stderr: () => {
      throw new HostError("ENOSPC");
    },
  });
  t.equal(await full.run(readFileSync(join(folder, "raise.byte"))), 2, "standard error takes nothing");
  const runtime = await Runtime.create();
  await t.rejects(runtime.run(Buffer.from("#!/bin/sh\n")), FormatError);
});

t.test("phrases are evaluated, units are loaded", async (t) => {
  const runtime = await Runtime.create();
  t.same(await runtime.eval("let x = 6 * 7"), { ok: true, output: "val x : int = 42\n" });
  const wrong = await runtime.eval('x + "1"');
  t.notOk(wrong.ok);
  t.match(wrong.output, /This constant has type string but an expression was expected of type\s+int/);
  t.same(await runtime.eval("x"), { ok: true, output: "- : int = 42\n" }, "and goes on");
  const unit = compile("greeting", 'let greet name =\n  if name = "" then raise Not_found else "hello " ^ name', "-g", "-c");
  t.ok((await runtime.load(unit)).ok);
  await runtime.eval(`#directory ${JSON.stringify(folder)}`);
  t.same(await runtime.eval('Greeting.greet "you"'), { ok: true, output: '- : string = "hello you"\n' });
  const { output } = await runtime.eval('Printexc.record_backtrace true;; try Greeting.greet "" with _ -> Printexc.get_backtrace ()');
  t.match(output, /Raised at Greeting\.greet in file .*greeting\.ml.*, line 2, characters 20-35/);
  const bytes = withoutChecksum(readFileSync(unit));
  bytes[readUnit(bytes).debugPos]! ^= 1;
  writeFileSync(unit, bytes);
  t.match(await runtime.load(unit), { ok: false, output: /input_value: bad object/ });
  t.ok((await runtime.eval('Greeting.greet "me"')).ok, "what was there before a damaged unit stays");
  t.notOk((await runtime.load(join(folder, "absent.cmo"))).ok);
  await t.rejects(runtime.run(new Uint8Array(0)), UsageError, "it runs the toplevel already");
});

t.test("a unit with a wrong digest of an interface leaves nothing behind", async (t) => {
  const file = compile("sequences", "let number = Seq.length", "-c");
  const bytes = withoutChecksum(readFileSync(file));
  const { digest } = readUnit(bytes).imports.find(({ name }) => name === "Stdlib__Seq")!;
  const at = bytes.indexOf(Buffer.from(digest!, "hex"));
  t.not(at, -1);
  bytes[at]! ^= 1;
  writeFileSync(file, bytes);
  for (const byDirective of [false, true]) {
    const said: Uint8Array[] = [];
    const runtime = await Runtime.create({ stdout: (chunk) => said.push(chunk), stderr: (chunk) => said.push(chunk) });
    const { output } = byDirective ? await runtime.eval(`#load ${JSON.stringify(file)}`) : await runtime.load(file);
    t.match(output + Buffer.concat(said).toString(), /disagree over interface Stdlib__Seq/);
    t.same(await runtime.eval("Seq.length Seq.empty"), { ok: true, output: "- : int = 0\n" });
  }
});
