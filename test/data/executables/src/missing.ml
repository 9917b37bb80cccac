(* Calls a primitive that no runtime has, from the second of two units. *)
external known : int -> int = "%identity"
external nowhere : int -> int -> int = "no_such_primitive"
external nowhere_else : int array -> int = "no_other_primitive"

let () = print_int (known (nowhere 1 2 + nowhere_else [| 3 |]))
