(* Domains that evaluate at the same time, each in an environment of its own and all in one. *)
open Bactrian

let run () =
  let shared = Eval.create () in
  let failures = Atomic.make 0 in
  let expect env source wanted =
    match Eval.eval env Type.int source with
    | Ok found when found = wanted -> ()
    | Ok found -> Printf.printf "%s: %d\n" source found; Atomic.incr failures
    | Error error -> print_endline (Eval.error_to_string error); Atomic.incr failures
  in
  let work i () =
    let own = Eval.create () in
    for n = 1 to 10 do
      let source = Printf.sprintf "let f x = x + %d in List.fold_left (fun a b -> a + f b) 0 [%d; %d]" n i n in
      List.iter (fun env -> expect env source (i + n + n + n)) [ own; shared ];
      Result.iter_error (fun _ -> Atomic.incr failures) (Eval.run shared (Printf.sprintf "let v%d_%d = %d" i n (i * n)));
      let unit_name = Printf.sprintf "Unit_%d_%d" i n in
      Result.iter_error (fun _ -> Atomic.incr failures) (Eval.load_unit own unit_name (Printf.sprintf "let x = %d" n));
      expect own (unit_name ^ ".x") n
    done
  in
  let domains = List.init 3 (fun i -> Domain.spawn (work i)) in
  work 3 ();
  List.iter Domain.join domains;
  expect shared "v0_10 + v1_10 + v2_1 + v3_10" 42;
  let made = List.filter (fun unit -> String.starts_with ~prefix:"Unit_" (Loader.name unit)) (Loader.units ()) in
  Printf.printf "%d failures, %d units\n" (Atomic.get failures) (List.length made)
