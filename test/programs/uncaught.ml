(* Ends with an exception: flushes what was printed, runs at_exit, reports with a backtrace when asked. *)
exception Fatal of int * string

let () = at_exit (fun () -> print_endline "at exit")
let rec fall n = if n = 0 then raise (Fatal (3, "down")) else 1 + fall (n - 1)

let () =
  Printexc.record_backtrace true;
  print_string "before";
  print_int (fall 2)
