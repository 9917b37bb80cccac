(* Needs units of both kinds. *)
let () = Printf.printf "Last: %d %d\n" Needs_made.doubled (Made.apply succ)
