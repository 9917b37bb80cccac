(* Numbers of threads, joining, exceptions, Thread.exit. *)
let say fmt = Printf.ksprintf (fun s -> print_string (s ^ "\n"); flush stdout) fmt

exception Odd of int

let () =
  say "main is %d" (Thread.id (Thread.self ()));
  let t1 = Thread.create (fun x -> say "t%d got %s" (Thread.id (Thread.self ())) x) "hello" in
  Thread.join t1;
  Thread.join t1;
  say "joined %d, self is main: %b" (Thread.id t1) (Thread.self () == Thread.self ());
  let t2 = Thread.create (fun () -> say "t2"; if true then raise Thread.Exit; say "not reached") () in
  Thread.join t2;
  let t3 = Thread.create (fun () -> raise (Odd 3)) () in
  Thread.join t3;
  let t4 = Thread.create (fun () -> failwith "four") () in
  Thread.join t4;
  Thread.set_uncaught_exception_handler (fun e -> say "handler got %s" (Printexc.to_string e));
  Thread.join (Thread.create (fun () -> raise Not_found) ());
  Thread.set_uncaught_exception_handler (fun _ -> raise End_of_file);
  Thread.join (Thread.create (fun () -> raise Not_found) ());
  let inner = ref None in
  let t = Thread.create (fun () -> inner := Some (Thread.create (fun () -> say "inner") ()); say "outer") () in
  Thread.join t;
  Option.iter Thread.join !inner;
  let results = Array.make 20 0 in
  let threads = List.init 20 (fun i -> Thread.create (fun () -> Thread.yield (); results.(i) <- i * i) ()) in
  List.iter Thread.join threads;
  say "%d" (Array.fold_left ( + ) 0 results);
  at_exit (fun () -> say "at exit in %d" (Thread.id (Thread.self ())));
  ignore (Thread.create (fun () -> say "last thread"; exit 7) ());
  Thread.delay 10.;
  say "not reached"
