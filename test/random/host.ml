(* Loads the unit with the programs, in whichever form it is. *)
let () =
  match Dynlink.loadfile Sys.argv.(1) with
  | () -> ()
  | exception Dynlink.Error error ->
      print_endline (Dynlink.error_message error);
      exit 2
