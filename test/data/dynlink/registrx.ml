(* Its file gets its own name for the interface that it imports, which it then has two of. *)
let () = Registry.register "registrx" (fun () -> 1)
