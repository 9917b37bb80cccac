(* Threads that never give up the processor of their own accord are made to take turns. *)
let stop = ref false
let spins = Array.make 3 0

let rec spin i =
  if not !stop then begin
    spins.(i) <- spins.(i) + 1;
    spin i
  end

let loop i = while not !stop do spins.(i) <- spins.(i) + 1 done

let () =
  let threads = [ Thread.create spin 0; Thread.create loop 1; Thread.create spin 2 ] in
  let start = Unix.gettimeofday () in
  while Array.exists (fun n -> n < 1000) spins && Unix.gettimeofday () -. start < 60. do () done;
  stop := true;
  List.iter Thread.join threads;
  Array.iteri (fun i n -> Printf.printf "thread %d has run: %b\n" i (n >= 1000)) spins
