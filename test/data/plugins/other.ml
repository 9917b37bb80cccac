(* Needs a unit that the program does not have. *)
let () = print_int Second.answer
