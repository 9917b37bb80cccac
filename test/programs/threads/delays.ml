(* Sleeping threads wake in the order of their delays, while others run. *)
let mutex = Mutex.create ()
let order = ref []

let sleeper ms () =
  Thread.delay (float_of_int ms /. 1000.);
  Mutex.protect mutex (fun () -> order := ms :: !order)

let () =
  let start = Unix.gettimeofday () in
  let threads = List.map (fun ms -> Thread.create (sleeper ms) ()) [ 600; 200; 400; 0; 800 ] in
  let work = Thread.create (fun () -> let t = ref 0 in
    while Unix.gettimeofday () -. start < 0.3 do incr t done; Mutex.protect mutex (fun () -> order := 300 :: !order)) () in
  Thread.join work;
  List.iter Thread.join threads;
  let took = Unix.gettimeofday () -. start in
  List.iter (Printf.printf "%d ") (List.rev !order);
  Printf.printf "\n%b\n" (took > 0.79 && took < 2.0)
