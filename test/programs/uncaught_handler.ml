(* Printexc.set_uncaught_exception_handler. *)
let () =
  Printexc.set_uncaught_exception_handler (fun e bt ->
      Printf.eprintf "handled: %s\n%!" (Printexc.to_string e);
      ignore (Printexc.raw_backtrace_length bt));
  print_endline "main";
  ignore (Hashtbl.find (Hashtbl.create 1) "key")
