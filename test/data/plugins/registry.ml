(* What programs and plugins share. *)
let transform : (int -> int) ref = ref succ
let functions : (string, int list -> int) Hashtbl.t = Hashtbl.create 7

(* Native closures hold their number of arguments in the top byte of closinfo. *)
let tier (f : Obj.t) = if (Obj.obj (Obj.field f 1) : int) asr 55 = 0 then "interpreted" else "native"
