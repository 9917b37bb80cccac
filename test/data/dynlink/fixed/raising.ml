let before = Sys.opaque_identity 1
let () = Registry.register "raising" (fun () -> before + 42)
