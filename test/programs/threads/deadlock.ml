(* All threads wait for each other: OCaml waits for ever, here the main thread is told. *)
let () =
  let a = Mutex.create () and b = Mutex.create () in
  let other = Thread.create (fun () -> Mutex.lock b; Thread.yield (); Mutex.lock a; print_endline "got both"; Mutex.unlock a) () in
  Mutex.lock a;
  Thread.yield ();
  (match Mutex.lock b with () -> print_endline "?" | exception Sys_error m -> print_endline m);
  Mutex.unlock a;
  Thread.join other;
  let c = Condition.create () in
  Mutex.lock a;
  (match Condition.wait c a with () -> print_endline "?" | exception Sys_error m -> print_endline m);
  (match Thread.join (Thread.self ()) with () -> print_endline "?" | exception Sys_error m -> print_endline m)
