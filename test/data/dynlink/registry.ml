(* What the host and its plugins share. *)
exception Refused of int

let functions : (string * (unit -> int)) list ref = ref []
let register name f = functions := (name, f) :: !functions

(* Native closures hold their number of arguments in the top byte of closinfo. *)
let tier f = if (Obj.obj (Obj.field (Obj.repr f) 1) : int) asr 55 = 0 then "interpreted" else "native"
