let () = Registry.register "registered" (fun () -> 2)
