let () = Registry.register "packed" (fun () -> 2 * Left.half)
