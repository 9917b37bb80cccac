/** Functions measured in both tiers in one process: Bactrian.Bench of the OCaml library, compareTiers of the package. No timing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { readExecutable } from "../bytecode/formats/index.ts";
import { libraryDirectory } from "../loader/installation.ts";
import { compareTiers, OcamlError, types, UsageError } from "../loader/node.ts";
import { ocamlc, runAsync } from "./support/programs.ts";

const folder = mkdtempSync(join(tmpdir(), "bactrian-bench-functions-"));
t.teardown(() => rmSync(folder, { recursive: true }));

/** Compile sources, and link them after some libraries. */
function program(name: string, sources: Record<string, string>, libraries: readonly string[] = []): Uint8Array {
  for (const [file, source] of Object.entries(sources)) writeFileSync(join(folder, file), source);
  ocamlc(folder, ["-g", ...libraries, ...Object.keys(sources), "-o", name]);
  return new Uint8Array(readFileSync(join(folder, name)));
}

const PLUGIN = "let rec rev l acc = match l with [] -> acc | x :: l -> rev l (x :: acc)\nlet () = Api.measured := (fun n -> List.length (rev (List.init n Fun.id) []))\n";
const MAIN = `
let plugin = In_channel.with_open_bin "plugin.cmo" In_channel.input_all
let tiers = ref []
let in_tier tier =
  let units = Bactrian.Loader.load ~tier ~is_private:true plugin in
  tiers := !tiers @ List.map Bactrian.Loader.tier units;
  !Api.measured
let { Bactrian.Bench.interpreted; native; ratio } as comparison = Bactrian.Bench.compare ~rounds:5 ~seconds:0.001 in_tier 1000
let () =
  assert (!tiers = [ Bactrian.Loader.Interpreted; Native ]);
  List.iter (fun Bactrian.Bench.{ calls; seconds; minor_words } ->
      assert (calls >= 1 && Array.length seconds = 5 && Array.for_all (fun s -> s > 0.) seconds);
      (* Two lists of 1,000 elements, and a closure or two. *)
      assert (minor_words >= 6000. && minor_words < 6100.))
    [ interpreted; native ];
  assert (ratio.low <= ratio.value && ratio.value <= ratio.high);
  assert (ratio.value = Bactrian.Bench.median native.seconds /. Bactrian.Bench.median interpreted.seconds);
  prerr_string (Bactrian.Bench.to_string comparison)
let fails f = match f () with exception (Failure m | Invalid_argument m) -> print_endline m | _ -> assert false
let () =
  fails (fun () -> Bactrian.Bench.compare ~rounds:1 (fun tier x -> (tier, x)) ());
  fails (fun () -> Bactrian.Bench.compare ~rounds:0 (fun _ x -> x) ());
  fails (fun () -> Bactrian.Bench.compare ~seconds:nan (fun _ x -> x) ());
  fails (fun () -> Bactrian.Bench.compare (fun _ () -> failwith "of the function") ());
  ignore (Bactrian.Bench.compare ~rounds:1 ~seconds:1e-6 ~equal:(fun _ _ -> true) (fun tier x -> (tier, x)) ());
  assert (List.map Bactrian.Bench.median [ [| 3.; 1.; 2. |]; [| 4.; 1.; 3.; 2. |] ] = [ 2.; 2.5 ])
`;

t.test("Bactrian.Bench.compare", async (t) => {
  const libraries = [..."dynlink bactrian".split(" ").flatMap((name) => ["-I", join(libraryDirectory, name)]), "dynlink.cma", "bactrian.cma"];
  program("plugin.byte", { "api.ml": "let measured : (int -> int) ref = ref Fun.id\n", "plugin.ml": PLUGIN });
  const main = program("main.byte", { "api.ml": readFileSync(join(folder, "api.ml"), "utf8"), "main.ml": MAIN }, libraries);
  const { stdout, stderr, status } = await runAsync(readExecutable(main), { argv: ["main"], directory: folder });
  t.equal(status, 0, stderr);
  t.match(stderr, /^interpreted +[\d.]+ \w+ a call, 6\d\d\d words \(5 rounds of \d+ calls\)\nnative +.*\nratio +[\d.]+ \([\d.]+ to [\d.]+\)\n$/);
  t.same(stdout.split("\n").slice(0, 4), [
    "Bactrian.Bench.compare: the results of the tiers differ",
    "Bactrian.Bench.compare: rounds is not positive",
    "Bactrian.Bench.compare: seconds is not positive",
    "of the function",
  ]);
});

t.test("compareTiers", async (t) => {
  const { fn, int, list, unit, float } = types;
  const sum = program("sum.byte", {
    "sum.ml": 'let () = Callback.register "sum" (List.fold_left ( + ) 0); Callback.register "time" Sys.time; Callback.register "bad" (fun () -> failwith "bad")',
  });
  const { interpreted, native, ratio } = await compareTiers(sum, "sum", fn([list(int)], int), [[1, 2, 39]], { rounds: 5, seconds: 0.001 });
  for (const { calls, seconds, median } of [interpreted, native]) {
    t.ok(calls >= 1 && seconds.length === 5 && seconds.every((s) => s > 0));
    t.equal(median, seconds.toSorted((a, b) => a - b)[2]);
  }
  t.equal(ratio.value, native.median / interpreted.median);
  t.ok(ratio.low <= ratio.value && ratio.value <= ratio.high);
  await t.rejects(compareTiers(sum, "time", fn([unit], float), [undefined]), OcamlError, "another result each time");
  await t.rejects(compareTiers(sum, "bad", fn([unit], unit), [undefined]), { message: 'Failure("bad")' });
  await t.rejects(compareTiers(sum, "other", fn([unit], unit), [undefined]), UsageError);
  await t.rejects(compareTiers(sum, "sum", fn([list(int)], int), [[]], { rounds: 0 }), RangeError);
  await t.rejects(compareTiers(program("exits.byte", { "exits.ml": "let () = exit 3" }), "f", fn([unit], unit), [undefined]), /ended with status 3/);
});
