(* Loads plugins from threads of several domains at the same time. Arguments: the plugins' files, in the order of their names. *)
let file name =
  let is name path = Filename.remove_extension (Filename.basename path) = name in
  List.find (is name) (List.tl (Array.to_list Sys.argv))

let outcome load name =
  match load (file name) with
  | () -> "loaded"
  | exception Dynlink.Error (Module_already_loaded _) -> "there already"
  | exception Dynlink.Error (Unavailable_unit unit | Linking_error (_, Uninitialized_global unit)) -> "needs " ^ unit
  | exception Dynlink.Error (Library's_module_initializers_failed _) -> "raises"
  | exception Dynlink.Error error -> Dynlink.error_message error

let load = outcome Dynlink.loadfile
let load_privately = outcome Dynlink.loadfile_private
let say name how = Board.note (name ^ " " ^ how) 1

(* Tries until another thread has loaded what it needs. *)
let rec load_in_time name = match load name with "needs Base" -> Thread.yield (); load_in_time name | how -> say name how
let once () = say "once" (load "once")
let privately name () = for _ = 1 to 5 do say (name ^ ", privately,") (load_privately name) done

let at_once tasks = List.iter Thread.join (List.map (fun task -> Thread.create task ()) tasks)

let () =
  let first = Domain.spawn (fun () -> at_once [ (fun () -> load_in_time "user"); once; privately "counted" ]) in
  let second =
    Domain.spawn (fun () ->
        at_once [ privately "raising"; once; (fun () -> ignore (Board.busy 2000); say "base" (load "base")) ])
  in
  at_once [ once; privately "counted"; privately "raising" ];
  List.iter Domain.join [ first; second ];
  let notes = List.sort_uniq compare !Board.notes in
  let times note = List.length (List.filter (( = ) note) !Board.notes) in
  List.iter (fun (text, n) -> Printf.printf "%s: %d (%d times)\n" text n (times (text, n))) notes
