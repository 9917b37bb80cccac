(* Loads a plugin that does not exist. *)
let () = Dynlink.loadfile "absent.cmo"
