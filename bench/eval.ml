(* Time of Bactrian.Eval, in milliseconds of the process: docs/eval.md. Linked with
   -I +dynlink -I +bactrian dynlink.cma bactrian.cma bactrian_eval.cma bactrian_stdlib.cma *)
open Bactrian

let phrases = 300

let timed f =
  let start = Sys.time () in
  let result = f () in
  (result, (Sys.time () -. start) *. 1000.)

let median times =
  let sorted = Array.copy times in
  Array.sort compare sorted;
  sorted.(Array.length sorted / 2)

let () =
  let env, create = timed (fun () -> Eval.create ()) in
  let eval source =
    match timed (fun () -> Eval.eval env Type.int source) with
    | Ok _, time -> time
    | Error error, _ -> failwith (Eval.error_to_string error)
  in
  let several source = median (Array.init phrases (fun i -> eval (source i))) in
  let first = eval "1 + 2" in
  let functions = several (Printf.sprintf "let f x = x * %d in List.fold_left (+) 0 (List.map f [1; 2; 3])") in
  let expressions = several (Printf.sprintf "%d * 2") in
  Printf.printf "create %.1f, first phrase %.1f, N * 2: %.2f, with functions: %.2f\n" create first expressions functions
