(* Values on the stacks of many threads survive collections. *)
module M = Map.Make (Int)

let work seed () =
  let state = Random.State.make [| seed |] in
  let m = ref M.empty in
  for i = 1 to 60 do
    m := M.add (Random.State.int state 100) (string_of_int i, ref i) !m;
    if i mod 10 = 0 then Thread.yield ()
  done;
  M.fold (fun k (s, r) acc -> acc + k + int_of_string s + !r) !m 0

let () =
  let n = 12 in
  let results = Array.make n 0 in
  let threads = List.init n (fun i -> Thread.create (fun () -> results.(i) <- work i ()) ()) in
  Gc.full_major ();
  List.iter Thread.join threads;
  let expected = Array.init n (fun i -> work i ()) in
  Printf.printf "%b\n%!" (results = expected);
  (* Mutexes that nobody refers to any more, weak references to the threads' values. *)
  for _ = 1 to 50 do ignore (Sys.opaque_identity (Mutex.create (), Condition.create ())) done;
  let w = Weak.create 1 in
  let t = Thread.create (fun () -> let x = ref 1 in Weak.set w 0 (Some x); Thread.yield (); incr x; !x) () in
  ignore (Sys.opaque_identity t);
  Thread.join t;
  Gc.full_major ();
  Printf.printf "%b\n" (Weak.check w 0)
