(* at_exit functions run in reverse order, also when one of them fails or exits again; the status is the last one's. *)
let () = at_exit (fun () -> print_endline "first registered")
let () = at_exit (fun () -> prerr_endline "to standard error"; exit 7)
let () = at_exit (fun () -> print_endline "last registered")

let () =
  print_endline "main";
  (try exit 3 with Stdlib.Exit -> print_endline "never");
  print_endline "never"
