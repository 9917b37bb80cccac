(* Needs the unit before it in its library. *)
let () = print_endline Hello.x; Registry.register "greeter" (fun () -> Hello.length Hello.x)
