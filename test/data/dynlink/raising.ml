let before = Sys.opaque_identity 1
let () = raise (Registry.Refused 42)
