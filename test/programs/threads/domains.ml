(* Domains: results, exceptions, local state, atomics, at_exit. *)
let key = Domain.DLS.new_key ~split_from_parent:(fun x -> x + 1) (fun () -> 10)
let own = Domain.DLS.new_key (fun () -> ref 0)

let () =
  Printf.printf "%d %b %d\n%!" (Domain.self () :> int) (Domain.is_main_domain ()) (Domain.self_index ());
  let d = Domain.spawn (fun () -> ((Domain.self () :> int), Domain.is_main_domain (), Domain.self_index ())) in
  let id, main, index = Domain.join d in
  Printf.printf "%d %b %d %d\n%!" id main index (Domain.get_id d :> int);
  let d = Domain.spawn (fun () -> if true then failwith "inside"; 1) in
  (match Domain.join d with _ -> print_endline "?" | exception Failure m -> print_endline m);
  (match Domain.join d with _ -> print_endline "?" | exception Failure m -> print_endline m);
  Domain.DLS.set key 20;
  let inner = Domain.spawn (fun () -> let a = Domain.DLS.get key in Domain.DLS.set key 99; a) in
  let seen = Domain.join inner in
  Printf.printf "%d %d\n%!" seen (Domain.DLS.get key);
  incr (Domain.DLS.get own);
  Printf.printf "%d %d\n%!" (Domain.join (Domain.spawn (fun () -> !(Domain.DLS.get own)))) !(Domain.DLS.get own);
  let total = Atomic.make 0 in
  let ds = List.init 6 (fun i -> Domain.spawn (fun () -> for _ = 1 to 1000 do Atomic.fetch_and_add total i |> ignore done)) in
  List.iter Domain.join ds;
  Printf.printf "%d\n%!" (Atomic.get total);
  (* Waiting actively for another domain. *)
  let flag = Atomic.make false and answer = Atomic.make 0 in
  let d = Domain.spawn (fun () -> while not (Atomic.get flag) do Domain.cpu_relax () done; Atomic.set answer 42) in
  let d2 = Domain.spawn (fun () -> while Atomic.get answer = 0 do () done; Atomic.get answer) in
  Atomic.set flag true;
  Domain.join d;
  Printf.printf "%d\n%!" (Domain.join d2);
  let log = ref [] in
  Domain.join (Domain.spawn (fun () ->
    Domain.at_exit (fun () -> log := "first" :: !log);
    Domain.at_exit (fun () -> log := "second" :: !log)));
  List.iter print_endline !log;
  (* A domain ends when its threads have ended. *)
  let slow = ref false in
  Domain.join (Domain.spawn (fun () -> ignore (Thread.create (fun () -> Thread.delay 0.05; slow := true) ())));
  Printf.printf "%b\n%!" !slow;
  let rec fib n = if n < 2 then n else fib (n - 1) + fib (n - 2) in
  let ds = List.init 4 (fun i -> Domain.spawn (fun () -> fib (18 + i))) in
  List.iter (fun d -> Printf.printf "%d " (Domain.join d)) ds;
  print_newline ();
  at_exit (fun () -> print_endline "main at exit");
  ignore (Domain.spawn (fun () -> while true do Domain.cpu_relax () done))
