(* Loads what it is given, and works after that as before. *)
let load file =
  match Dynlink.loadfile_private file with
  | () -> "loaded"
  | exception Dynlink.Error (Library's_module_initializers_failed exn) -> "raised " ^ Printexc.to_string exn
  | exception Dynlink.Error error -> "refused " ^ Dynlink.error_message error
  | exception exn -> "raised " ^ Printexc.to_string exn

exception Found of int

(* Some work, with blocks of all kinds, whose result is known. *)
let work n =
  let table = Hashtbl.create 7 in
  List.iter (fun i -> Hashtbl.replace table (string_of_int i) (float_of_int i, [| i; n |])) (List.init 50 Fun.id);
  let sum = Hashtbl.fold (fun key (x, a) sum -> sum + String.length key + int_of_float x + a.(0)) table 0 in
  Gc.major (); (* looks at every block: damage is found with the unit that has done it *)
  let found = try Hashtbl.iter (fun _ (_, a) -> if a.(0) = 7 then raise (Found a.(0))) table; 0 with Found i -> i in
  Printf.sprintf "%d %d %s" sum found (String.concat "," (List.map string_of_int (List.sort compare [ 3; 1; 2 ])))

let () =
  Dynlink.allow_unsafe_modules true;
  Callback.register "load" load;
  Callback.register "live" (fun () -> Gc.full_major (); (Gc.stat ()).live_words);
  Callback.register "work" work
