(* Effects inside threads: a handler's fibers are left and taken up again when threads take turns. *)
open Effect
open Effect.Deep

type _ Effect.t += Next : int -> int Effect.t

let rec generator n = if n = 0 then 0 else begin
  let x = perform (Next n) in
  Thread.yield ();
  x + generator (n - 1)
end

let run factor =
  match_with generator 50
    { retc = Fun.id; exnc = raise;
      effc = (fun (type a) (e : a Effect.t) -> match e with
        | Next n -> Some (fun (k : (a, _) continuation) -> if n mod 3 = 0 then Thread.yield (); continue k (n * factor))
        | _ -> None) }

let () =
  let results = Array.make 10 0 in
  let threads = List.init 10 (fun i -> Thread.create (fun () -> results.(i) <- run i) ()) in
  List.iter Thread.join threads;
  Array.iter (Printf.printf "%d ") results;
  print_newline ();
  (* Exceptions that leave a fiber, deep recursion on the stacks of several threads. *)
  let rec deep n = if n = 0 then 0 else 1 + deep (n - 1) in
  let outcome = Array.make 4 "" in
  let work i () =
    outcome.(i) <- (try
      let d = deep (20000 * (i + 1)) in
      Thread.yield ();
      if i = 2 then raise Exit;
      string_of_int (d + deep 50000)
    with Exit -> "exit")
  in
  List.iter Thread.join (List.init 4 (fun i -> Thread.create (work i) ()));
  Array.iter print_endline outcome;
  let overflow = Thread.create (fun () -> let rec f n = 1 + f (n + 1) in
    (match f 0 with _ -> () | exception Stack_overflow -> print_endline "overflow")) () in
  Thread.join overflow;
  match perform (Next 1) with _ -> () | exception Effect.Unhandled _ -> print_endline "unhandled"
