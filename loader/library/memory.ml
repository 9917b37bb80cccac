external open_descriptor : int -> in_channel = "caml_ml_open_descriptor_in"
external open_bytes : string -> int = "bactrian_open_bytes"
external compiled_descriptor : string -> int -> int = "bactrian_open_compiled"

let open_string contents = open_descriptor (open_bytes contents)
let open_compiled contents tier = open_descriptor (compiled_descriptor contents tier)
