(* Loads a plugin that needs a unit of its own library, which comes before it. *)
let () = Dynlink.loadfile (Dynlink.adapt_filename "inner.cmo")
