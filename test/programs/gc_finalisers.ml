(* Finalisers, weak pointers, ephemerons, a cache, and at_exit. *)
let finalised = ref 0
let make i = let r = ref i in Gc.finalise (fun r -> finalised := !finalised + !r) r; r
let make_last () = let r = ref 0 in Gc.finalise_last (fun () -> incr finalised) r

module Cache = Weak.Make (struct type t = string let equal = String.equal let hash = Hashtbl.hash end)

let () =
  at_exit (fun () -> Printf.printf "at exit %d\n" !finalised);
  let kept = List.init 10 make in
  for i = 1 to 100 do ignore (Sys.opaque_identity (make i)) done;
  Gc.full_major ();
  Printf.printf "%d\n" !finalised;
  for _ = 1 to 10 do make_last () done;
  Gc.full_major ();
  Printf.printf "%d %d\n" !finalised (List.length (Sys.opaque_identity kept));
  let cache = Cache.create 16 in
  let strings = List.init 20 (fun i -> Cache.merge cache (String.concat "-" [ "key"; string_of_int i ])) in
  for i = 100 to 150 do ignore (Cache.merge cache (string_of_int i ^ "!")) done;
  Gc.full_major ();
  Printf.printf "%d %b\n" (Cache.count cache) (List.for_all (fun s -> Cache.find cache s == s) strings);
  let w = Weak.create 3 in
  let strong = ref "strong" in
  Weak.set w 0 (Some strong);
  (fun () -> Weak.set w 1 (Some (ref "weak"))) ();
  Gc.full_major ();
  Printf.printf "%b %b %b %s\n" (Weak.check w 0) (Weak.check w 1) (Weak.check w 2) !strong;
  let memo = Hashtbl.create 8 in
  let key = ref 1 in
  Hashtbl.replace memo 0 (Ephemeron.K1.make key (Array.make 1000 0));
  Gc.full_major ();
  Printf.printf "%b\n" (Ephemeron.K1.query (Hashtbl.find memo 0) key <> None);
  (* An exception of a finaliser goes through. *)
  (fun () -> Gc.finalise (fun _ -> failwith "from a finaliser") (ref 0)) ();
  (match Gc.full_major () with () -> print_endline "nothing" | exception Failure s -> print_endline s);
  (* They live until here, wherever values die that are not used any more. *)
  ignore (Sys.opaque_identity kept)
