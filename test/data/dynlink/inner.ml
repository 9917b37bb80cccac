let () = Registry.register "inner" (fun () -> Hello.length Hello.x * 10)
