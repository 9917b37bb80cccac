(* Mutual exclusion, and what is refused. *)
let refused f = match f () with _ -> print_endline "allowed" | exception Sys_error m -> print_endline m

let () =
  let m = Mutex.create () in
  let counter = ref 0 in
  let work () =
    for _ = 1 to 300 do
      Mutex.lock m;
      let seen = !counter in
      if seen mod 50 = 0 then Thread.yield ();
      counter := seen + 1;
      Mutex.unlock m
    done
  in
  List.iter Thread.join (List.init 8 (fun _ -> Thread.create work ()));
  Printf.printf "%d\n%!" !counter;
  Mutex.lock m;
  refused (fun () -> Mutex.lock m);
  Printf.printf "%b\n%!" (Mutex.try_lock m);
  Thread.join (Thread.create (fun () -> refused (fun () -> Mutex.unlock m); Printf.printf "%b\n%!" (Mutex.try_lock m)) ());
  Mutex.unlock m;
  refused (fun () -> Mutex.unlock m);
  Printf.printf "%b\n%!" (Mutex.try_lock m);
  Mutex.unlock m;
  (* A thread that is woken while another one takes the mutex again and again gets it in the end. *)
  let stop = ref false and got = ref false in
  let greedy = Thread.create (fun () -> while not !stop do Mutex.lock m; Thread.yield (); Mutex.unlock m done) () in
  let other = Thread.create (fun () -> Mutex.lock m; got := true; Mutex.unlock m; stop := true) () in
  Thread.join other;
  Thread.join greedy;
  Printf.printf "%b\n%!" !got;
  (* Broadcast wakes all. *)
  let c = Condition.create () and ready = ref 0 and go = ref false and gone = ref 0 in
  let wait () =
    Mutex.lock m;
    incr ready;
    while not !go do Condition.wait c m done;
    incr gone;
    Mutex.unlock m
  in
  let threads = List.init 10 (fun _ -> Thread.create wait ()) in
  while Mutex.protect m (fun () -> !ready < 10) do Thread.yield () done;
  Mutex.protect m (fun () -> go := true; Condition.broadcast c);
  List.iter Thread.join threads;
  Printf.printf "%d\n%!" !gone;
  let s = Semaphore.Counting.make 2 and inside = ref 0 and most = ref 0 in
  let enter () =
    Semaphore.Counting.acquire s;
    incr inside; most := max !most !inside;
    Thread.delay 0.002;
    decr inside;
    Semaphore.Counting.release s
  in
  List.iter Thread.join (List.init 6 (fun _ -> Thread.create enter ()));
  Printf.printf "%d %d\n" !most (Semaphore.Counting.get_value s)
