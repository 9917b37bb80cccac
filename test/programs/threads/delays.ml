(* Sleeping threads wake in the order of their delays, while others run. *)
let mutex = Mutex.create ()
let order = ref []

let sleeper ms () =
  Thread.delay (float_of_int ms /. 1000.);
  Mutex.protect mutex (fun () -> order := ms :: !order)

let () =
  let start = Unix.gettimeofday () in
  let threads = List.map (fun ms -> Thread.create (sleeper ms) ()) [ 300; 100; 200; 0; 400 ] in
  let work = Thread.create (fun () -> let t = ref 0 in
    while Unix.gettimeofday () -. start < 0.15 do incr t done; Mutex.protect mutex (fun () -> order := 150 :: !order)) () in
  Thread.join work;
  List.iter Thread.join threads;
  let took = Unix.gettimeofday () -. start in
  List.iter (Printf.printf "%d ") (List.rev !order);
  Printf.printf "\n%b\n" (took > 0.39 && took < 1.0)
